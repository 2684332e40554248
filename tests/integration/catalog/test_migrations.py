"""The catalog's migrations: what the models describe, forwards and backwards, beside the previous release."""

import asyncio
from pathlib import Path
from typing import Any

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


ROW = "gen_random_uuid(), $1, 1, 'published', now(), now(), '[{\"title\": \"Étude\"}]', 'CC-BY-4.0'"
COMMON = "id, slug, version, status, created_at, updated_at, sources, licence"


async def register(connection: asyncpg.Connection, kind: str) -> dict[str, tuple[Any, ...]]:
    rows = await connection.fetch(
        "select slug, name ->> 'und' is not null as plain, status, version, themes, category, country_code"
        " from record where kind = $1",
        kind,
    )
    return {row["slug"]: tuple(row)[2:] for row in rows}


async def links(connection: asyncpg.Connection, slug: str) -> set[tuple[str, str]]:
    rows = await connection.fetch(
        "select l.relation, t.slug from record_link l join record t on t.id = l.target_id"
        " join record s on s.id = l.source_id where s.slug = $1",
        slug,
    )
    return {(row["relation"], row["slug"]) for row in rows}


async def test_the_previous_release_goes_on_writing(empty_catalog_database: str) -> None:
    """It knows neither the register nor the links nor any newer column: they follow what it writes."""
    connection = await asyncpg.connect(empty_catalog_database)
    try:
        await connection.execute(
            f"insert into network ({COMMON}, name, description, kind) values ({ROW}, 'N', '{{}}', 'international')",  # noqa: S608 - constants
            "n",
        )
        assert await connection.fetchval("select owner_id from network where slug = 'n'") is None
        for slug, country in (("fes", "MA"), ("sefrou", "MA"), ("lyon", "FR")):
            await connection.execute(
                f"insert into territory ({COMMON}, name, sort_name, kind, country_code, external_ids)"  # noqa: S608 - constants
                f' values ({ROW}, \'{{"fr": {{"text": "X", "origin": "human"}}}}\', $1, \'city\', $2, \'[]\')',
                slug,
                country,
            )
        await connection.execute(
            f"insert into initiative ({COMMON}, title, summary, territory_id, themes, results)"  # noqa: S608 - constants
            f" select {ROW}, '{{}}', '{{}}', id, '{{food_waste}}', '[]' from territory where slug = 'fes'",
            "marche",
        )
        await connection.execute(
            f"insert into cooperation ({COMMON}, title, themes, devices, description)"  # noqa: S608 - constants
            f" values ({ROW.replace('published', 'draft')}, '{{}}', '{{}}', '[]', '{{}}')",
            "fes-lyon",
        )
        parties = (
            "insert into cooperation_party (cooperation_id, territory_id, position)"
            " select c.id, t.id, 0 from cooperation c, territory t where t.slug = any($1)"
        )
        await connection.execute(parties, ["fes", "lyon"])
        await connection.execute(
            "insert into network_membership (network_id, territory_id, sources)"
            " select n.id, t.id, '[]' from network n, territory t where t.slug = 'fes'"
        )
        assert await register(connection, "network") == {"n": ("published", 1, [], "international", None)}
        assert (await register(connection, "territory"))["lyon"] == ("published", 1, [], "city", "FR")
        assert await register(connection, "initiative") == {
            "marche": ("published", 1, ["food_waste"], None, None),
        }
        assert (await register(connection, "cooperation"))["fes-lyon"][0] == "draft"
        assert await links(connection, "marche") == {("territory", "fes")}
        assert await links(connection, "fes-lyon") == {("parties/territory", "fes"), ("parties/territory", "lyon")}
        assert await links(connection, "fes") == {("networks/network", "n")}

        await connection.execute(
            "update initiative set territory_id = (select id from territory where slug = 'sefrou'), version = 2,"
            " themes = '{school_canteens}'"
        )
        await connection.execute("delete from cooperation_party")
        await connection.execute(parties, ["sefrou", "lyon"])
        await connection.execute("update cooperation set status = 'published', version = 2")
        await connection.execute("delete from network_membership")
        await connection.execute("update network set status = 'archived', archive_reason = 'x', version = 2")
        assert (await register(connection, "initiative"))["marche"][:3] == ("published", 2, ["school_canteens"])
        assert (await register(connection, "cooperation"))["fes-lyon"][:2] == ("published", 2)
        assert (await register(connection, "network"))["n"][:2] == ("archived", 2)
        assert await links(connection, "marche") == {("territory", "sefrou")}
        assert await links(connection, "fes-lyon") == {("parties/territory", "sefrou"), ("parties/territory", "lyon")}
        assert await links(connection, "fes") == set()
    finally:
        await connection.close()
