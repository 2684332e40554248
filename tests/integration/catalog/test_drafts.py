"""Drafts: their owner's and the moderators' to see, and nobody else's to find."""

import json
from typing import Any

import httpx

from tests.integration.catalog.editing import V1, events, head, patch, read
from tests.integration.catalog.partners import ANY, INITIATIVE, Headers, Partner, make_initiative, make_partner

INITIATIVES = f"{V1}/initiatives"
MINE = f"initiatives/{INITIATIVE['slug']}"


async def public_traces(catalog: httpx.AsyncClient, slug: str, since: str) -> list[str]:
    """Where a record can be found without a key."""
    found = []
    if (await catalog.get(f"{INITIATIVES}/{slug}")).status_code != 404:
        found.append("address")
    for path in ("initiatives?territory=fes&limit=200", "initiatives?theme=farmers_markets&country=MA&limit=200"):
        listed = await catalog.get(f"{V1}/{path}", headers={"Accept": "application/geo+json"})
        if slug in listed.text:
            found.append(path)
    snapshot = (await catalog.get(f"{V1}/snapshot")).text
    if slug in snapshot:
        found.append("snapshot")
    if slug in (await catalog.get(f"{V1}/changes?since={since}&include=data")).text:
        found.append("feed")
    return found


async def total(catalog: httpx.AsyncClient) -> int:
    return int((await read(catalog, "initiatives?limit=1&count=true"))["total"])


async def test_a_draft_is_its_owners_and_the_moderators_to_see_and_leaves_no_trace(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner, b: Partner
) -> None:
    since, before = await head(catalog), await total(catalog)
    draft = await make_initiative(catalog, a.headers, status="draft")
    assert draft["status"] == "draft"
    weak = await make_partner(catalog, as_admin, "c", [])
    for headers in ({}, b.headers, weak.headers):
        for ref in (INITIATIVE["slug"], draft["id"]):
            assert (await catalog.get(f"{INITIATIVES}/{ref}", headers=headers)).status_code == 404
    for headers in (a.headers, as_admin):
        answer = await catalog.get(f"{V1}/{MINE}", headers=headers)
        assert (answer.status_code, answer.json()["id"]) == (200, draft["id"])
        assert answer.headers["Cache-Control"] == "no-store"
    changed = await patch(catalog, MINE, {"title": {"fr": "Autre"}}, a.headers)
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    for headers in ({}, a.headers, as_admin):
        listed = await catalog.get(f"{INITIATIVES}?territory=fes&limit=200", headers=headers)
        assert INITIATIVE["slug"] not in listed.text
    assert await public_traces(catalog, INITIATIVE["slug"], since) == []
    assert await total(catalog) == before
    last = json.loads((await catalog.get(f"{V1}/snapshot")).text.splitlines()[-1])
    assert last["counts"]["initiative"] == before
    assert await events(catalog, since) == []


async def test_publishing_announces_it_and_withdrawing_is_a_tombstone(catalog: httpx.AsyncClient, a: Partner) -> None:
    since, before = await head(catalog), await total(catalog)
    await make_initiative(catalog, a.headers, status="draft")
    status = "draft"
    steps: list[tuple[dict[str, Any], int]] = [
        ({"status": "published"}, 2),
        ({"status": "published"}, 2),  # says nothing new
        ({"title": {"fr": "Autre titre"}}, 3),
        ({"status": "draft"}, 4),
        ({"status": "draft"}, 4),
        ({"title": {"fr": "Encore un"}}, 5),
        ({"status": "published"}, 6),
    ]
    for step, version in steps:
        answer = await patch(catalog, MINE, step, a.headers)
        assert answer.status_code == 200, answer.text
        status = step.get("status", status)
        assert (answer.json()["status"], answer.json()["version"]) == (status, version)
        traces = await public_traces(catalog, INITIATIVE["slug"], since)
        assert ("snapshot" in traces) == ("address" in traces) == (status == "published"), traces
        assert await total(catalog) == before + (status == "published")
    assert await events(catalog, since) == [
        ("initiative.created", 2),
        ("initiative.updated", 3),
        ("initiative.archived", 4),
        ("initiative.created", 6),
    ]


async def test_an_archived_draft_answers_410_to_those_only_who_knew_of_it(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner, b: Partner
) -> None:
    since = await head(catalog)
    await make_initiative(catalog, a.headers, status="draft")
    assert (await catalog.delete(f"{V1}/{MINE}?reason=Essai", headers=a.headers | ANY)).status_code == 204
    for headers, status in (({}, 404), (b.headers, 404), (a.headers, 410), (as_admin, 410)):
        assert (await catalog.get(f"{V1}/{MINE}", headers=headers)).status_code == status
    assert await events(catalog, since) == []


async def test_a_status_is_never_taken_away(catalog: httpx.AsyncClient, a: Partner) -> None:
    await make_initiative(catalog, a.headers, status="draft")
    for wrong in (None, "archived", "discarded", "x", 1):
        answer = await patch(catalog, MINE, {"status": wrong}, a.headers)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/status"), wrong
    assert (await catalog.get(f"{V1}/{MINE}")).status_code == 404
