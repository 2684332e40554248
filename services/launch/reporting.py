"""What a command says when it cannot do what it was asked for."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import typer

from services.local.errors import LocalError


@contextmanager
def ended_at_once() -> Iterator[None]:
    """Ctrl-C ends the process without a word, for nothing has begun: libraries broken off while they load say a lot."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def clear_errors() -> Iterator[None]:
    """What is wrong with the machine is one line and exit code 1, no stack trace."""
    try:
        yield
    except LocalError as error:
        typer.secho(str(error), err=True)
        raise typer.Exit(1) from error
    except asyncpg.UndefinedTableError as error:
        typer.secho("The database has not been migrated: run `letsfood migrate` first.", err=True)
        raise typer.Exit(1) from error
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        from services.launch.databases import why  # noqa: PLC0415 - with all of Alembic, for a sentence rarely needed

        sentence = why(error)
        typer.secho(sentence[0].upper() + sentence[1:], err=True)
        raise typer.Exit(1) from error
