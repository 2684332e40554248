"""The commands `letsfood keys …` and `letsfood partners …`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services.common.access.scopes import SCOPES, Scope
from services.launch.reporting import clear_errors

keys = typer.Typer(no_args_is_help=True, help="API keys: create, list, rotate, revoke.")
partners = typer.Typer(no_args_is_help=True, help="Partners, who hold keys: create, list.")

StateDir = Annotated[Path, typer.Option(help="The folder of `up`; CATALOG_DATABASE_URL goes before it.")]
KeyRef = Annotated[str, typer.Argument(help="The key's id, or its public id (the part after `lf_`).")]

DEFAULT_STATE = Path(".state")
DAY_S = 24 * 3600

SCOPES_HELP = "What it may do; repeat for several. " + " ".join(
    f"{scope}: {meaning.allows}" for scope, meaning in SCOPES.items()
)


@keys.command("create")
def create_key(
    partner: Annotated[str, typer.Argument(help="Whose key: the partner's slug.")],
    name: Annotated[str, typer.Option(help="What it is for.")],
    scope: Annotated[list[Scope] | None, typer.Option(help=SCOPES_HELP)] = None,
    expires: Annotated[datetime | None, typer.Option(help="When it expires, in UTC.")] = None,
    state_dir: StateDir = DEFAULT_STATE,
) -> None:
    """Make a key and print it: this is the only time that it is shown."""
    with clear_errors():
        from services.launch.access import create_key as make

        typer.echo(make(state_dir, partner, name, scope or [], expires))


@keys.command("list")
def list_keys(state_dir: StateDir = DEFAULT_STATE) -> None:
    """Every key, without its secret."""
    with clear_errors():
        from services.launch.access import list_keys as lines

        for line in lines(state_dir):
            typer.echo(line)


@keys.command("rotate")
def rotate_key(
    key: KeyRef,
    overlap_seconds: Annotated[int, typer.Option(min=0, help="How long the former key remains valid.")] = DAY_S,
    state_dir: StateDir = DEFAULT_STATE,
) -> None:
    """Make a key in the place of another one and print it; the former remains valid for the overlap."""
    with clear_errors():
        from services.launch.access import rotate_key as rotate

        typer.echo(rotate(state_dir, key, overlap_seconds))


@keys.command("revoke")
def revoke_key(key: KeyRef, state_dir: StateDir = DEFAULT_STATE) -> None:
    """Make a key invalid: in the catalog at once, in the other services within a minute."""
    with clear_errors():
        from services.launch.access import revoke_key as revoke

        revoke(state_dir, key)
        typer.echo("Revoked.")


@partners.command("create")
def create_partner(
    slug: Annotated[str, typer.Argument(help="A short name for addresses, e.g. terres-en-villes.")],
    name: Annotated[str, typer.Option(help="Its full name.")],
    kind: Annotated[str, typer.Option(help="association, network, local_authority, research, service or other.")],
    state_dir: StateDir = DEFAULT_STATE,
) -> None:
    """Take in a partner; its keys come with `keys create`."""
    with clear_errors():
        from pydantic import ValidationError

        from services.catalog.access.partners.schemas import PartnerWrite
        from services.launch.access import create_partner as make
        from services.local.errors import LocalError

        try:
            written = PartnerWrite.model_validate({"slug": slug, "name": name, "kind": kind})
        except ValidationError as error:
            raise LocalError("; ".join(f"{item['loc'][0]}: {item['msg']}" for item in error.errors())) from error
        make(state_dir, written)
        typer.echo("Created.")


@partners.command("list")
def list_partners(state_dir: StateDir = DEFAULT_STATE) -> None:
    """Every partner."""
    with clear_errors():
        from services.launch.access import list_partners as lines

        for line in lines(state_dir):
            typer.echo(line)
