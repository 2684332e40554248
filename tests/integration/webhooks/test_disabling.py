"""Endpoints that receive nothing any more are disabled, their partner is told, and what they missed can be had."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.catalog.partners import PATCH
from tests.integration.webhooks.conftest import Serve
from tests.integration.webhooks.happenings import Happenings, change
from tests.integration.webhooks.receiver import Receiver
from tests.integration.webhooks.running import ENDPOINTS, V1, Beside

States = dict[str, list[dict[str, Any]]]


async def read(here: Beside, endpoint: dict[str, Any]) -> dict[str, Any]:
    answer = await here.client.get(f"{ENDPOINTS}/{endpoint['id']}", headers=here.a.headers)
    found: dict[str, Any] = answer.json()
    return found | {"etag": answer.headers["etag"]}


async def until_disabled(here: Beside, endpoint: dict[str, Any]) -> dict[str, Any]:
    async with asyncio.timeout(15):
        found = await read(here, endpoint)
        while found["enabled"]:
            await asyncio.sleep(0.05)
            found = await read(here, endpoint)
    return found


async def changes_seen(here: Beside, headers: dict[str, str]) -> list[dict[str, Any]]:
    answer = await here.client.get(f"{V1}/changes", headers=headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_after_410_nothing_more_is_sent_and_only_the_partner_is_told(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States
) -> None:
    async with serve() as here:
        gone = await here.make(url=receiver.url("/status/410"))
        await here.make(url=receiver.url("/ok?of=a"), event_types=["endpoint.disabled"], filter={"countries": ["FR"]})
        await here.make(here.b.headers, url=receiver.url("/ok?of=b"), event_types=["endpoint.disabled"])
        await happen.happen([change("territory", state) for state in states["territory"][:20]])
        disabled = await until_disabled(here, gone)
        [told] = await receiver.wait_for(1, "/ok?of=a")
        await happen.happen([change("territory", states["territory"][30])])
        await asyncio.sleep(1.5)
        assert receiver.count("/status/410") == 1
        assert receiver.count("/ok?of=b") == 0
        seen = {partner: await changes_seen(here, partner.headers) for partner in (here.a, here.b)}
        waiting = await here.client.get(f"{ENDPOINTS}/{gone['id']}/deliveries?state=pending", headers=here.a.headers)
    assert {item["next_attempt_at"] for item in waiting.json()["items"]} == {None}
    assert disabled["disabled_reason"] == "gone"
    body = json.loads(told.body)
    assert body["type"] == "endpoint.disabled"
    assert body["data"]["subject"] == {"type": "endpoint", "id": gone["id"]}
    [entry] = seen[here.a]
    assert (entry["type"], entry["subject"]["id"], entry["version"]) == ("endpoint.disabled", gone["id"], 2)
    assert entry["id"] == body["data"]["change_id"]
    assert seen[here.b] == []


async def test_one_success_sets_the_clock_of_disabling_back(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States
) -> None:
    async with serve(disable_after_s=3) as here:
        endpoint = await here.make(url=receiver.url("/switch/x"), retry_schedule=[0])
        receiver.become("x", "/status/500")
        for number, behaviour in enumerate(["/status/500"] * 2 + ["/ok"] + ["/status/500"] * 2):
            receiver.become("x", behaviour)
            await happen.happen([change("territory", states["territory"][number])])
            await receiver.wait_for(number + 1)
            await asyncio.sleep(0.9)
        assert (await read(here, endpoint))["enabled"]
        failing_since = datetime.fromisoformat((await read(here, endpoint))["failing_since"])
        assert datetime.now(UTC) - failing_since < timedelta(seconds=2.5)


async def test_what_fails_for_too_long_is_disabled_and_gets_what_it_missed_once_enabled_again(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States
) -> None:
    async with serve(disable_after_s=2) as here:
        endpoint = await here.make(url=receiver.url("/switch/x"), retry_schedule=[0, 1], filter={"countries": ["FR"]})
        french = [state for state in states["territory"] if state["country_code"] == "FR"]
        foreign = [state for state in states["territory"] if state["country_code"] != "FR"]
        await happen.happen([change("territory", french[0])])
        await receiver.wait_for(1)
        receiver.become("x", "/status/503?retry_after=0")
        since = datetime.now(UTC)
        failed = await happen.happen([change("territory", french[1])])
        await receiver.wait_for(3)
        await asyncio.sleep(1)
        failed += await happen.happen([change("territory", french[2])])
        disabled = await until_disabled(here, endpoint)
        missed = await happen.happen([change("territory", state) for state in [*french[3:6], *foreign[:3]]])
        assert disabled["disabled_reason"] == "failing"
        assert [entry["type"] for entry in await changes_seen(here, here.a.headers)] == ["endpoint.disabled"]

        refused = await here.client.post(
            f"{ENDPOINTS}/{endpoint['id']}/replay", json={"missing": True}, headers=here.a.headers
        )
        assert refused.status_code == 409
        receiver.become("x", "/ok")
        before = receiver.count()
        enabled = await here.client.patch(
            f"{ENDPOINTS}/{endpoint['id']}",
            json={"enabled": True},
            headers=here.a.headers | PATCH | {"If-Match": disabled["etag"]},
        )
        assert enabled.json()["failing_since"] is None
        replayed = await here.client.post(
            f"{ENDPOINTS}/{endpoint['id']}/replay", json={"since": since.isoformat()}, headers=here.a.headers
        )
        assert replayed.status_code == 202, replayed.text
        assert replayed.json()["events"] == 5
        await receiver.wait_for(before + 5)
        await asyncio.sleep(1)
        arrived = [one.webhook_id for one in receiver.requests()[before:]]
    assert set(arrived) == {str(event) for event in [*failed, *missed[:3]]}


@pytest.mark.parametrize("query", [{"since": "nonsense"}, {"since": "AAAA"}])
async def test_a_cursor_that_is_none_is_refused(serve: Serve, query: dict[str, str]) -> None:
    async with serve() as here:
        answer = await here.client.get(f"{V1}/changes", params=query, headers=here.a.headers)
        assert answer.status_code == 400
