"""Whether a service's database can be used, said in one line before anything is started on it."""

import os
import socket
import ssl
from pathlib import Path

import asyncpg
from alembic.script import ScriptDirectory

from services.common.database import CONNECT_TIMEOUT_S
from services.common.migrations import current_revision, migration_config
from services.local.errors import LocalError


async def require_migrated(name: str, url: str, migrations: Path) -> None:
    """Raise `LocalError` unless the database at `url` answers and is as new as this release; `name`: its variable.

    A database that a later release has migrated is used: migrations leave the release before them working.
    """
    await require_reachable(name, url)
    revision = await current_revision(url)
    script = ScriptDirectory.from_config(migration_config(migrations, url))
    older = {step.revision for step in script.walk_revisions()} - {script.get_current_head()}
    if revision is None or revision in older:
        state = "has not been migrated" if revision is None else "is of an earlier release"
        raise LocalError(f"{name}: the database {state}: run `letsfood migrate` first.")


async def require_reachable(name: str, url: str) -> None:
    """Raise `LocalError` unless the database at `url` lets us in; `name`: the variable that says where it is."""
    try:
        connection = await asyncpg.connect(url, timeout=CONNECT_TIMEOUT_S)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise LocalError(f"{name}: {why(error)}") from error
    await connection.close()


def why(error: Exception) -> str:
    """What kept us from a database, in one sentence without the address: a password may stand in it."""
    match error:
        case asyncpg.InvalidPasswordError() | asyncpg.InvalidAuthorizationSpecificationError():
            reason = "the server does not accept the user or the password"
        case asyncpg.InvalidCatalogNameError():
            reason = "there is no database of this name"
        case TimeoutError():
            reason = f"nothing has answered within {CONNECT_TIMEOUT_S:g} s"
        case socket.gaierror():
            reason = "its host is not known"
        case asyncpg.PostgresError() | ssl.SSLError() | OSError(errno=None):
            reason = _first_line(error)
        case OSError(errno=int(number)):
            reason = os.strerror(number)  # what asyncio puts there instead names the address once more
        case asyncpg.InterfaceError() | ValueError():
            reason = "its address is not like postgresql://user:password@host:5432/name"
        case _:
            reason = type(error).__name__
    return f"the database cannot be used: {reason}."


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
