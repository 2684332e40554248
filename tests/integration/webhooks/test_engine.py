"""What goes on by itself: it survives its database, ends what it began, and says how it is doing."""

import asyncio
import re
from typing import Any

import asyncpg

from services.catalog.app import EVENT_TYPES as PUBLISHED
from services.webhooks.event_types.catalogue import EVENT_TYPES
from tests.integration.webhooks.conftest import Serve
from tests.integration.webhooks.happenings import Happenings, change, happenings
from tests.integration.webhooks.receiver import Receiver

States = dict[str, list[dict[str, Any]]]

END_ALL = """
select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
"""


async def test_it_goes_on_when_every_connection_to_its_database_was_cut(
    serve: Serve, receiver: Receiver, states: States, webhooks_database: str
) -> None:
    async with serve() as here:
        await here.make(url=receiver.url("/slow/0.5"))
        async with happenings(webhooks_database) as happen:
            first = await happen.happen([change("territory", state) for state in states["territory"][:3]])
        await receiver.wait_for(1)
        connection = await asyncpg.connect(webhooks_database)
        await connection.execute(END_ALL)
        await connection.close()
        async with happenings(webhooks_database) as happen:
            second = await happen.happen([change("initiative", state) for state in states["initiative"][:3]])
            await receiver.wait_for(6, timeout_s=20)
            await happen.settled()
    assert {one.webhook_id for one in receiver.requests()} == {str(event) for event in [*first, *second]}


async def test_a_delivery_under_way_is_not_begun_again_when_its_lease_ended_meanwhile(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States
) -> None:
    receiver.become("one", "/ok")
    async with serve() as here:
        await here.make(url=receiver.url("/switch/one"))
        await happen.happen([change("territory", state) for state in states["territory"][:5]])
        await happen.settled()  # the endpoint may have several under way now
        receiver.become("one", "/slow/1")
        [event] = await happen.happen([change("initiative", states["initiative"][0])])
        await receiver.wait_for(6)
        for _ in range(3):  # as when the database was away for longer than the heartbeat
            await happen.fetch("update lane set due_at = now() - interval '1 second'")
            await asyncio.sleep(0.25)
        await happen.settled()
    assert receiver.count() == 6
    [delivery] = await happen.fetch("select state, attempts from delivery where event_id = $1", event)
    assert delivery == {"state": "succeeded", "attempts": 1}


async def test_what_is_under_way_ends_and_is_written_down_before_the_process_does(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States
) -> None:
    async with serve() as here:
        await here.make(url=receiver.url("/slow/1"))
        await happen.happen([change("territory", state) for state in states["territory"][:2]])
        await receiver.wait_for(1)
    assert receiver.count() == 1
    rows = await happen.fetch("select state from delivery order by position")
    assert [row["state"] for row in rows] == ["succeeded", "pending"]
    assert await happen.fetch("select from lane where leased_by is not null") == []


async def test_metrics_tell_attempts_what_waits_and_for_how_long(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States
) -> None:
    async with serve() as here:
        await here.make(url=receiver.url("/ok"))
        await here.make(url=receiver.url("/status/500"), retry_schedule=[0, 3600])
        await happen.happen([change("territory", states["territory"][0])])
        await receiver.wait_for(2)
        await asyncio.sleep(0.5)
        page = (await here.client.get("/webhooks/metrics")).text
    values = dict(re.findall(r"^(letsfood_\S+) (\S+)$", page, re.MULTILINE))
    assert values['letsfood_webhook_attempts_total{outcome="delivered",status="200"}'] == "1.0"
    assert values['letsfood_webhook_attempts_total{outcome="http_error",status="500"}'] == "1.0"
    assert values["letsfood_webhook_attempt_duration_seconds_count"] == "2.0"
    assert values["letsfood_webhook_pending"] == "1.0"
    assert values["letsfood_webhook_endpoints_failing"] == "1.0"
    assert values["letsfood_webhook_endpoints_disabled"] == "0.0"
    assert values["letsfood_webhook_lag_seconds"] == "0.0"
    assert float(values["letsfood_feed_lag_changes"]) == 0


def test_every_type_of_change_that_the_catalog_publishes_can_be_chosen() -> None:
    assert set(PUBLISHED) - EVENT_TYPES.keys() == set()
