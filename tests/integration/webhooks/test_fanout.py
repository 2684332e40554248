"""From changes to deliveries: the right endpoints, once, whoever reads the feed and whatever becomes of it."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any
from uuid import UUID

import pytest

from services.common.database import Database
from services.common.feed.follower import Record
from services.common.ids import new_id
from services.webhooks.deliveries import retention
from services.webhooks.deliveries.retention import purge
from services.webhooks.endpoints.models import Endpoint
from services.webhooks.events import fanout
from services.webhooks.events.facts import Facts, facts_of
from services.webhooks.events.sink import EventSink
from tests.integration.webhooks.happenings import FEED, Happenings, change

States = dict[str, list[dict[str, Any]]]
OWNER = new_id()


async def add(happen: Happenings, **given: Any) -> Endpoint:  # noqa: ANN401 - of the model
    """An endpoint, straight into the table."""
    endpoint = Endpoint.model_validate({"partner_id": new_id(), "url": "https://partner.example/hook"} | given)
    async with happen.database.transaction() as session:
        session.add(endpoint)
    return endpoint


async def told(happen: Happenings, endpoint: Endpoint) -> list[UUID]:
    """The events that an endpoint gets, in the order of their deliveries."""
    rows = await happen.fetch("select event_id from delivery where endpoint_id = $1 order by position", endpoint.id)
    return [row["event_id"] for row in rows]


def passes(given: Mapping[str, Any], partner: UUID, facts: Facts) -> bool:
    """What a filter means, in other words than those of the service."""
    for name, wanted in given.items():
        if name == "own_only":
            if wanted and facts.get("owner") != str(partner):
                return False
        elif wanted and not set(wanted) & set(facts.get(name, ())):  # type: ignore[call-overload]  # a list's name
            return False
    return True


def some_filters(states: States, count: int) -> Iterable[dict[str, Any]]:
    """Filters at random from values that there are, one to three lists each."""
    chance = random.Random(6)
    territories = [state["slug"] for state in states["territory"]] + [state["id"] for state in states["territory"]]
    values = {
        "territories": territories,
        "countries": sorted({state["country_code"] for state in states["territory"]}),
        "themes": sorted({theme for state in states["initiative"] for theme in state["themes"]}),
        "networks": [network["slug"] for network in states["network"]],
        "languages": ["fr", "en", "ar", "es", "pt"],
    }
    for _ in range(count):
        names = chance.sample(sorted(values), chance.choice([1, 1, 2, 3]))
        chosen: dict[str, Any] = {name: chance.sample(values[name], min(len(values[name]), 6)) for name in names}
        yield chosen | ({"own_only": True} if chance.random() < 0.2 else {})


async def test_of_a_thousand_mixed_events_each_endpoint_gets_exactly_those_it_asked_for(
    happen: Happenings, states: States
) -> None:
    chance = random.Random(7)
    kinds = [(kind, state) for kind, found in states.items() for state in found]
    known = {state["id"]: facts_of("territory", state, {}) for state in states["territory"]}
    types = ["initiative.updated", "territory.updated", "cooperation.updated", "network.updated"]
    endpoints = [
        await add(
            happen,
            partner_id=OWNER,
            filter=one,
            event_types=chance.sample(types, 2) if chance.random() < 0.5 else [],
        )
        for one in some_filters(states, 40)
    ]
    endpoints.append(await add(happen))
    await happen.happen([change("territory", state) for state in states["territory"]])
    await happen.database.pool.execute("truncate event cascade")

    changes = []
    for _ in range(1000):
        kind, state = chance.choice(kinds)
        owner = {"id": str(OWNER), "slug": "a"} if chance.random() < 0.3 else None
        changes.append(change(kind, state | {"owner": owner}, event=chance.choice(["created", "updated"])))
    events = await happen.happen(changes)
    before: dict[str, Facts] = dict(known)
    expected: dict[UUID, list[UUID]] = {endpoint.id: [] for endpoint in endpoints}
    for one, event in zip(changes, events, strict=True):
        assert one.data is not None
        facts = facts_of(one.kind, one.data, known)
        former = before.get(one.subject_id)
        before[one.subject_id] = facts
        for endpoint in endpoints:
            chosen = not endpoint.event_types or one.type in endpoint.event_types
            if chosen and any(
                passes(endpoint.filter, endpoint.partner_id, each) for each in (facts, former) if each is not None
            ):
                expected[endpoint.id].append(event)
    for endpoint in endpoints:
        assert await told(happen, endpoint) == expected[endpoint.id], endpoint.filter
    sizes = [len(expected[endpoint.id]) for endpoint in endpoints]
    assert sizes[-1] == 1000
    assert sum(0 < size < 1000 for size in sizes) > 20


async def test_who_followed_a_record_hears_that_it_leaves_their_filter_and_that_it_is_gone(
    happen: Happenings, states: States
) -> None:
    theirs = await add(happen, filter={"themes": ["food_waste"]})
    state = next(state for state in states["initiative"] if "food_waste" in state["themes"])
    away = state | {"themes": ["water"], "version": 2}
    [first, second, third] = [
        (await happen.happen([one]))[0]
        for one in (
            change("initiative", state),
            change("initiative", away, version=2),
            change("initiative", away | {"version": 3}, version=3),
        )
    ]
    assert await told(happen, theirs) == [first, second]
    assert third not in await told(happen, theirs)

    other = next(one for one in states["initiative"] if one["id"] != state["id"] and "food_waste" in one["themes"])
    [kept] = await happen.happen([change("initiative", other)])
    [gone] = await happen.happen([change("initiative", event="archived", subject_id=other["id"], version=2)])
    assert await told(happen, theirs) == [first, second, kept, gone]
    assert (await happen.fetch("select state from event where id = $1", gone))[0]["state"] is None


async def test_an_event_of_nothing_in_particular_reaches_no_endpoint_with_a_filter(
    happen: Happenings, states: States
) -> None:
    filtered, open_to_all = await add(happen, filter={"countries": ["FR"]}), await add(happen)
    [event] = await happen.happen([change("vocabulary", states["vocabulary"][0], event="changed")])
    assert await told(happen, filtered) == []
    assert await told(happen, open_to_all) == [event]


async def test_disabled_and_deleted_endpoints_get_nothing(happen: Happenings, states: States) -> None:
    off = await add(happen, enabled=False, disabled_reason="owner")
    deleted = await add(happen, deleted_at=change("x").occurred_at)
    await happen.happen([change("territory", states["territory"][0])])
    assert await told(happen, off) == await told(happen, deleted) == []


async def test_two_processes_that_read_the_same_page_make_its_events_once(
    happen: Happenings, states: States, webhooks_database: str
) -> None:
    endpoint = await add(happen)
    await happen.happen([change("territory", states["territory"][0])])
    changes = [change("territory", state) for state in states["territory"][:50]]
    other = Database(webhooks_database, 2)
    await other.open()
    try:
        sinks = [EventSink(happen.database, FEED, 0), EventSink(other, FEED, 0)]
        for sink in sinks:
            await sink.cursor()
        await asyncio.gather(*(sink.apply(changes, "next") for sink in sinks))
        assert [await sink.cursor() for sink in sinks] == ["next", "next"]
    finally:
        await other.close()
    assert len(await told(happen, endpoint)) == 51


async def snapshot(states: Iterable[dict[str, Any]]) -> AsyncIterator[Record]:
    for state in states:
        yield Record("territory", state["id"], state["version"], state)


async def test_the_first_snapshot_tells_nobody_and_a_later_one_tells_what_is_different(
    happen: Happenings, states: States
) -> None:
    endpoint = await add(happen)
    first, second, third, fourth = states["territory"][:4]
    sink = EventSink(happen.database, "catalog", 0)
    assert await sink.cursor() is None
    await sink.replace(snapshot([first, second, third]), "one")
    assert await told(happen, endpoint) == []

    assert await sink.cursor() == "one"
    await sink.replace(snapshot([first, second | {"version": 9}, fourth]), "two")
    rows = await happen.fetch("select type, subject_id, subject_version, merged_into from event order by seq")
    assert {(row["type"], str(row["subject_id"])) for row in rows} == {
        ("territory.updated", second["id"]),
        ("territory.created", fourth["id"]),
        ("territory.archived", third["id"]),
    }
    assert {row["merged_into"] for row in rows} == {None}, "a snapshot does not say why a record is gone"
    assert len(await told(happen, endpoint)) == 3
    assert await sink.cursor() == "two"


async def test_a_snapshot_that_breaks_off_changes_nothing(happen: Happenings, states: States) -> None:
    async def broken() -> AsyncIterator[Record]:
        async for record in snapshot(states["territory"][:3]):
            yield record
        raise ConnectionError

    sink = EventSink(happen.database, "catalog", 0)
    await sink.cursor()
    with pytest.raises(ConnectionError):
        await sink.replace(broken(), "one")
    assert await sink.cursor() is None
    assert await happen.fetch("select from event_subject") == []


async def test_a_page_that_is_too_large_for_one_statement_is_handed_out_in_order_all_the_same(
    happen: Happenings, states: States, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "DELIVERIES_AT_ONCE", 7)
    endpoints = [await add(happen) for _ in range(3)]
    state = states["territory"][0]
    events = await happen.happen([change("territory", state, version=version) for version in range(1, 10)])
    for endpoint in endpoints:
        assert await told(happen, endpoint) == events


async def test_more_than_one_statement_deletes_is_forgotten_too(
    happen: Happenings, states: States, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "DELIVERIES_AT_ONCE", 4)
    for _ in range(2):
        await add(happen)
    await happen.happen([change("territory", state) for state in states["territory"][:5]])
    await happen.database.pool.execute("update event set received_at = now() - interval '91 days'")
    assert await purge(happen.database, 90) == 5
    assert await happen.fetch("select from delivery") == []


async def test_what_is_older_than_the_retention_is_forgotten_with_its_deliveries(
    happen: Happenings, states: States
) -> None:
    endpoint = await add(happen)
    old, new = await happen.happen([change("territory", state) for state in states["territory"][:2]])
    await happen.database.pool.execute("update event set received_at = now() - interval '91 days' where id = $1", old)
    assert await purge(happen.database, 90) == 1
    assert await told(happen, endpoint) == [new]
    assert await purge(happen.database, 90) == 0
