"""What happens in the catalog arrives at real receivers: signed, in order, tried again, each endpoint by itself."""

import asyncio
import itertools
import json
from typing import Any

import jsonschema
import pytest
from standardwebhooks import Webhook

from services.webhooks.event_types.catalogue import EVENT_TYPES
from services.webhooks.event_types.documents import body_schemas
from tests.integration.catalog.editing import merge
from tests.integration.catalog.partners import PATCH, Headers, make_initiative
from tests.integration.webhooks.conftest import Serve
from tests.integration.webhooks.happenings import Happenings, change
from tests.integration.webhooks.receiver import Receiver
from tests.integration.webhooks.running import ENDPOINTS, Beside

States = dict[str, list[dict[str, Any]]]


async def change_initiative(here: Beside, slug: str, headers: Headers) -> dict[str, Any]:
    address = f"/catalog/v1/initiatives/{slug}"
    read = await here.catalog.get(address)
    answer = await here.catalog.patch(
        address, json={"start_year": 2019}, headers=headers | PATCH | {"If-Match": read.headers["etag"]}
    )
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed


async def deliveries_of(here: Beside, endpoint: dict[str, Any], **query: str) -> list[dict[str, Any]]:
    answer = await here.client.get(f"{ENDPOINTS}/{endpoint['id']}/deliveries", params=query, headers=here.a.headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_change_in_the_catalog_arrives_signed_at_the_endpoint(
    serve: Serve, receiver: Receiver, as_admin: Headers
) -> None:
    async with serve() as here:
        endpoint = await here.make(url=receiver.url("/ok"), format="full", headers={"X-Gateway": "of mine"})
        changed = await change_initiative(here, "grab-some-good-toronto", as_admin)
        [received] = await receiver.wait_for(1)
        verified = Webhook(endpoint["secret"]).verify(received.body, dict(received.headers))
    assert verified["type"] == "initiative.updated"
    assert verified["data"]["subject"] == {"type": "initiative", "id": changed["id"]}
    assert verified["data"]["state"]["start_year"] == 2019
    assert verified["data"]["url"] == f"http://127.0.0.1:8000/catalog/v1/initiatives/{changed['id']}"
    assert received.headers["x-gateway"] == "of mine"


@pytest.mark.parametrize("catalog_at", [None, "https://catalog.example/"])
async def test_addresses_in_events_are_where_partners_reach_the_service_that_keeps_the_subject(
    serve: Serve, receiver: Receiver, as_admin: Headers, catalog_at: str | None
) -> None:
    async with serve(public_url="https://hooks.example/", catalog_public_url=catalog_at) as here:
        endpoint = await here.make(url=receiver.url("/ok"))
        changed = await change_initiative(here, "grab-some-good-toronto", as_admin)
        await receiver.wait_for(1)
        await here.client.post(f"{ENDPOINTS}/{endpoint['id']}/test", headers=here.a.headers)
        addresses = [json.loads(one.body)["data"]["url"] for one in await receiver.wait_for(2)]
    records = "https://catalog.example" if catalog_at else "https://hooks.example"
    assert addresses == [
        f"{records}/catalog/v1/initiatives/{changed['id']}",
        f"https://hooks.example{ENDPOINTS}/{endpoint['id']}",
    ]


@pytest.mark.parametrize("form", ["thin", "full", "cloudevents"])
async def test_what_is_delivered_is_what_the_document_says(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States, form: str
) -> None:
    async with serve() as here:
        await here.make(url=receiver.url("/ok"), format=form)
        changes = [change(kind, found[0]) for kind, found in states.items() if f"{kind}.updated" in EVENT_TYPES]
        gone, duplicate, survivor = [state["id"] for state in states["initiative"][1:4]]
        changes.append(change("initiative", event="archived", subject_id=gone))
        changes.append(change("initiative", event="merged", subject_id=duplicate, merged_into=survivor))
        await happen.happen(changes)
        received = await receiver.wait_for(len(changes))
    assert len(changes) >= 5
    for one in received:
        content_type = one.headers["content-type"].partition(";")[0]
        body = json.loads(one.body)
        schema = body_schemas(EVENT_TYPES[body["type"]])[content_type]
        jsonschema.validate(body, schema | {"components": document_components(here)})


async def test_a_merge_in_the_catalog_arrives_with_what_stands_for_the_record_and_so_does_its_replay(
    serve: Serve, receiver: Receiver, happen: Happenings, as_admin: Headers
) -> None:
    forms = ("thin", "full", "cloudevents")
    async with serve() as here:
        first, second, third = [
            await make_initiative(here.catalog, as_admin, slug=slug)
            for slug in ("doublon-fes", "double-fes", "seul-fes")
        ]
        endpoints = {
            form: await here.make(url=receiver.url(f"/ok?{form}"), format=form, event_types=["initiative.merged"])
            for form in forms
        }
        assert (await merge(here.catalog, "initiatives/doublon-fes", "double-fes", as_admin)).status_code == 200
        [event] = {one.webhook_id for form in forms for one in await receiver.wait_for(1, f"/ok?{form}")}
        assert (await merge(here.catalog, "initiatives/double-fes", "seul-fes", as_admin)).status_code == 200
        for form in forms:
            await receiver.wait_for(2, f"/ok?{form}")
        await happen.settled()
        for endpoint in endpoints.values():
            again = await here.client.post(
                f"{ENDPOINTS}/{endpoint['id']}/replay", json={"event_id": event}, headers=here.a.headers
            )
            assert again.json()["deliveries"] == 1, again.text
        received = {form: await receiver.wait_for(3, f"/ok?{form}") for form in forms}
    for form, (merged, later, replayed) in received.items():
        told = [json.loads(one.body)["data"] for one in (merged, later)]
        assert [(data["subject"]["id"], data["merged_into"]) for data in told] == [
            (first["id"], second["id"]),
            (second["id"], third["id"]),
        ], form
        assert ("state" in told[0]) == (form == "full")
        assert (replayed.webhook_id, replayed.body) == (merged.webhook_id, merged.body), "what it was then"
        Webhook(endpoints[form]["secret"]).verify(replayed.body, dict(replayed.headers))


def document_components(here: Beside) -> dict[str, Any]:
    components: dict[str, Any] = here.app.openapi()["components"]
    return components


async def test_a_failing_endpoint_gets_each_attempt_of_its_schedule_and_no_more(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States
) -> None:
    async with serve() as here:
        endpoint = await here.make(url=receiver.url("/status/500"))
        await happen.happen([change("territory", states["territory"][0])])
        received = await receiver.wait_for(3)
        await asyncio.sleep(1.5)
        assert receiver.count() == 3
        [delivery] = await deliveries_of(here, endpoint)
    assert len({one.webhook_id for one in received}) == 1
    assert delivery["event"]["id"] == received[0].webhook_id
    stamps = [int(one.headers["webhook-timestamp"]) for one in received]
    assert stamps == sorted(set(stamps))
    gaps = [later.arrived_at - one.arrived_at for one, later in itertools.pairwise(received)]
    assert all(1 <= gap <= 1.2 for gap in gaps), gaps
    assert delivery["state"] == "failed"
    assert [attempt["number"] for attempt in delivery["attempts"]] == [1, 2, 3]
    for attempt in delivery["attempts"]:
        assert (attempt["status"], attempt["outcome"]) == (500, "http_error")
        assert attempt["response_head"] == '{"answered": 500}'
        assert 0 <= attempt["latency_ms"] < 1000


async def test_the_next_attempt_comes_no_sooner_than_the_receiver_asks(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States
) -> None:
    async with serve() as here:
        await here.make(url=receiver.url("/status/400?retry_after=3&times=1"))
        await happen.happen([change("territory", states["territory"][0])])
        first, second = await receiver.wait_for(2)
    assert second.arrived_at - first.arrived_at >= 3


async def test_an_overloaded_endpoint_is_left_alone_altogether(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States
) -> None:
    async with serve() as here:
        await here.make(url=receiver.url("/status/429?retry_after=2"))
        await happen.happen([change("territory", state) for state in states["territory"][:5]])
        await receiver.wait_for(1)
        await asyncio.sleep(1.5)
        assert receiver.count() == 1
        later = await receiver.wait_for(2)
    assert later[1].arrived_at - later[0].arrived_at >= 2


async def test_what_is_wrong_with_the_encryption_stands_beside_the_attempt(
    serve: Serve, happen: Happenings, states: States
) -> None:
    async def plain(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with server, serve() as here:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        endpoint = await here.make(url=url, retry_schedule=[0])
        await happen.happen([change("territory", states["territory"][0])])
        await happen.settled()
        [delivery] = await deliveries_of(here, endpoint)
    [attempt] = delivery["attempts"]
    assert (attempt["outcome"], attempt["reason"]) == ("tls_error", "wrong version number")


async def test_a_redirect_is_a_failure_and_is_not_followed(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States
) -> None:
    async with serve() as here:
        endpoint = await here.make(url=receiver.url(f"/redirect?to={receiver.url('/ok')}"))
        await happen.happen([change("territory", states["territory"][0])])
        await receiver.wait_for(3)
        await asyncio.sleep(0.5)
        [delivery] = await deliveries_of(here, endpoint, state="failed")
    assert receiver.count("/ok") == 0
    assert {attempt["outcome"] for attempt in delivery["attempts"]} == {"redirect"}


async def test_an_endpoint_that_hangs_delays_no_other_one(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States
) -> None:
    async with serve(concurrency=20, delivery_timeout_s=10) as here:
        for _ in range(5):
            await here.make(url=receiver.url("/hang"))
        await here.make(url=receiver.url("/ok"))
        await happen.happen([change("territory", state) for state in states["territory"][:40]])
        await receiver.wait_for(5, "/hang")
        await happen.happen([change("initiative", states["initiative"][0])])
        await receiver.wait_for(41, "/ok", timeout_s=5)
        assert receiver.count("/hang") == 5


async def test_events_of_one_record_arrive_in_order_whatever_fails_and_hold_up_no_other_record(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States
) -> None:
    first, other = states["territory"][:2]
    async with serve() as here:
        await here.make(url=receiver.url("/switch/one"))
        receiver.become("one", "/status/500?times=1")
        await happen.happen([change("territory", first, version=version) for version in (1, 2, 3)])
        await happen.happen([change("territory", other, version=7)])
        received = await receiver.wait_for(8)
    bodies = [json.loads(one.body)["data"] for one in received]
    versions = [(body["subject"]["id"], body["version"]) for body in bodies]
    assert [version for subject, version in versions if subject == first["id"]] == [1, 1, 2, 2, 3, 3]
    assert versions.index((other["id"], 7)) == 1


async def test_an_endpoint_gets_no_more_in_a_second_than_its_rate(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States
) -> None:
    async with serve() as here:
        await here.make(url=receiver.url("/ok"), rate_per_second=4)
        await happen.happen([change("territory", state) for state in states["territory"][:13]])
        received = await receiver.wait_for(13)
    assert received[-1].arrived_at - received[0].arrived_at >= 2
    for one in received:
        assert sum(0 <= other.arrived_at - one.arrived_at < 0.9 for other in received) <= 8


async def test_during_a_rotation_both_secrets_verify(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States
) -> None:
    async with serve() as here:
        endpoint = await here.make(url=receiver.url("/ok"))
        rotated = await here.client.post(
            f"{ENDPOINTS}/{endpoint['id']}/secrets/rotate", json={}, headers=here.a.headers
        )
        await happen.happen([change("territory", states["territory"][0])])
        [received] = await receiver.wait_for(1)
    assert len(received.headers["webhook-signature"].split(" ")) == 2
    for secret in (endpoint["secret"], rotated.json()["secret"]):
        assert Webhook(secret).verify(received.body, dict(received.headers))["type"] == "territory.updated"


async def test_a_change_of_the_format_holds_for_events_from_then_on(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States
) -> None:
    async with serve() as here:
        endpoint = await here.make(url=receiver.url("/status/500?times=1"))
        await happen.happen([change("territory", states["territory"][0])])
        await receiver.wait_for(1)
        address = f"{ENDPOINTS}/{endpoint['id']}"
        read = await here.client.get(address, headers=here.a.headers)
        headers = here.a.headers | PATCH | {"If-Match": read.headers["etag"]}
        assert (await here.client.patch(address, json={"format": "full"}, headers=headers)).status_code == 200
        await happen.happen([change("territory", states["territory"][1])])
        received = await receiver.wait_for(4)
    first, second = [[one.body for one in received if name.encode() in one.body] for name in ids_of(states, 2)]
    assert first[0] == first[1]
    assert b'"state"' not in first[0]
    assert json.loads(second[0])["data"]["state"] == states["territory"][1]


def ids_of(states: States, count: int) -> list[str]:
    return [state["id"] for state in states["territory"][:count]]
