"""Migrations of a service's database, run by alembic from the service's own `migrations` folder."""

import asyncio
from pathlib import Path

import asyncpg
from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from services.common.database import sqlalchemy_url

LOCK_TIMEOUT = "3s"
"""A migration that cannot have its lock gives up instead of queueing every reader behind it; it can be run again."""


def migration_config(folder: Path, url: str) -> Config:
    """The alembic configuration for the migrations in `folder` and the database at `url`."""
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["url"] = url
    return config


async def migrate(folder: Path, url: str) -> None:
    """Bring the database to the newest revision; one look when it is there already."""
    config = migration_config(folder, url)
    head = ScriptDirectory.from_config(config).get_current_head()
    if await current_revision(url) != head:
        await asyncio.to_thread(command.upgrade, config, "head")


async def current_revision(url: str) -> str | None:
    """The revision that the database says it is at, None before the first migration."""
    connection = await asyncpg.connect(url)
    try:
        if await connection.fetchval("select to_regclass('alembic_version')") is None:
            return None
        revision: str | None = await connection.fetchval("select version_num from alembic_version")
        return revision
    finally:
        await connection.close()


def run_env(metadata: MetaData) -> None:
    """The body of every service's `env.py`: online migrations over asyncpg, one transaction each."""

    def run(connection: Connection) -> None:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            compare_server_default=False,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
            context.run_migrations()

    async def online() -> None:
        engine = create_async_engine(sqlalchemy_url(context.config.attributes["url"]), poolclass=NullPool)
        async with engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
        await engine.dispose()

    asyncio.run(online())
