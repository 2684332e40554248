"""Backup and restore: what comes back is what was there, and a restore that fails takes nothing away."""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from services.catalog.app import create_app
from services.catalog.settings import CatalogSettings
from services.common.migrations import migrate
from services.launch.backup import FORMER_SCHEMA, KEPT, backup, restore
from services.launch.machine import migrations_of
from services.launch.postgres_programs import environment_of
from services.local.errors import LocalError
from services.local.postgres import EmbeddedPostgres
from tests.conftest import ROOT, running

Databases = dict[str, str]


@pytest.fixture
def empty_database(postgres: EmbeddedPostgres) -> Callable[[str], str]:
    """Makes a database with nothing in it."""

    def make(name: str) -> str:
        unique = f"{name}_{os.getpid()}_{time.monotonic_ns()}"
        postgres.create_database(unique)
        return postgres.url(unique)

    return make


@pytest.fixture
async def kept(catalog_database: str, empty_database: Callable[[str], str]) -> Databases:
    """The databases of a running system, with the real data set."""
    webhooks = empty_database("webhooks")
    await migrate(migrations_of("webhooks"), webhooks)
    return {"catalog": catalog_database, "webhooks": webhooks}


@pytest.fixture
def others(empty_database: Callable[[str], str]) -> Databases:
    """Databases of another machine, empty."""
    return {service: empty_database(f"other_{service}") for service in KEPT}


async def content(url: str) -> dict[str, tuple[int, str]]:
    """Per table of the public schema the number of its rows and a digest of all of them."""
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
        found: dict[str, tuple[int, str]] = {}
        for (table,) in tables:
            digest = f"coalesce(string_agg(md5(t::text), '' order by md5(t::text)), '') from {table} t"
            [row] = await connection.fetch(f"select count(*), {digest}")
            found[table] = (row[0], row[1])
        return found
    finally:
        await connection.close()


async def test_what_comes_back_is_what_was_there(kept: Databases, others: Databases, tmp_path: Path) -> None:
    before = {service: await content(kept[service]) for service in KEPT}
    await backup(kept, tmp_path / "backup")
    await restore(others, tmp_path / "backup", replace=False)
    assert {service: await content(others[service]) for service in KEPT} == before
    assert before["catalog"]["initiative"][0] > 1200, "the real data set was in it"


async def test_cursors_from_after_the_backup_are_refused_and_earlier_ones_go_on(
    kept: Databases, others: Databases, as_admin: dict[str, str], tmp_path: Path
) -> None:
    async def head(url: str) -> str:
        async with running(create_app(CatalogSettings(database_url=url))) as client:
            status = await client.get("/catalog/v1/changes?limit=1")
            cursor: str = status.json()["next"]
            return cursor

    async def write(url: str, slug: str) -> str:
        """Publish a network, and return the cursor after it."""
        async with running(create_app(CatalogSettings(database_url=url))) as client:
            body = {
                "slug": slug,
                "name": slug,
                "description": {"fr": "À l'essai."},
                "kind": "international",
                "sources": [{"title": "Let's Food – Territorial cooperation"}],
            }
            made = await client.post("/catalog/v1/networks", json=body, headers=as_admin)
            assert made.status_code == 201, made.text
            cursor = None
            while True:
                page = (
                    await client.get(
                        "/catalog/v1/changes", params={"limit": 200, **({"since": cursor} if cursor else {})}
                    )
                ).json()
                cursor = page["next"]
                if not page["has_more"]:
                    return str(cursor)

    early = await head(kept["catalog"])
    await backup(kept, tmp_path / "backup")
    late = await write(kept["catalog"], "apres-la-sauvegarde")
    await restore(others, tmp_path / "backup", replace=False)
    await write(others["catalog"], "autre-histoire")
    async with running(create_app(CatalogSettings(database_url=others["catalog"]))) as client:
        refused = await client.get("/catalog/v1/changes", params={"since": late})
        goes_on = await client.get("/catalog/v1/changes", params={"since": early})
    assert refused.status_code == 410
    assert refused.json()["type"] == "/problems/cursor-gone"
    assert goes_on.status_code == 200
    assert goes_on.json()["items"]


