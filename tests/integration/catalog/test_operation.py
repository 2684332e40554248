"""What those who run a catalog see of it: metrics, readiness, log lines; and that nothing holds its end up."""

import asyncio
import json
import logging
import math
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from services.catalog.app import create_app
from services.catalog.settings import CatalogSettings
from services.common.access.keys import new_key
from services.common.feed.follower import FeedFollower
from services.common.telemetry import metrics as metrics_module
from services.common.telemetry.logs import JsonFormatter
from services.common.telemetry.metrics import Metrics
from services.common.telemetry.probes import watch_follower
from tests.conftest import CopyDatabase, running

Values = dict[tuple[str, ...], float]

INSERT_A_CHANGE = """
with batch as (insert into change_batch default values returning id)
insert into change (batch_id, ordinal, type, kind, subject_id, version)
select id, 1, 'network.updated', 'network', gen_random_uuid(), 1 from batch
"""


class Standing:
    """A sink that stands where the feed began: whatever is published is missing."""

    def __init__(self, cursor: str) -> None:
        self._cursor = cursor

    async def cursor(self) -> str:
        return self._cursor


@pytest.fixture(autouse=True)
def measured_on_every_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics_module, "KEPT_S", 0)


@pytest.fixture
def app(empty_catalog_database: str) -> FastAPI:
    return create_app(CatalogSettings(database_url=empty_catalog_database, environment="development"))


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with running(app) as client:
        yield client


