"""`letsfood`: the commands. `letsfood --help` lists them."""

import asyncio
import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from services.launch.access_commands import keys, partners
from services.launch.reporting import clear_errors
from services.local.state import reset as reset_state
from services.local.state import stop_running

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(keys, name="keys")
app.add_typer(partners, name="partners")

StateDir = Annotated[Path, typer.Option(help="The folder that keeps everything between two starts.")]
Port = Annotated[
    int, typer.Option(min=1, max=65535, help="The port on 127.0.0.1; up-services takes those after it too.")
]

DEFAULT_STATE = Path(".state")


@app.command()
def up(port: Port = 8000, state_dir: StateDir = DEFAULT_STATE) -> None:
    """Serve everything on one port, with an embedded PostgreSQL unless *_DATABASE_URL is set."""
    with clear_errors():
        from services.launch.stopping import run_until_stopped
        from services.launch.together import up as serve_together

        run_until_stopped(serve_together(state_dir, port))


@app.command()
def up_services(port: Port = 8000, state_dir: StateDir = DEFAULT_STATE) -> None:
    """Serve each service in a process of its own, on consecutive ports."""
    with clear_errors():
        from services.launch.apart import up_services as serve_apart
        from services.launch.stopping import run_until_stopped

        run_until_stopped(serve_apart(state_dir, port))


@app.command()
def serve(
    service: Annotated[Literal["catalog", "search", "matching"], typer.Argument(help="Which one.")],
    port: Port = 8000,
    with_parent: Annotated[bool, typer.Option(help="Also stop when standard input ends.")] = False,
) -> None:
    """Serve one service with settings from the environment; its database must have been migrated."""
    with clear_errors():
        from services.launch.apart import serve as serve_one
        from services.launch.stopping import run_until_stopped

        run_until_stopped(serve_one(service, port, with_parent=with_parent))


@app.command()
def down(state_dir: StateDir = DEFAULT_STATE) -> None:
    """Stop what `up` started, and what a killed one left running."""
    with clear_errors():
        typer.echo("Stopped." if stop_running(state_dir) else "Nothing was running.")


@app.command()
def reset(state_dir: StateDir = DEFAULT_STATE) -> None:
    """Remove the state folder: databases, indexes, everything that is not in the project."""
    with clear_errors():
        typer.echo("Removed." if reset_state(state_dir) else "There was nothing to remove.")


@app.command()
def migrate() -> None:
    """Bring the databases that *_DATABASE_URL name to the newest revision."""
    with clear_errors():
        from services.common.migrations import migrate as run_migrations
        from services.launch.machine import PROJECT, configured_databases

        for service, url in (configured_databases(os.environ) or {}).items():
            asyncio.run(run_migrations(PROJECT / "services" / service / "migrations", url))
            typer.echo(f"{service}: migrated")


@app.command()
def load(
    folder: Annotated[Path, typer.Argument(help="A data set folder, as data/README.md describes it.")],
    skip_invalid: Annotated[bool, typer.Option(help="Load a file's other rows when some are wrong.")] = False,
    state_dir: StateDir = DEFAULT_STATE,
) -> None:
    """Load a data set into the catalog that CATALOG_DATABASE_URL names, else into the one that `up` runs.

    Loading the same again changes nothing. Every wrong row is named with its file, line and field; exit code 1.
    """
    with clear_errors():
        from services.launch.loading import load_folder

        if not load_folder(folder, state_dir, skip_invalid=skip_invalid):
            raise typer.Exit(1)


@app.command()
def openapi(folder: Annotated[Path, typer.Argument(help="Where to.")] = Path("openapi")) -> None:
    """Write the OpenAPI document of each service."""
    from services.launch.documents import write_documents

    for path in write_documents(folder):
        typer.echo(path)


@app.command()
def settings() -> None:
    """Write docs/settings.md: every environment variable, its default and what it does."""
    from services.launch.settings_document import write_settings

    typer.echo(write_settings())


if __name__ == "__main__":
    app()