async def test_a_database_that_holds_something_is_left_alone_unless_it_is_given_up(
    kept: Databases, tmp_path: Path
) -> None:
    await backup(kept, tmp_path / "backup")
    before = await content(kept["catalog"])
    with pytest.raises(LocalError, match="holds something already"):
        await restore(kept, tmp_path / "backup", replace=False)
    assert await content(kept["catalog"]) == before
    connection = await asyncpg.connect(kept["catalog"])
    await connection.execute("update network set name = 'changed'")
    await connection.close()
    await restore(kept, tmp_path / "backup", replace=True)
    assert await content(kept["catalog"]) == before


async def test_a_database_in_use_is_not_restored_over(kept: Databases, tmp_path: Path) -> None:
    await backup(kept, tmp_path / "backup")
    reader = await asyncpg.connect(kept["catalog"])
    try:
        with pytest.raises(LocalError, match="Stop the services first"):
            await restore(kept, tmp_path / "backup", replace=True)
    finally:
        await reader.close()


@pytest.mark.parametrize("damage", ["changed", "cut", "gone", "no contents"])
async def test_a_damaged_backup_takes_nothing_away(kept: Databases, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "backup"
    await backup(kept, folder)
    file = folder / "catalog.dump"
    match damage:
        case "changed":
            data = bytearray(file.read_bytes())
            data[len(data) // 2] ^= 1
            file.write_bytes(data)
        case "cut":
            file.write_bytes(file.read_bytes()[:1000])
        case "gone":
            file.unlink()
        case _:
            (folder / "backup.json").unlink()
    before = await content(kept["catalog"])
    with pytest.raises(LocalError):
        await restore(kept, folder, replace=True)
    assert await content(kept["catalog"]) == before


async def test_a_restore_that_fails_half_way_takes_nothing_away(
    kept: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await backup(kept, tmp_path / "backup")
    before = await content(kept["catalog"])

    async def failing(folder: Path, url: str) -> None:
        raise LocalError(f"{folder} does not migrate {urlsplit(url).path}")

    monkeypatch.setattr("services.launch.backup.migrate", failing)
    with pytest.raises(LocalError, match="does not migrate"):
        await restore(kept, tmp_path / "backup", replace=True)
    assert await content(kept["catalog"]) == before


KILLED = """
import asyncio, sys
from pathlib import Path
import services.launch.backup as backup

async def stuck(url, file):
    print("set aside", flush=True)
    await asyncio.sleep(600)

backup.restore_into = stuck
databases = {"webhooks": sys.argv[1], "catalog": sys.argv[2]}
asyncio.run(backup.restore(databases, Path(sys.argv[3]), replace=True))
"""


async def test_a_killed_restore_is_taken_back_by_the_next_one(kept: Databases, tmp_path: Path) -> None:
    await backup(kept, tmp_path / "backup")
    before = await content(kept["webhooks"])
    arguments = [sys.executable, "-c", KILLED, kept["webhooks"], kept["catalog"], str(tmp_path / "backup")]
    process = await asyncio.create_subprocess_exec(*arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"set aside\n"
    process.kill()
    await process.wait()
    assert await content(kept["webhooks"]) == {}, "it had begun"
    await restore(kept, tmp_path / "backup", replace=True)
    assert await content(kept["webhooks"]) == before
    connection = await asyncpg.connect(kept["webhooks"])
    try:
        assert await connection.fetchval("select to_regnamespace($1)", FORMER_SCHEMA) is None
    finally:
        await connection.close()


async def test_a_backup_gets_a_folder_of_its_own(kept: Databases, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    with pytest.raises(LocalError, match="there already"):
        await backup(kept, tmp_path / "backup")


def test_the_address_of_a_database_goes_by_the_environment() -> None:
    found = environment_of("postgresql://someone:secret@db.example:5433/catalog?sslmode=require")
    assert found == {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "someone",
        "PGPASSWORD": "secret",
        "PGDATABASE": "catalog",
        "PGSSLMODE": "require",
    }
