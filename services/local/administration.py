"""The few statements that only a superuser may run."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import asyncpg

from services.local.cluster import SUPERUSER
from services.local.errors import LocalError
from services.local.sockets import PORT
from services.local.threads import uninterrupted

OWNER = "letsfood"
"""The role that owns the databases and that services connect as; no superuser."""

_CONNECT_SECONDS = 10
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"  # generic in its stubs only


def ensure_owner(socket_folder: Path) -> None:
    """Return when PostgreSQL answers and has the role that owns the databases."""

    async def work(connection: Connection) -> None:
        if not await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", OWNER):
            await connection.execute(f"CREATE ROLE {OWNER} LOGIN")

    _administer(socket_folder, work)


def create_database(socket_folder: Path, name: str, template: str | None, *, exist_ok: bool) -> None:
    """See EmbeddedPostgres.create_database."""
    copied = "" if template is None else f" TEMPLATE {_identifier(template)}"
    statement = f"CREATE DATABASE {_identifier(name)} OWNER {OWNER}{copied}"

    async def work(connection: Connection) -> None:
        try:
            await connection.execute(statement)
        except asyncpg.DuplicateDatabaseError:
            if not exist_ok:
                raise

    _administer(socket_folder, work)


def drop_database(socket_folder: Path, name: str) -> None:
    """See EmbeddedPostgres.drop_database."""
    statement = f"DROP DATABASE IF EXISTS {_identifier(name)} WITH (FORCE)"

    async def work(connection: Connection) -> None:
        await connection.execute(statement)

    _administer(socket_folder, work)


def _identifier(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise LocalError(f"{name!r} cannot be the name of a database")
    return f'"{name}"'


def _administer(socket_folder: Path, work: Callable[[Connection], Awaitable[None]]) -> None:
    async def session() -> None:
        connection: Connection = await asyncpg.connect(
            host=str(socket_folder), port=PORT, user=SUPERUSER, database="postgres", timeout=_CONNECT_SECONDS
        )
        try:
            await work(connection)
        finally:
            await connection.close()

    try:
        uninterrupted(lambda: asyncio.run(session()))
    except (OSError, asyncpg.PostgresError) as error:
        raise LocalError(f"PostgreSQL refused: {error}") from error
