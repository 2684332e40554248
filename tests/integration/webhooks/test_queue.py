"""The queue among several workers: a lane is one worker's at a time, and nothing is left behind when one dies."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

import asyncpg

from services.common.clock import now
from services.common.ids import new_id
from services.webhooks.deliveries import queries
from services.webhooks.deliveries.queue import Attempted, DeliveryQueue, Leased
from services.webhooks.deliveries.schedule import Verdict
from services.webhooks.outbound.outcome import Outcome, OutcomeKind
from tests.integration.webhooks.happenings import Happenings, change
from tests.integration.webhooks.test_fanout import add

States = dict[str, list[dict[str, Any]]]
MANY = 1000


def worker(happen: Happenings, lease_s: float = 30) -> DeliveryQueue:
    return DeliveryQueue(happen.database.pool, new_id(), lease_s)


def arrived(one: Leased) -> Attempted:
    return Attempted(one, Verdict("succeeded"), now(), Outcome(OutcomeKind.DELIVERED, 5, 200, "ok"))


def failed(one: Leased, pause_s: float | None) -> Attempted:
    verdict = Verdict("failed") if pause_s is None else Verdict("pending", pause_s)
    return Attempted(one, verdict, now(), Outcome(OutcomeKind.HTTP_ERROR, 5, 500, "no"))


async def forgotten(happen: Happenings) -> Sequence[dict[str, Any]]:
    """Deliveries that wait in no lane: nobody would ever send them."""
    return await happen.fetch(
        "select id from delivery d where state = 'pending' and not exists (select from lane l"
        " where l.endpoint_id = d.endpoint_id and l.subject_id = d.subject_id)"
    )


async def test_a_lane_is_leased_once_and_gives_its_deliveries_one_after_the_other(
    happen: Happenings, states: States
) -> None:
    await add(happen)
    await happen.happen([change("territory", states["territory"][0], version=version) for version in (1, 2)])
    one, other = worker(happen), worker(happen)
    [first] = await one.lease(MANY, {})
    assert await other.lease(MANY, {}) == []
    assert first.event is not None
    assert first.event.subject_version == 1
    await one.record([arrived(first)])
    [second] = await other.lease(MANY, {})
    assert second.event is not None
    assert second.event.subject_version == 2
    await other.record([arrived(second)])
    assert await happen.fetch("select from lane") == []
    assert {row["state"] for row in await happen.fetch("select state from delivery")} == {"succeeded"}


async def test_an_attempt_that_is_written_down_twice_counts_once(happen: Happenings, states: States) -> None:
    await add(happen)
    await happen.happen([change("territory", states["territory"][0])])
    queue = worker(happen)
    [leased] = await queue.lease(MANY, {})
    attempt = failed(leased, 60)
    for _ in range(2):  # the commit went through, and the answer to it did not
        await queue.record([attempt])
    assert await happen.fetch("select state, attempts from delivery") == [{"state": "pending", "attempts": 1}]
    assert await happen.fetch("select number from delivery_attempt") == [{"number": 1}]


async def test_a_success_is_never_passed_over_while_somebody_changes_the_endpoint(
    happen: Happenings, states: States, webhooks_database: str
) -> None:
    endpoint = await add(happen)
    await happen.happen([change("territory", states["territory"][0], version=version) for version in (1, 2)])
    queue = worker(happen)
    [leased] = await queue.lease(MANY, {})
    await queue.record([failed(leased, 0)])
    assert await happen.fetch("select from endpoint where failing_since is not null") == [{}]
    [leased] = await queue.lease(MANY, {})
    owner = await asyncpg.connect(webhooks_database)
    async with owner.transaction():
        await owner.execute("select from endpoint where id = $1 for no key update", endpoint.id)
        await queue.record([arrived(leased)])
        [next_one] = await worker(happen).lease(MANY, {})
        assert next_one.delivery_id != leased.delivery_id, "only the health waits: the lane has moved on"
        await queue.recover()
        assert await happen.fetch("select from endpoint where failing_since is not null") == [{}]
    await owner.close()
    await queue.recover()
    assert await happen.fetch("select from endpoint where failing_since is not null") == []


async def test_when_a_lease_ends_another_worker_takes_over_and_a_success_of_either_counts(
    happen: Happenings, states: States
) -> None:
    await add(happen)
    await happen.happen([change("territory", states["territory"][0])])
    slow, quick = worker(happen, lease_s=0.1), worker(happen)
    [leased] = await slow.lease(MANY, {})
    await asyncio.sleep(0.2)
    [again] = await quick.lease(MANY, {})
    assert again.delivery_id == leased.delivery_id
    await quick.record([failed(again, None)])
    await slow.record([arrived(leased)])
    [delivery] = await happen.fetch("select state, attempts from delivery")
    assert delivery == {"state": "succeeded", "attempts": 2}
    assert await happen.fetch("select from lane") == []


async def test_a_lease_that_is_renewed_does_not_end(happen: Happenings, states: States) -> None:
    await add(happen)
    await happen.happen([change("territory", states["territory"][0])])
    one, other = worker(happen, lease_s=0.5), worker(happen)
    [leased] = await one.lease(MANY, {})
    for _ in range(4):
        await asyncio.sleep(0.2)
        await one.renew([leased.lane])
    assert await other.lease(MANY, {}) == []


async def test_a_lease_that_its_worker_never_heard_of_ends(happen: Happenings, states: States) -> None:
    endpoint = await add(happen)
    await happen.happen([change("territory", state) for state in states["territory"][:2]])
    one, other = worker(happen, lease_s=0.5), worker(happen)
    heard, unheard = await one.lease(MANY, {endpoint.id: 2})
    for _ in range(4):
        await asyncio.sleep(0.2)
        await one.renew([heard.lane])
    assert [leased.lane for leased in await other.lease(MANY, {endpoint.id: 2})] == [unheard.lane]


class DeletedAfterTheLease:
    """Connections over which every endpoint is deleted as soon as a lease has been taken."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def fetch(self, query: str, *values: object) -> list[asyncpg.Record]:
        rows = await self._pool.fetch(query, *values)
        if query is queries.LEASE:
            await self._pool.execute("update endpoint set deleted_at = now()")
        return list(rows)


