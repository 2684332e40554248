"""`letsfood`: the commands. `letsfood --help` lists them."""

import asyncio
import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from services.launch.access_commands import keys, partners
from services.launch.reporting import clear_errors, ended_at_once
from services.local.state import reset as reset_state
from services.local.state import stop_running

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(keys, name="keys")
app.add_typer(partners, name="partners")

StateDir = Annotated[Path, typer.Option(help="The folder that keeps everything between two starts.")]
Port = Annotated[str, typer.Option(metavar="PORT", help="The port on 127.0.0.1; up-services takes those after it too.")]
"""A text: what is no port is one line here, where the parser would draw a box."""

DEFAULT_STATE = Path(".state")
DEFAULT_PORT = "8000"


@app.command()
def up(port: Port = DEFAULT_PORT, state_dir: StateDir = DEFAULT_STATE) -> None:
    """Serve everything on one port, with an embedded PostgreSQL unless *_DATABASE_URL is set."""
    with clear_errors():
        with ended_at_once():
            from services.launch.server import port_number
            from services.launch.stopping import run_until_stopped
            from services.launch.together import up as serve_together

        run_until_stopped(serve_together(state_dir, port_number(port)))


@app.command()
def up_services(port: Port = DEFAULT_PORT, state_dir: StateDir = DEFAULT_STATE) -> None:
    """Serve each service in a process of its own, on consecutive ports."""
    with clear_errors():
        with ended_at_once():
            from services.launch.apart import up_services as serve_apart
            from services.launch.server import port_number
            from services.launch.stopping import run_until_stopped

        run_until_stopped(serve_apart(state_dir, port_number(port)))


@app.command()
def serve(
    service: Annotated[Literal["catalog", "search", "matching", "webhooks"], typer.Argument(help="Which one.")],
    port: Port = DEFAULT_PORT,
    with_parent: Annotated[bool, typer.Option(help="Also stop when standard input ends.")] = False,
) -> None:
    """Serve one service with settings from the environment; its database must have been migrated."""
    with clear_errors():
        with ended_at_once():
            from services.launch.apart import serve as serve_one
            from services.launch.server import port_number
            from services.launch.stopping import run_until_stopped

        run_until_stopped(serve_one(service, port_number(port), with_parent=with_parent))


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
        from services.launch.databases import require_reachable
        from services.launch.machine import configured_databases, database_variable, migrations_of

        for service, url in (configured_databases(os.environ) or {}).items():
            asyncio.run(require_reachable(database_variable(service), url))
            asyncio.run(run_migrations(migrations_of(service), url))
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
def backup(
    folder: Annotated[Path, typer.Argument(help="A folder that is not there yet.")], state_dir: StateDir = DEFAULT_STATE
) -> None:
    """Copy the catalog's and the webhooks' databases into a folder, while they are used.

    Those that *_DATABASE_URL name, else those of `up`. Search and matching need none: they follow the catalog.
    """
    with clear_errors():
        from services.launch.backup_commands import make_backup

        for line in asyncio.run(make_backup(folder, state_dir)):
            typer.echo(line)


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="What `letsfood backup` wrote.")],
    replace: Annotated[bool, typer.Option(help="Give up what the databases hold now.")] = False,
    state_dir: StateDir = DEFAULT_STATE,
) -> None:
    """Bring the databases back as they were in a backup, and to the newest migration; the services must be stopped.

    A restore that fails leaves what was there. Cursors of the change feed from after the backup are refused then.
    """
    with clear_errors():
        from services.launch.backup_commands import bring_back

        for line in asyncio.run(bring_back(folder, state_dir, replace=replace)):
            typer.echo(line)


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
