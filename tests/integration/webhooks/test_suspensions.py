"""What goes to a suspended partner waits, in its order, until the partner is active again; nobody else's does."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import orjson
import pytest
from pydantic import SecretStr

from services.common.ids import new_id
from services.webhooks.deliveries.suspensions import MINE, Suspensions
from services.webhooks.endpoints.models import Endpoint
from tests.integration.catalog.partners import ANY, PATCH, Headers, make, make_partner
from tests.integration.webhooks.conftest import Serve
from tests.integration.webhooks.happenings import Happenings, change
from tests.integration.webhooks.receiver import Receiver
from tests.integration.webhooks.running import ENDPOINTS
from tests.integration.webhooks.workers import KEY as SEALED_WITH
from tests.integration.webhooks.workers import ServiceProcess, WorkerProcess, add_endpoint, free_port

States = dict[str, list[dict[str, Any]]]
KEY = SecretStr("a key")


async def give(catalog: httpx.AsyncClient, admin: Headers, slug: str, status: str) -> None:
    address = f"/catalog/v1/partners/{slug}"
    answer = await catalog.patch(address, json={"status": status}, headers=admin | PATCH | ANY)
    assert answer.status_code == 200, answer.text


async def held(happen: Happenings) -> set[UUID]:
    return {row["id"] for row in await happen.fetch("select id from endpoint where held_at is not null")}


async def until_held(happen: Happenings, *endpoints: UUID) -> None:
    deadline = time.monotonic() + 10
    while (found := await held(happen)) != set(endpoints):
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.02)


async def test_two_workers_hold_a_suspended_partner_while_the_catalog_is_away_too_and_then_go_on_in_order(
    catalog: httpx.AsyncClient,
    catalog_database: str,
    webhooks_database: str,
    as_admin: Headers,
    happen: Happenings,
    receiver: Receiver,
    states: States,
    tmp_path: Path,
) -> None:
    made = [await make_partner(catalog, as_admin, slug) for slug in ("a", "b")]
    service = await make(catalog, "api-keys", {"name": "webhooks", "scopes": ["introspect"]}, as_admin)
    a, _ = [await add_endpoint(happen, receiver.url(f"/ok?of={one.slug}"), UUID(one.id)) for one in made]
    records = states["territory"][:3]
    version = 0

    async def happens(times: int) -> None:
        nonlocal version
        for _ in range(times):
            version += 1
            await happen.happen([change("territory", record, version=version) for record in records])

    def arrived(of: str) -> dict[str, list[int]]:
        versions: dict[str, list[int]] = {record["id"]: [] for record in records}
        for one in receiver.requests(f"/ok?of={of}"):
            data = orjson.loads(one.body)["data"]
            versions[data["subject"]["id"]].append(data["version"])
        return versions

    def all_of(of: str) -> Callable[[], Any]:
        return lambda: receiver.wait_for(3 * version, f"/ok?of={of}", timeout_s=20)

    port = free_port()
    source = ServiceProcess("catalog", tmp_path / "catalog.log", port, database_url=catalog_database)
    asks = {
        "catalog_url": f"http://127.0.0.1:{port}",
        "catalog_key": service["key"],
        "suspension_interval_s": 0.5,
    }
    with (
        source,
        WorkerProcess(webhooks_database, tmp_path / "one.log", **asks),
        WorkerProcess(webhooks_database, tmp_path / "two.log", **asks),
    ):
        await happens(2)
        await all_of("a")()
        await all_of("b")()
        await give(catalog, as_admin, "a", "suspended")
        suspended_at = time.monotonic()
        await until_held(happen, a.id)
        assert time.monotonic() - suspended_at < 5
        await happens(2)
        await all_of("b")()
        source.kill()
        await happens(2)
        await all_of("b")()
        await asyncio.sleep(1.5)  # several questions without an answer
        assert await held(happen) == {a.id}
        assert receiver.count("/ok?of=a") == 6
        await give(catalog, as_admin, "a", "active")
        await asyncio.sleep(1)
        assert receiver.count("/ok?of=a") == 6, "the catalog has not said so yet"
        source.start()
        await all_of("a")()
        await happen.settled()
    everything = {record["id"]: [*range(1, version + 1)] for record in records}
    assert arrived("a") == arrived("b") == everything
    assert await held(happen) == set()
    attempts = await happen.fetch("select distinct state, attempts from delivery")
    assert attempts == [{"state": "succeeded", "attempts": 1}]


async def test_the_clock_of_disabling_and_the_attempts_stand_still_meanwhile(
    serve: Serve, catalog: httpx.AsyncClient, as_admin: Headers, receiver: Receiver, happen: Happenings, states: States
) -> None:
    patience = 3
    async with serve(suspension_interval_s=0.1, disable_after_s=patience) as here:
        endpoint = await here.make(url=receiver.url("/status/500"), retry_schedule=[0, 1, 1, 1, 1, 1, 60])
        address = f"{ENDPOINTS}/{endpoint['id']}"
        assert endpoint["held_at"] is None
        await happen.happen([change("territory", states["territory"][0])])
        await receiver.wait_for(1)
        await give(catalog, as_admin, "a", "suspended")
        await until_held(happen, UUID(endpoint["id"]))
        await asyncio.sleep(0.5)  # what was under way has ended
        tried = receiver.count()
        await asyncio.sleep(patience)
        assert receiver.count() == tried
        shown = (await here.client.get(address, headers=as_admin)).json()
        assert shown["held_at"] is not None
        assert shown["enabled"] is True
        [waiting] = (await here.client.get(f"{address}/deliveries", headers=as_admin)).json()["items"]
        assert (waiting["state"], waiting["next_attempt_at"], len(waiting["attempts"])) == ("pending", None, tried)
        metrics = (await here.client.get("/webhooks/metrics")).text
        assert "letsfood_webhook_endpoints_held 1.0" in metrics
        assert "letsfood_webhook_lag_seconds 0.0" in metrics
        [read] = [line for line in metrics.splitlines() if line.startswith("letsfood_webhook_suspensions_read")]
        assert time.time() - float(read.split()[1]) < 30

        await give(catalog, as_admin, "a", "active")
        await receiver.wait_for(tried + 1)
        await asyncio.sleep(0.3)
        shown = (await here.client.get(address, headers=as_admin)).json()
        assert (shown["held_at"], shown["enabled"]) == (None, True), "it was not failing while it was held"
        async with asyncio.timeout(10):
            while (await here.client.get(address, headers=as_admin)).json()["disabled_reason"] != "failing":  # noqa: ASYNC110 - asks over HTTP
                await asyncio.sleep(0.1)


async def test_one_that_starts_late_asks_before_it_delivers(
    serve: Serve, catalog: httpx.AsyncClient, as_admin: Headers, receiver: Receiver, happen: Happenings, states: States
) -> None:
    partner = await make_partner(catalog, as_admin, "late")
    endpoint = await add_endpoint(happen, receiver.url("/ok"), UUID(partner.id))
    await happen.happen([change("territory", states["territory"][0])])
    await give(catalog, as_admin, "late", "suspended")
    async with serve(suspension_interval_s=3600, secret_keys=(SecretStr(SEALED_WITH),)) as here:
        await until_held(happen, endpoint.id)
        await asyncio.sleep(0.5)
        assert receiver.count() == 0
        await give(catalog, as_admin, "late", "active")
        await here.app.state.engine.suspensions.look()
        await receiver.wait_for(1)


@asynccontextmanager
async def asking(happen: Happenings, answer: Callable[[httpx.Request], httpx.Response]) -> AsyncIterator[Suspensions]:
    transport = httpx.MockTransport(answer)
    async with httpx.AsyncClient(transport=transport, base_url="http://catalog.example") as client:
        yield Suspensions(happen.database, client, KEY, 3600)


def says(*partners: UUID, following: str | None = None) -> httpx.Response:
    return httpx.Response(200, json={"items": [{"id": str(one)} for one in partners], "next": following})


def away(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused")


def half(request: httpx.Request) -> httpx.Response:
    """The first page, and no second one."""
    return httpx.Response(503) if "cursor" in request.url.params else says(following="more")


NO_ANSWERS = {
    "away": away,
    "half of it": half,
    "key revoked": lambda _: httpx.Response(401, json={"items": [], "next": None}),
    "an earlier release": lambda _: httpx.Response(404, json={}),
    "elsewhere": lambda _: httpx.Response(302, headers={"Location": "/"}),
    "a page of HTML": lambda _: httpx.Response(200, text="<html>"),
    "no list": lambda _: httpx.Response(200, json=[]),
    "no ids": lambda _: httpx.Response(200, json={"items": [{"id": 7}], "next": None}),
    "no end said": lambda _: httpx.Response(200, json={"items": []}),
}


@pytest.fixture
async def two(happen: Happenings) -> tuple[Endpoint, Endpoint]:
    """Endpoints of two partners, the first one held."""
    one, other = [await add_endpoint(happen, "http://127.0.0.1:9/") for _ in range(2)]
    async with asking(happen, lambda _: says(one.partner_id)) as suspensions:
        await suspensions.look()
        assert suspensions.read_at is not None
    assert await held(happen) == {one.id}
    return one, other


@pytest.mark.parametrize("case", NO_ANSWERS)
async def test_without_a_whole_answer_nothing_changes(
    happen: Happenings, two: tuple[Endpoint, Endpoint], case: str
) -> None:
    async with asking(happen, NO_ANSWERS[case]) as suspensions:
        await suspensions.look()
    assert suspensions.read_at is None
    assert await held(happen) == {two[0].id}


async def test_every_page_is_read_and_unknown_partners_do_not_matter(
    happen: Happenings, two: tuple[Endpoint, Endpoint]
) -> None:
    one, other = two

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == f"Bearer {KEY.get_secret_value()}"
        return says(other.partner_id) if request.url.params.get("cursor") == "x" else says(new_id(), following="x")

    async with asking(happen, answer) as suspensions:
        await suspensions.look()
        assert await held(happen) == {other.id}
        before = await happen.fetch("select held_at from endpoint where id = $1", other.id)
        await suspensions.look()
        assert await happen.fetch("select held_at from endpoint where id = $1", other.id) == before
    async with asking(happen, lambda _: says()) as suspensions:
        await suspensions.look()
    assert await held(happen) == set()
    assert one.id != other.id


async def test_a_process_leaves_it_to_another_one_that_is_at_it_unless_it_only_starts(
    happen: Happenings, two: tuple[Endpoint, Endpoint], webhooks_database: str
) -> None:
    other = await asyncpg.connect(webhooks_database)
    async with asking(happen, lambda _: says()) as suspensions:
        async with other.transaction():
            assert await other.fetchval(MINE)
            await suspensions.look()
            assert await held(happen) == {two[0].id}
            starting = asyncio.create_task(suspensions.look(wait=True))
            await asyncio.sleep(0.3)
            assert not starting.done(), "who begins to deliver waits for an answer"
        await starting
    assert await held(happen) == set()
    await other.close()