async def test_of_an_endpoint_that_is_deleted_after_the_lease_nothing_is_given_out(
    happen: Happenings, states: States
) -> None:
    await add(happen)
    await happen.happen([change("territory", states["territory"][0])])
    pool = cast("asyncpg.Pool", DeletedAfterTheLease(happen.database.pool))
    [leased] = await DeliveryQueue(pool, new_id(), 30).lease(MANY, {})
    assert leased.target is None


async def test_endpoints_take_turns_and_get_no_more_than_there_is_room_for(happen: Happenings, states: States) -> None:
    endpoints = [await add(happen) for _ in range(4)]
    await happen.happen([change("territory", state) for state in states["territory"][:10]])
    queue = worker(happen)
    taken = [leased.endpoint_id for _ in range(4) for leased in await queue.lease(1, dict.fromkeys(ids(endpoints), 5))]
    assert sorted(taken) == sorted(ids(endpoints))
    full = await queue.lease(MANY, {endpoints[0].id: 3, endpoints[1].id: 0})
    assert [sum(one.endpoint_id == endpoint for one in full) for endpoint in ids(endpoints)] == [3, 0, 1, 1]


def ids(endpoints: Sequence[Any]) -> list[UUID]:
    return [endpoint.id for endpoint in endpoints]


async def test_nothing_is_left_behind_while_some_add_and_others_finish(happen: Happenings, states: States) -> None:
    for _ in range(3):
        await add(happen)
    chance = random.Random(1)
    finished = asyncio.Event()

    async def work() -> None:
        queue = worker(happen)
        while True:
            leased = await queue.lease(20, dict.fromkeys(await everybody(), 10))
            if leased:
                await queue.record([arrived(one) if chance.random() < 0.8 else failed(one, 0) for one in leased])
            elif finished.is_set():
                return

    async def everybody() -> list[UUID]:
        return [row["id"] for row in await happen.fetch("select id from endpoint")]

    workers = [asyncio.create_task(work()) for _ in range(3)]
    for version in range(1, 61):
        await happen.happen([change("territory", state, version=version) for state in states["territory"][:4]])
    finished.set()
    await asyncio.wait_for(asyncio.gather(*workers), 60)
    assert await forgotten(happen) == []
    assert {row["state"] for row in await happen.fetch("select state from delivery")} == {"succeeded"}
    assert await happen.fetch("select from lane") == []
    assert len(await happen.fetch("select from delivery")) == 3 * 4 * 60
