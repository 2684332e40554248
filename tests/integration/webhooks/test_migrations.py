"""Webhooks' migrations: what the models describe, forwards and backwards."""

import asyncio

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from services.common.database import sqlalchemy_url
from services.common.migrations import current_revision, migration_config
from services.webhooks.app import MIGRATIONS
from services.webhooks.tables import webhooks_metadata


async def differences(url: str) -> list[object]:
    engine = create_async_engine(sqlalchemy_url(url))
    try:
        async with engine.connect() as connection:
            found: list[object] = await connection.run_sync(
                lambda sync: compare_metadata(MigrationContext.configure(sync), webhooks_metadata())
            )
    finally:
        await engine.dispose()
    return found


async def test_the_migrations_make_the_tables_that_the_models_describe(webhooks_database: str) -> None:
    assert await differences(webhooks_database) == []


async def test_they_go_back_to_nothing_and_forth_again(webhooks_database: str) -> None:
    config = migration_config(MIGRATIONS, webhooks_database)
    await asyncio.to_thread(command.downgrade, config, "base")
    assert await current_revision(webhooks_database) is None
    await asyncio.to_thread(command.upgrade, config, "head")
    assert await differences(webhooks_database) == []
