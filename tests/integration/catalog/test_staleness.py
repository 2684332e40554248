"""Staleness: what is due for review is listed, and told in the feed once."""

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx
import pytest

from services.catalog.app import create_app
from services.catalog.editing.staleness import reminder as reminders
from services.catalog.editing.staleness.reminder import ReviewReminder
from services.catalog.settings import CatalogSettings
from services.common.database import Database
from tests.conftest import ROOT, running
from tests.integration.catalog.editing import V1, actions, head, patch, read, told, took
from tests.integration.catalog.partners import ANY, INITIATIVE, Headers, Partner, make_initiative, make_partner

MINE = f"initiatives/{INITIATIVE['slug']}"
TODAY = datetime.now(UTC).date()
WAIT_LIMIT_S = 60


def day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


@pytest.fixture
async def a(catalog: httpx.AsyncClient, as_admin: Headers) -> Partner:
    """A partner without any mandate."""
    return await make_partner(catalog, as_admin, "a")


@asynccontextmanager
async def reminder(url: str) -> AsyncIterator[ReviewReminder]:
    database = Database(url, pool_size=2)
    await database.open()
    try:
        yield ReviewReminder(database, 600)
    finally:
        await database.close()


async def stale(catalog: httpx.AsyncClient, query: str = "") -> list[str]:
    return [item["slug"] for item in (await read(catalog, f"stale?{query}"))["items"]]


async def test_what_is_due_is_listed_the_longest_overdue_first(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner
) -> None:
    assert await stale(catalog) == []
    for slug, days, place in (("essai-a", -5, "fes"), ("essai-b", -9, "lyon"), ("essai-c", 0, "fes")):
        await make_initiative(catalog, as_admin, slug=slug, review_due=day(days), territory=place)
    await make_initiative(catalog, as_admin, slug="essai-demain", review_due=day(1))
    await make_initiative(catalog, a.headers, slug="brouillon", review_due=day(-9), status="draft")
    assert await stale(catalog) == ["essai-b", "essai-a", "essai-c"]
    assert await stale(catalog, f"before={day(2)}") == ["essai-b", "essai-a", "essai-c", "essai-demain"]
    assert await stale(catalog, f"before={day(-5)}") == ["essai-b"]
    assert await stale(catalog, "country=MA") == ["essai-a", "essai-c"]
    assert await stale(catalog, "territory=lyon&kind=initiative&theme=farmers_markets") == ["essai-b"]
    assert await stale(catalog, "kind=territory") == []
    owner = await catalog.put(f"{V1}/initiatives/essai-a/owner", json={"partner": "a"}, headers=as_admin | ANY)
    assert owner.status_code == 200
    assert await stale(catalog, "owner=a") == ["essai-a"]
    assert await stale(catalog, f"owner={a.id}&owner=nobody") == ["essai-a"]
    first = await read(catalog, "stale?limit=2&count=true")
    second = await read(catalog, f"stale?limit=2&count=true&cursor={first['next']}")
    assert [item["slug"] for item in (*first["items"], *second["items"])] == ["essai-b", "essai-a", "essai-c"]
    assert (first["total"], second["next"]) == (3, None)
    assert first["items"][0]["review_due"] == day(-9)
    await took(catalog, "initiatives/essai-b", "confirm", as_admin)
    await patch(catalog, "initiatives/essai-a", {"start_year": 2020}, as_admin)
    assert await stale(catalog) == ["essai-c"]


async def test_a_review_that_falls_due_is_told_once_a_day_due(
    catalog: httpx.AsyncClient, as_admin: Headers, catalog_database: str
) -> None:
    made = await make_initiative(catalog, as_admin, review_due=day(0))
    await make_initiative(catalog, as_admin, slug="essai-demain", review_due=day(1))
    since = await head(catalog)
    async with reminder(catalog_database) as each:
        assert await each.tell() == 1
        assert await each.tell() == 0
        [change] = await told(catalog, since)
        assert (change["type"], change["version"]) == ("record.review_due", 2)
        assert change["subject"] == {"type": "initiative", "id": made["id"]}
        assert change["data"]["review_due"] == day(0)
        now = await read(catalog, MINE)
        assert (now["version"], now["review_due"], now["updated_at"]) == (2, day(0), made["updated_at"])
        assert await stale(catalog) == [made["slug"]], "it waits for somebody still"
        assert await actions(catalog, MINE) == [(2, "review_due"), (1, "created")]
        # Another change that leaves the day as it is says nothing again, a new day does.
        owner = await make_partner(catalog, as_admin, "b")
        handed = await catalog.put(f"{V1}/{MINE}/owner", json={"partner": owner.slug}, headers=as_admin | ANY)
        assert handed.status_code == 200
        assert await each.tell() == 0
        await patch(catalog, MINE, {"review_due": day(-1)}, as_admin)
        assert await each.tell() == 1
        versions = [change["version"] for change in await told(catalog, since)]
        assert versions == sorted(set(versions)), "strictly increasing"


