"""What has left publication is not sent again: no replay and no delivery that waited brings its state back."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import timedelta
from typing import Any

import httpx
import jsonschema
import pytest

from services.common.clock import now
from services.common.feed.follower import Record
from services.webhooks.event_types.catalogue import EVENT_TYPES
from services.webhooks.event_types.documents import body_schemas
from services.webhooks.events.sink import EventSink
from tests.integration.catalog.editing import merge, patch, took
from tests.integration.catalog.partners import ANY, Headers, make_initiative
from tests.integration.webhooks.conftest import Serve
from tests.integration.webhooks.happenings import FEED, Happenings, change
from tests.integration.webhooks.receiver import Received, Receiver
from tests.integration.webhooks.running import ENDPOINTS, Beside
from tests.integration.webhooks.test_fanout import add
from tests.integration.webhooks.test_queue import MANY, worker

States = dict[str, list[dict[str, Any]]]
SLUG = "marche-d-essai-fes"
ADDRESS = f"initiatives/{SLUG}"


async def archive(catalog: httpx.AsyncClient, headers: Headers) -> None:
    answer = await catalog.delete(f"/catalog/v1/{ADDRESS}?reason=Retrait", headers=headers | ANY)
    assert answer.status_code == 204, answer.text


async def replay(here: Beside, endpoint: dict[str, Any]) -> int:
    """Of everything that the test made happen; how many deliveries that makes."""
    address = f"{ENDPOINTS}/{endpoint['id']}/replay"
    wanted = {"since": (now() - timedelta(hours=1)).isoformat()}
    answer = await here.client.post(address, json=wanted, headers=here.a.headers)
    assert answer.status_code == 202, answer.text
    made: int = answer.json()["deliveries"]
    return made


async def enable(here: Beside, endpoint: dict[str, Any], *, enabled: bool) -> None:
    answer = await here.client.patch(
        f"{ENDPOINTS}/{endpoint['id']}",
        json={"enabled": enabled},
        headers=here.a.headers | {"Content-Type": "application/merge-patch+json", **ANY},
    )
    assert answer.status_code == 200, answer.text


def told(here: Beside, received: Iterable[Received]) -> list[tuple[str, bool]]:
    """(type, whether there is a state) of bodies as they came, each as the document says."""
    components = here.app.openapi()["components"]
    found = []
    for one in received:
        body = json.loads(one.body)
        schema = body_schemas(EVENT_TYPES[body["type"]])["application/json"]
        jsonschema.validate(body, schema | {"components": components})
        assert "state" in body["data"]
        found.append((body["type"].partition(".")[2], body["data"]["state"] is not None))
    return found


async def taken_in(happen: Happenings, event_type: str) -> None:
    """Until there is an event of this type."""
    deadline = time.monotonic() + 10
    while not await happen.fetch("select from event where type = $1", event_type):
        assert time.monotonic() < deadline, event_type
        await asyncio.sleep(0.02)


async def test_a_replay_of_what_was_archived_since_has_no_state_in_any_event(
    serve: Serve, receiver: Receiver, happen: Happenings, as_admin: Headers
) -> None:
    async with serve() as here:
        endpoint = await here.make(url=receiver.url("/ok"), format="full")
        await make_initiative(here.catalog, as_admin)
        await receiver.wait_for(1)
        await patch(here.catalog, ADDRESS, {"start_year": 2019}, as_admin)
        await receiver.wait_for(2)
        await archive(here.catalog, as_admin)
        first = await receiver.wait_for(3)
        assert told(here, first) == [("created", True), ("updated", True), ("archived", False)]
        await happen.settled()
        assert await replay(here, endpoint) == 3
        again = (await receiver.wait_for(6))[3:]
        assert told(here, again) == [("created", False), ("updated", False), ("archived", False)]
    assert [one.webhook_id for one in again] == [one.webhook_id for one in first]
    assert b"essai" in first[0].body
    assert not any(b"essai" in one.body for one in again), "not in any other member either"


async def test_what_waited_for_an_endpoint_goes_out_without_what_was_archived_meanwhile(
    serve: Serve, receiver: Receiver, happen: Happenings, as_admin: Headers
) -> None:
    """One endpoint fails, and gets its second attempt afterwards; another one is disabled meanwhile."""
    async with serve() as here:
        failing = await here.make(url=receiver.url("/switch/failing"), format="full", retry_schedule=[0, 3600])
        disabled = await here.make(url=receiver.url("/switch/disabled"), format="full", retry_schedule=[3600])
        receiver.become("failing", "/status/500")
        await make_initiative(here.catalog, as_admin)
        before = await receiver.wait_for(1, "/switch/failing")
        await patch(here.catalog, ADDRESS, {"start_year": 2019}, as_admin)
        await taken_in(happen, "initiative.updated")
        await enable(here, disabled, enabled=False)
        await archive(here.catalog, as_admin)
        await taken_in(happen, "initiative.archived")
        receiver.become("failing", "/ok")
        await enable(here, disabled, enabled=True)
        assert await replay(here, failing) == 0, "all of it waits already"
        assert await replay(here, disabled) == 1, "what happened meanwhile"
        after = (await receiver.wait_for(4, "/switch/failing"))[1:]
        late = await receiver.wait_for(3, "/switch/disabled")
        nothing = [("created", False), ("updated", False), ("archived", False)]
        assert told(here, before) == [("created", True)]
        assert told(here, after) == told(here, late) == nothing
    assert before[0].webhook_id == after[0].webhook_id


async def test_of_a_record_that_comes_back_only_events_from_then_on_have_a_state(
    serve: Serve, receiver: Receiver, happen: Happenings, as_admin: Headers
) -> None:
    async with serve() as here:
        endpoint = await here.make(url=receiver.url("/ok"), format="full")
        await make_initiative(here.catalog, as_admin)
        await receiver.wait_for(1)
        for count, action in ((2, "withdraw"), (3, "publish")):
            await took(here.catalog, ADDRESS, action, as_admin)
            await receiver.wait_for(count)
        await happen.settled()
        await replay(here, endpoint)
        again = (await receiver.wait_for(6))[3:]
        assert told(here, again) == [("created", False), ("archived", False), ("created", True)]


async def test_a_merge_takes_the_states_of_the_duplicate_and_leaves_those_of_the_record_that_stands_for_it(
    serve: Serve, receiver: Receiver, happen: Happenings, as_admin: Headers
) -> None:
    async with serve() as here:
        endpoint = await here.make(url=receiver.url("/ok"), format="full", event_types=["initiative.created"])
        for slug in (SLUG, "seul-fes"):
            await make_initiative(here.catalog, as_admin, slug=slug)
        await receiver.wait_for(2)
        assert (await merge(here.catalog, ADDRESS, "seul-fes", as_admin)).status_code == 200
        await taken_in(happen, "initiative.merged")
        await replay(here, endpoint)
        again = (await receiver.wait_for(4))[2:]
        assert sorted(told(here, again)) == [("created", False), ("created", True)]
        [kept] = [body for body in (json.loads(one.body) for one in again) if body["data"]["state"]]
    assert kept["data"]["state"]["slug"] == "seul-fes"


async def with_state(happen: Happenings, subject: str) -> Sequence[bool]:
    """Of the subject's events in their order: whether there is a state."""
    rows = await happen.fetch(
        "select state is not null as there from event where subject_id = $1 order by seq", subject
    )
    return [row["there"] for row in rows]


