"""Sending again: one event, those of a time, what is missing, a test; and the list of what was sent."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.common.ids import new_id
from services.webhooks.deliveries import replaying
from tests.integration.webhooks.conftest import Serve
from tests.integration.webhooks.happenings import Happenings, change
from tests.integration.webhooks.receiver import Receiver
from tests.integration.webhooks.running import ENDPOINTS, Beside

States = dict[str, list[dict[str, Any]]]


async def ask_again(here: Beside, endpoint: dict[str, Any], **wanted: object) -> httpx.Response:
    return await here.client.post(f"{ENDPOINTS}/{endpoint['id']}/replay", json=wanted, headers=here.a.headers)


async def test_one_event_is_sent_again_under_its_id(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States
) -> None:
    async with serve() as here:
        endpoint = await here.make(url=receiver.url("/ok"))
        [event, _] = await happen.happen([change("territory", state) for state in states["territory"][:2]])
        await happen.settled()
        answer = await ask_again(here, endpoint, event_id=str(event))
        assert answer.status_code == 202, answer.text
        assert answer.json() == {"events": 1, "deliveries": 1, "next_since": None}
        received = await receiver.wait_for(3)
        same = [one for one in received if one.webhook_id == str(event)]
        listed = await here.client.get(
            f"{ENDPOINTS}/{endpoint['id']}/deliveries", params={"event_id": str(event)}, headers=here.a.headers
        )
    assert len(same) == 2
    assert same[0].body == same[1].body
    assert [item["replay"] for item in listed.json()["items"]] == [1, 0]


async def test_a_time_is_sent_again_and_nothing_before_or_after_or_outside_the_filter(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States
) -> None:
    start = datetime.now(UTC) - timedelta(hours=10)
    french = [state for state in states["territory"] if state["country_code"] == "FR"][:10]
    foreign = next(state for state in states["territory"] if state["country_code"] != "FR")
    async with serve() as here:
        endpoint = await here.make(url=receiver.url("/ok"), filter={"countries": ["FR"]})
        changes = [change("territory", one, at=start + timedelta(hours=hour)) for hour, one in enumerate(french)]
        events = await happen.happen([*changes, change("territory", foreign, at=start + timedelta(hours=4))])
        await happen.settled()
        assert receiver.count() == 10
        answer = await ask_again(
            here,
            endpoint,
            since=(start + timedelta(hours=3)).isoformat(),
            until=(start + timedelta(hours=6)).isoformat(),
        )
        assert answer.json()["deliveries"] == 3
        again = (await receiver.wait_for(13))[10:]
        await asyncio.sleep(0.5)
        assert receiver.count() == 13
    assert {one.webhook_id for one in again} == {str(event) for event in events[3:6]}


async def test_a_long_time_is_sent_again_in_parts_each_event_once(
    serve: Serve,
    receiver: Receiver,
    happen: Happenings,
    states: States,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replaying, "AT_ONCE", 3)
    start = datetime.now(UTC) - timedelta(hours=10)
    moments = [start + timedelta(hours=hour) for hour in (0, 1, 2, 2, 2, 2, 2, 3)]
    async with serve() as here:
        endpoint = await here.make(url=receiver.url("/ok"))
        changes = [change("territory", one, at=at) for one, at in zip(states["territory"], moments, strict=False)]
        events = await happen.happen(changes)
        await happen.settled()
        parts, since = [], start.isoformat()
        while since is not None:
            done = (await ask_again(here, endpoint, since=since)).json()
            parts.append(done["events"])
            since = done["next_since"]
            await happen.settled()
        again = receiver.requests("/ok")[len(events) :]
    assert parts == [7, 1], "those of one moment go together, however many"
    assert sorted(one.webhook_id for one in again) == sorted(map(str, events))


async def test_what_is_missing_is_what_never_arrived_and_does_not_wait(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States
) -> None:
    async with serve() as here:
        await happen.happen([change("territory", states["territory"][9])])
        endpoint = await here.make(url=receiver.url("/switch/x"), retry_schedule=[0])
        await happen.happen([change("territory", states["territory"][0])])
        await receiver.wait_for(1)
        receiver.become("x", "/status/500")
        lost = await happen.happen([change("territory", state) for state in states["territory"][1:4]])
        await happen.settled()
        receiver.become("x", "/ok")
        assert (await ask_again(here, endpoint, missing=True)).json()["deliveries"] == 3
        again = (await receiver.wait_for(7))[4:]
        await happen.settled()
        assert (await ask_again(here, endpoint, missing=True)).json()["deliveries"] == 0
    assert {one.webhook_id for one in again} == {str(event) for event in lost}


async def test_what_waits_for_its_next_attempt_is_tried_at_once_and_not_twice(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States
) -> None:
    async with serve() as here:
        endpoint = await here.make(url=receiver.url("/status/500?times=1"), retry_schedule=[0, 3600])
        [event] = await happen.happen([change("territory", states["territory"][0])])
        await receiver.wait_for(1)
        await asyncio.sleep(0.3)
        answer = await ask_again(here, endpoint, event_id=str(event))
        assert answer.json() == {"events": 1, "deliveries": 0, "next_since": None}
        await receiver.wait_for(2)
        await asyncio.sleep(0.3)
        assert receiver.count() == 2


async def test_nobody_replays_to_another_partners_endpoint_nor_what_was_not_for_it(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States
) -> None:
    async with serve() as here:
        endpoint = await here.make(url=receiver.url("/ok"), event_types=["initiative.updated"])
        [event] = await happen.happen([change("territory", states["territory"][0])])
        for path, body in (("replay", {"event_id": str(event)}), ("test", None)):
            address = f"{ENDPOINTS}/{endpoint['id']}/{path}"
            assert (await here.client.post(address, json=body, headers=here.b.headers)).status_code == 404
        listed = await here.client.get(f"{ENDPOINTS}/{endpoint['id']}/deliveries", headers=here.b.headers)
        assert listed.status_code == 404
        for unknown in (event, new_id()):
            assert (await ask_again(here, endpoint, event_id=str(unknown))).json()["events"] == 0
        assert receiver.count() == 0


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        ({}, ""),
        ({"event_id": str(new_id()), "missing": True}, ""),
        ({"until": "2026-11-23T09:00:00Z"}, ""),
        ({"since": "2020-01-01T00:00:00Z"}, "/since"),
        ({"since": "yesterday"}, "/since"),
        ({"since": 1_700_000_000}, "/since"),
        ({"since": "9999-12-31T23:59:59-23:00"}, "/since"),
    ],
)
async def test_a_replay_that_says_not_what_is_refused(serve: Serve, wanted: dict[str, Any], pointer: str) -> None:
    async with serve(deliver=True) as here:
        endpoint = await here.make()
        answer = await ask_again(here, endpoint, **wanted)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_a_test_event_arrives_whatever_the_filter_and_once_per_idempotency_key(
    serve: Serve, receiver: Receiver
) -> None:
    async with serve() as here:
        endpoint = await here.make(
            url=receiver.url("/ok"), event_types=["initiative.created"], filter={"countries": ["MA"]}
        )
        headers = here.a.headers | {"Idempotency-Key": "once"}
        answers = [await here.client.post(f"{ENDPOINTS}/{endpoint['id']}/test", headers=headers) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [202, 202]
        assert answers[0].json() == answers[1].json()
        [received] = await receiver.wait_for(1)
        await asyncio.sleep(0.5)
        assert receiver.count() == 1
    assert received.webhook_id == answers[0].json()["event_id"]


async def test_the_list_of_deliveries_pages_backwards_through_all_of_them(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States
) -> None:
    async with serve() as here:
        endpoint = await here.make(url=receiver.url("/ok"))
        events = await happen.happen([change("territory", state) for state in states["territory"][:25]])
        await happen.settled()
        assert receiver.count() == 25
        address = f"{ENDPOINTS}/{endpoint['id']}/deliveries"
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            query = {"limit": "10", "state": "succeeded", "count": "true"} | ({"cursor": cursor} if cursor else {})
            page = (await here.client.get(address, params=query, headers=here.a.headers)).json()
            assert page["total"] == 25
            seen += [item["event"]["id"] for item in page["items"]]
            cursor = page["next"]
        nothing = await here.client.get(address, params={"type": "initiative.updated"}, headers=here.a.headers)
    assert sorted(seen) == sorted(str(event) for event in events)
    assert nothing.json()["items"] == []