async def test_drafts_and_what_has_left_publication_fall_due_for_nobody(
    catalog: httpx.AsyncClient, as_admin: Headers, catalog_database: str
) -> None:
    await make_initiative(catalog, as_admin, slug="brouillon", review_due=day(-1), status="draft")
    await make_initiative(catalog, as_admin, slug="archive", review_due=day(-1))
    await catalog.delete(f"{V1}/initiatives/archive?reason=Fin", headers=as_admin | ANY)
    async with reminder(catalog_database) as each:
        assert await each.tell() == 0


async def test_the_running_catalog_tells_by_itself(catalog_database: str, as_admin: Headers) -> None:
    settings = CatalogSettings(database_url=catalog_database, review_interval_s=0.05)
    async with running(create_app(settings)) as catalog:
        since = await head(catalog)
        await make_initiative(catalog, as_admin, review_due=day(-1))
        address = f"changes?types=record.review_due&since={since}&wait=20"
        [change] = (await read(catalog, address))["items"]
        assert change["version"] == 2


async def test_a_record_that_cannot_be_written_holds_up_no_other(
    catalog: httpx.AsyncClient,
    as_admin: Headers,
    catalog_database: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reminders, "AT_ONCE", 1)
    for slug, days in (("essai-casse", -9), ("essai-sain", -1)):
        await make_initiative(catalog, as_admin, slug=slug, review_due=day(days))
    connection = await asyncpg.connect(catalog_database)
    await connection.execute("update initiative set themes = '{}' where slug = 'essai-casse'")
    await connection.close()
    since = await head(catalog)
    async with reminder(catalog_database) as each:
        assert await each.tell() == 1
    [change] = await told(catalog, since)
    assert change["data"]["slug"] == "essai-sain"
    assert "initiative" in caplog.text


async def begin(url: str, die_after: int = 0) -> asyncio.subprocess.Process:
    """A process that is ready to tell."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.catalog.reminding_process",
        url,
        str(die_after),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), WAIT_LIMIT_S) == b"ready\n"
    return process


async def finish(*processes: asyncio.subprocess.Process) -> list[tuple[int | None, bytes]]:
    """Have them all begin at once; their exit codes and what they wrote."""
    outputs = await asyncio.wait_for(asyncio.gather(*(one.communicate(b"go\n") for one in processes)), WAIT_LIMIT_S)
    return [(process.returncode, output) for process, (output, _) in zip(processes, outputs, strict=True)]


async def test_of_two_processes_and_one_that_dies_each_record_is_told_of_exactly_once(
    catalog: httpx.AsyncClient, catalog_database: str
) -> None:
    connection = await asyncpg.connect(catalog_database)
    try:
        due = await connection.fetch(
            "update initiative set review_due = current_date - 1"
            " where id in (select id from initiative order by id limit 120) returning id, version"
        )
        since = await head(catalog)
        [(code, output)] = await finish(await begin(catalog_database, die_after=40))
        assert (code, output) == (-signal.SIGKILL, b"")
        assert await connection.fetchval("select count(*) from initiative where review_told") == 40
        for _ in range(20):
            ended = await finish(await begin(catalog_database), await begin(catalog_database))
            assert [code for code, _ in ended] == [0, 0]
            if await connection.fetchval("select count(*) from initiative where review_told") == len(due):
                break
        changes = await told(catalog, since)
        assert Counter(change["subject"]["id"] for change in changes) == {str(row["id"]): 1 for row in due}
        assert {change["type"] for change in changes} == {"record.review_due"}
        assert {change["subject"]["id"]: change["version"] for change in changes} == {
            str(row["id"]): row["version"] + 1 for row in due
        }
        unwritten = await connection.fetchval(
            "select count(*) from initiative i where review_told and not exists ("
            " select from revision v where v.record_id = i.id and v.version = i.version and v.action = 'review_due')"
        )
        assert unwritten == 0
    finally:
        await connection.close()
