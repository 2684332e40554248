"""`letsfood backup` and `letsfood restore`: what cannot be made again, in a folder of its own.

The catalog and the webhooks hold what people wrote; matching's database and the search index are made anew from the
catalog's feed. Webhooks is copied first: its place in the feed is then one that the catalog's copy holds.

Keys are in it as hashes and secrets of endpoints encrypted: the key that opens these is not, keep it elsewhere.
"""

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import asyncpg
from pydantic import BaseModel, ValidationError

from services.common.clock import now
from services.common.migrations import current_revision, migrate
from services.launch.machine import migrations_of
from services.launch.postgres_programs import dump, restore_into
from services.launch.stopping import blocking
from services.local.errors import LocalError

KEPT = ("webhooks", "catalog")
"""The databases that are copied, in this order."""

CONTENTS = "backup.json"

FORMER_SCHEMA = "before_restore"
"""Where a restore keeps what was there until everything has come back."""


class Dump(BaseModel):
    """One database's file: what it is called, what it must look like, which migration it was at."""

    file: str
    sha256: str
    bytes: int
    revision: str


class Contents(BaseModel):
    """`backup.json`: what the folder holds. Written last: without it a backup is not whole."""

    made_at: datetime
    databases: dict[str, Dump]


async def backup(databases: Mapping[str, str], folder: Path) -> Contents:
    """Copy the databases (by service) into a new folder; raises `LocalError` when it is there already."""
    unfinished = await blocking(_unfinished, folder)
    dumps = {}
    for service in KEPT:
        file = unfinished / f"{service}.dump"
        revision = await current_revision(databases[service])
        if revision is None:
            raise LocalError(f"{service}: its database has not been migrated, there is nothing to keep.")
        await dump(databases[service], file)
        dumps[service] = Dump(
            file=file.name, sha256=await blocking(_sha256, file), bytes=file.stat().st_size, revision=revision
        )
    contents = Contents(made_at=now(), databases=dumps)
    (unfinished / CONTENTS).write_text(contents.model_dump_json(indent=2) + "\n")
    unfinished.rename(folder)
    return contents


async def restore(databases: Mapping[str, str], folder: Path, *, replace: bool) -> Contents:
    """Bring the databases back as they were in the backup, and to the newest migration.

    Raises `LocalError`: for a folder that is no whole backup, a database in use, and, unless `replace`, one that holds
    something. A restore that fails or is killed leaves what was there, or in the schema `before_restore` of it, from
    where the next one takes it back first.
    """
    contents = await blocking(_read, folder)
    for service in KEPT:
        await _require_idle(service, databases[service])
        await _take_back(databases[service])
        if not replace and await _tables(databases[service]):
            raise LocalError(f"{service}: the database holds something already. `--replace` gives it up.")
    for service in KEPT:
        async with _set_aside(databases[service]):
            await restore_into(databases[service], folder / contents.databases[service].file)
            await migrate(migrations_of(service), databases[service])
    return contents


def _unfinished(folder: Path) -> Path:
    """The folder that becomes `folder` once the backup is whole."""
    if folder.exists():
        raise LocalError(f"{folder} is there already: a backup gets a folder of its own.")
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    if unfinished.exists():
        shutil.rmtree(unfinished)  # of a backup that was killed
    unfinished.mkdir(parents=True, mode=0o700)
    return unfinished


def _read(folder: Path) -> Contents:
    """The folder's contents, every file looked at."""
    try:
        contents = Contents.model_validate_json((folder / CONTENTS).read_bytes())
    except (OSError, ValidationError) as error:
        raise LocalError(f"{folder} holds no whole backup: {CONTENTS} cannot be read.") from error
    for service in KEPT:
        if service not in contents.databases:
            raise LocalError(f"{folder} holds no backup of {service}.")
        file = folder / contents.databases[service].file
        if not file.exists() or _sha256(file) != contents.databases[service].sha256:
            raise LocalError(f"{file} is not what was written then.")
    return contents


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def _require_idle(service: str, url: str) -> None:
    others = (
        "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        " and backend_type = 'client backend'"
    )
    async with _connected(url) as connection:
        if await connection.fetchval(others):
            raise LocalError(f"{service}: somebody uses its database. Stop the services first.")


async def _tables(url: str) -> int:
    async with _connected(url) as connection:
        count: int = await connection.fetchval("select count(*) from pg_tables where schemaname = 'public'")
        return count


async def _take_back(url: str) -> None:
    """Undo a restore that was killed."""
    async with _connected(url) as connection, connection.transaction():
        if await connection.fetchval("select to_regnamespace($1) is not null", FORMER_SCHEMA):
            await connection.execute("drop schema if exists public cascade")
            await connection.execute(f"alter schema {FORMER_SCHEMA} rename to public")


@asynccontextmanager
async def _set_aside(url: str) -> AsyncIterator[None]:
    """An empty schema for the block; what was there comes back when it fails, and is given up when it does not."""
    async with _connected(url) as connection, connection.transaction():
        await connection.execute(f"alter schema public rename to {FORMER_SCHEMA}")
        await connection.execute("create schema public")
    try:
        yield
    except (Exception, asyncio.CancelledError):
        await asyncio.shield(_take_back(url))
        raise
    async with _connected(url) as connection:
        await connection.execute(f"drop schema {FORMER_SCHEMA} cascade")