async def test_one_page_may_hold_all_of_it_and_other_records_keep_their_states(
    happen: Happenings, states: States
) -> None:
    gone, back, other = states["territory"][:3]
    await happen.happen([change("territory", one) for one in (gone, back, other)])
    leave = [change("territory", event="archived", subject_id=one["id"], version=3) for one in (gone, back)]
    updated = [change("territory", one, version=2) for one in (gone, back, other)]
    returned = [change("territory", back, event="created", version=4), change("territory", back, version=5)]
    await happen.happen([*updated, *leave, *returned])
    assert await with_state(happen, gone["id"]) == [False, False, False]
    assert await with_state(happen, back["id"]) == [False, False, False, True, True]
    assert await with_state(happen, other["id"]) == [True, True]


async def test_a_record_that_is_gone_by_the_time_an_older_change_of_it_is_read_counts_as_gone(
    happen: Happenings, states: States
) -> None:
    """The feed gives no state with that change; the one that says why comes on a later page."""
    one = states["territory"][0]
    await happen.happen([change("territory", one)])
    await happen.happen([change("territory", subject_id=one["id"], version=2)])
    assert await with_state(happen, one["id"]) == [False, False]


async def test_what_a_snapshot_does_not_hold_any_more_loses_its_states(happen: Happenings, states: States) -> None:
    gone, kept = states["territory"][:2]

    async def snapshot() -> AsyncIterator[Record]:
        yield Record("territory", kept["id"], kept["version"], kept)

    await happen.happen([change("territory", one, version=one["version"]) for one in (gone, kept)])
    sink = EventSink(happen.database, FEED, 0)
    await sink.cursor()
    await sink.replace(snapshot(), "after the backup")
    assert await with_state(happen, gone["id"]) == [False, False]
    assert await with_state(happen, kept["id"]) == [True]


async def test_a_page_that_is_not_taken_in_takes_nothing_away(
    happen: Happenings, states: States, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> int:
        raise ConnectionError

    one = states["territory"][0]
    await happen.happen([change("territory", one)])
    monkeypatch.setattr("services.webhooks.events.sink.fan_out", broken)
    with pytest.raises(ConnectionError):
        await happen.happen([change("territory", event="archived", subject_id=one["id"], version=2)])
    assert await with_state(happen, one["id"]) == [True]


async def test_a_delivery_leased_before_has_its_state_and_the_next_attempt_has_none(
    happen: Happenings, states: States
) -> None:
    """At least once: who has read the state may send it still; whoever leases the lane after that cannot."""
    one = states["territory"][0]
    await add(happen, format="full")
    await happen.happen([change("territory", one)])
    [before] = await worker(happen, lease_s=0).lease(MANY, {})
    await happen.happen([change("territory", event="archived", subject_id=one["id"], version=2)])
    [after] = await worker(happen).lease(MANY, {})
    assert before.event is not None
    assert after.event is not None
    assert before.event.id == after.event.id
    assert before.event.state is not None
    assert after.event.state is None


async def test_without_the_trigger_the_states_would_still_be_there(happen: Happenings, states: States) -> None:
    """Broken on purpose: the tests above see it."""
    one = states["territory"][0]
    await happen.fetch("alter table event disable trigger take_former_states")
    await happen.happen([change("territory", one)])
    await happen.happen([change("territory", event="archived", subject_id=one["id"], version=2)])
    assert await with_state(happen, one["id"]) == [True, False]