@pytest.fixture
async def writer(empty_catalog_database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(empty_catalog_database)
    yield connection
    await connection.close()


def parsed(text: str) -> Values:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def values(client: httpx.AsyncClient) -> Values:
    answer = await client.get("/catalog/metrics")
    assert answer.status_code == 200
    return parsed(answer.text)


async def test_requests_are_counted_by_the_template_of_their_route(client: httpx.AsyncClient) -> None:
    for ref in ("one", "two"):
        assert (await client.get(f"/catalog/v1/territories/{ref}")).status_code == 404
    await client.get("/catalog/v1/territories", params={"unknown": "x"})
    await client.delete("/catalog/v1/changes")
    await client.get("/problems/not-found")
    await client.get("/catalog/docs/static/favicon.png")
    found = await values(client)
    counted = {name[1:]: value for name, value in found.items() if name[0] == "letsfood_http_requests_total"}
    assert counted == {
        ("GET", "/catalog/v1/territories/{ref}", "404"): 2,
        ("GET", "/catalog/v1/territories", "400"): 1,
        ("DELETE", "/catalog/v1/changes", "405"): 1,
        ("GET", "/problems/{slug}", "200"): 1,
        ("GET", "/catalog/docs/static/{path}", "200"): 1,
    }
    assert found["letsfood_http_request_duration_seconds_count", "GET", "/catalog/v1/territories/{ref}"] == 2
    assert found["letsfood_http_requests_in_flight",] == 1  # the one that reads this


async def test_a_flood_of_addresses_and_methods_makes_no_series_of_its_own(client: httpx.AsyncClient) -> None:
    before = await values(client)
    for number in range(150):
        await client.get(f"/catalog/v1/no-such-thing-{number}")
        await client.get(f"/{number}/wp-login.php?x={number}")
        await client.get(f"/catalog/v1/territories/no-such-territory-{number}")
        await client.request(f"METHOD{number}", "/catalog/v1/territories")
        await client.get(f"/catalog/docs/static/{number}")
    after = await values(client)
    new = {name[1:] for name in after.keys() - before.keys() if name[0] == "letsfood_http_requests_total"}
    assert {route for _, route, _ in new} == {
        "other",
        "/catalog/v1/territories",
        "/catalog/v1/territories/{ref}",
        "/catalog/docs/static/{path}",
        "/catalog/metrics",
    }
    assert {method for method, _, _ in new} == {"GET", "other"}
    assert "no-such" not in str(after.keys())
    assert sum(after["letsfood_http_requests_total", *series] for series in new) == 751


async def test_lag_and_stall_rise_while_a_writer_holds_its_transaction_open_and_fall_after(
    client: httpx.AsyncClient, writer: asyncpg.Connection, empty_catalog_database: str
) -> None:
    head = (await client.get("/catalog/v1/changes/status")).json()["head"]
    follower = FeedFollower(client, Standing(head))  # type: ignore[arg-type]  # only asked where it stands
    followed = Metrics()
    watch_follower(followed, lambda: follower)

    async def lag() -> Values:
        body, _ = await followed.exposition("")
        return parsed(body.decode())

    quiet = await values(client)
    assert (quiet["letsfood_feed_stall_seconds",], quiet["letsfood_feed_pending_seconds",]) == (0, 0)
    assert (await lag())["letsfood_feed_lag_seconds",] == 0

    open_transaction = writer.transaction()
    await open_transaction.start()
    await writer.execute(INSERT_A_CHANGE)
    first, first_lag = await values(client), await lag()
    await asyncio.sleep(0.3)
    other = await asyncpg.connect(empty_catalog_database)
    await other.execute(INSERT_A_CHANGE)  # another writer is not held up, and its change can be read
    await other.close()
    second, second_lag = await values(client), await lag()
    for name in ("letsfood_feed_stall_seconds", "letsfood_feed_pending_seconds"):
        assert 0 < first[name,] < second[name,] - 0.25
    assert 0 < first_lag["letsfood_feed_lag_seconds",] < second_lag["letsfood_feed_lag_seconds",] - 0.25
    assert (first_lag["letsfood_feed_lag_changes",], second_lag["letsfood_feed_lag_changes",]) == (0, 1)
    assert second["letsfood_feed_position",] == first["letsfood_feed_position",] + 1

    await open_transaction.commit()
    after = await values(client)
    assert (after["letsfood_feed_stall_seconds",], after["letsfood_feed_pending_seconds",]) == (0, 0)
    assert (await lag())["letsfood_feed_lag_changes",] == 2
    follower.sink = Standing((await client.get("/catalog/v1/changes/status")).json()["head"])  # type: ignore[assignment]
    caught_up = await lag()
    assert (caught_up["letsfood_feed_lag_changes",], caught_up["letsfood_feed_lag_seconds",]) == (0, 0)


async def test_a_writer_that_has_recorded_nothing_stalls_but_nothing_is_pending(
    client: httpx.AsyncClient, writer: asyncpg.Connection
) -> None:
    async with writer.transaction():
        await writer.execute("create temporary table scratch () on commit drop")
        found = await values(client)
    assert found["letsfood_feed_stall_seconds",] > 0
    assert found["letsfood_feed_pending_seconds",] == 0


async def test_connections_in_use_are_shown_by_pool(client: httpx.AsyncClient, app: FastAPI) -> None:
    database = app.state.catalog.database

    async def used() -> tuple[float, float]:
        found = await values(client)
        assert found["letsfood_database_connections", "reads", "limit"] == 10
        return (
            found["letsfood_database_connections", "reads", "used"],
            found["letsfood_database_connections", "writes", "used"],
        )

    assert await used() == (0, 0)
    async with database.pool.acquire(), database.transaction() as session:
        await session.connection()
        assert await used() == (1, 1)
    assert await used() == (0, 0)


async def test_while_the_database_does_not_answer_the_rest_is_still_shown(
    client: httpx.AsyncClient, app: FastAPI
) -> None:
    await app.state.catalog.database.pool.close()
    found = await values(client)
    assert math.isnan(found["letsfood_feed_stall_seconds",])
    assert found["letsfood_probe_up", "feed"] == 0
    assert "process_resident_memory_bytes" in {name for name, *_ in found}
    assert (await client.get("/catalog/health/live")).status_code == 200
    waiting = await client.get("/catalog/health/ready")
    assert waiting.status_code == 503
    assert waiting.json()["waiting_for"].keys() == {"database"}


async def test_a_database_that_was_not_migrated_is_waited_for(copy_database: CopyDatabase) -> None:
    app = create_app(CatalogSettings(database_url=copy_database("template1"), environment="development"))
    async with running(app) as client:
        waiting = await client.get("/catalog/health/ready")
    assert waiting.json()["waiting_for"] == {"database": "the database has not been migrated"}


async def test_when_the_process_ends_whoever_waits_is_answered_and_it_is_not_ready_any_more(
    client: httpx.AsyncClient, app: FastAPI
) -> None:
    assert (await client.get("/catalog/health/ready")).status_code == 200
    head = (await client.get("/catalog/v1/changes/status")).json()["head"]
    poll = asyncio.create_task(client.get("/catalog/v1/changes", params={"wait": 30, "since": head}))
    stream = asyncio.create_task(client.get("/catalog/v1/changes", headers={"Accept": "text/event-stream"}))
    await asyncio.sleep(0.2)
    assert not poll.done()
    assert not stream.done()
    app.state.stopping.begin()
    polled = await asyncio.wait_for(poll, 5)
    assert (polled.status_code, polled.json()["items"], polled.json()["next"]) == (200, [], head)
    assert (await asyncio.wait_for(stream, 5)).status_code == 200
    later = await asyncio.wait_for(client.get("/catalog/v1/changes", params={"wait": 30, "since": head}), 5)
    assert later.status_code == 200
    ready = await client.get("/catalog/health/ready")
    assert ready.json()["waiting_for"] == {"process": "it is stopping"}


async def test_each_request_has_one_line_with_its_route_and_the_public_part_of_its_key(
    client: httpx.AsyncClient, as_admin: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "services")
    caplog.handler.setFormatter(JsonFormatter())
    secret = as_admin["Authorization"].rsplit("_", 1)[1]
    stranger = new_key()
    answer = await client.get("/catalog/v1/territories/nowhere", headers=as_admin | {"X-Request-Id": "mine-1"})
    assert answer.headers["x-request-id"] == "mine-1"
    await client.get("/catalog/v1/territories", params={"api_key": str(stranger)})
    await client.get(f"/catalog/v1/territories/{stranger}")
    await client.get(f"/{stranger}")
    await client.get("/catalog/v1/territories", headers={"Authorization": f"Bearer {stranger}"})
    await client.post("/catalog/v1/initiatives", json={"title": str(stranger)}, headers=as_admin)
    await client.get("/catalog/health/live")
    text = caplog.text
    assert stranger.secret not in text
    assert secret not in text
    lines = [json.loads(line) for line in text.splitlines() if '"route"' in line]
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("GET", "/catalog/v1/territories/{ref}", 404),
        ("GET", "/catalog/v1/territories", 400),
        ("GET", "/catalog/v1/territories/{ref}", 404),
        ("GET", "other", 404),
        ("GET", "other", 401),
        ("POST", "/catalog/v1/initiatives", 422),
    ]
    assert lines[0]["request_id"] == "mine-1"
    assert lines[0]["key"] in as_admin["Authorization"]
    assert lines[0]["duration_ms"] > 0
    assert [("client" in line, "key" in line) for line in lines] == [
        (False, True),
        (False, False),
        (False, False),
        (False, False),
        (True, False),
        (False, True),
    ]
