"""The catalog's migrations: what the models describe, forwards and backwards, beside the previous release."""

import asyncio
from pathlib import Path

import asyncpg
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from services.catalog.tables import catalog_metadata
from services.common.database import sqlalchemy_url
from services.common.migrations import current_revision, migration_config
from tests.conftest import ROOT

MIGRATIONS: Path = ROOT / "services" / "catalog" / "migrations"


async def differences(url: str) -> list[object]:
    engine = create_async_engine(sqlalchemy_url(url))
    try:
        async with engine.connect() as connection:
            found: list[object] = await connection.run_sync(
                lambda sync: compare_metadata(MigrationContext.configure(sync), catalog_metadata())
            )
    finally:
        await engine.dispose()
    return found


async def test_the_migrations_make_the_tables_that_the_models_describe(empty_catalog_database: str) -> None:
    assert await differences(empty_catalog_database) == []


async def test_partners_and_drafts_come_and_go_with_the_records_kept(catalog_database: str) -> None:
    records = "select count(*) from initiative where status = 'published'"
    connection = await asyncpg.connect(catalog_database)
    try:
        await connection.execute("update initiative set status = 'draft' where slug = 'tav-lyon'")
        before = await connection.fetchval(records)
        config = migration_config(MIGRATIONS, catalog_database)
        await asyncio.to_thread(command.downgrade, config, "0001")
        assert await connection.fetchval(records) == before, "a draft is not published by going back"
        await asyncio.to_thread(command.upgrade, config, "head")
        assert await connection.fetchval(records) == before
    finally:
        await connection.close()
    assert await current_revision(catalog_database) != "0001"
    assert await differences(catalog_database) == []


async def test_the_previous_release_goes_on_writing(empty_catalog_database: str) -> None:
    """It names neither an owner nor any status but its own two."""
    connection = await asyncpg.connect(empty_catalog_database)
    try:
        await connection.execute(
            "insert into network (id, slug, version, status, created_at, updated_at, sources, licence, name,"
            " description, kind) values (gen_random_uuid(), 'n', 1, 'published', now(), now(), '[]', 'CC-BY-4.0',"
            " 'N', '{}', 'network')"
        )
        assert await connection.fetchval("select owner_id from network where slug = 'n'") is None
    finally:
        await connection.close()
