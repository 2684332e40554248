"""Matching over the real catalog with the real data set, as a city officer would use it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.matching.app import create_app
from services.matching.settings import MatchingSettings

Body = dict[str, Any]

PATIENCE_S = 20.0
"""For the first snapshot of the whole data set, on a busy machine."""


@pytest.fixture
async def matching(matching_database: str, catalog: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """Matching, once it has taken in the real catalog."""
    app = create_app(MatchingSettings(database_url=matching_database), catalog=catalog)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://matching") as client:
            await until_caught_up(client)
            yield client


async def until_caught_up(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while (await client.get("/matching/v1/status")).json()["behind"] != 0:  # noqa: ASYNC110 - asks over HTTP
            await asyncio.sleep(0.02)


async def matches(client: httpx.AsyncClient, ref: str, **query: Any) -> Body:  # noqa: ANN401 - any query
    answer = await client.get(f"/matching/v1/territories/{ref}/matches", params=query)
    assert answer.status_code == 200, answer.text
    body: Body = answer.json()
    return body


@pytest.mark.parametrize(("ref", "partner"), [("montpellier", "fes"), ("grenoble", "sfax"), ("fes", "montpellier")])
async def test_the_best_match_is_the_known_duo_with_evidence_on_both_sides(
    matching: httpx.AsyncClient, ref: str, partner: str
) -> None:
    body = await matches(matching, ref)
    assert len(body["items"]) == 10
    assert body["items"][0]["territory"]["slug"] == partner
    for match in body["items"]:
        assert match["score"] == round(sum(part["contribution"] for part in match["criteria"]), 4)
        assert match["shared_problems"]
        for shared in match["shared_problems"]:
            assert all(statement["evidence"]["text"] for statement in shared["seeker"] + shared["candidate"])
            assert all(statement["sources"] for statement in shared["seeker"] + shared["candidate"])
        for direction in ("brings_to_seeker", "brings_to_candidate"):
            assert match[direction]
            assert all(brought["sources"] and brought["answers"] for brought in match[direction])


async def test_every_record_is_read_and_a_village_without_facts_is_not_ranked(matching: httpx.AsyncClient) -> None:
    status = (await matching.get("/matching/v1/status")).json()
    assert (status["territories"], status["initiatives"], status["unreadable"]) == (953, 1280, 0)
    body = await matches(matching, "bessines")
    assert (body["rankable"], body["items"]) == (False, [])
    assert {entry["fact"] for entry in body["missing"]} == {"problems", "initiatives"}


async def test_a_partner_of_which_nothing_is_recorded_is_named_with_what_is_missing(
    matching: httpx.AsyncClient,
) -> None:
    body = await matches(matching, "sefrou")
    [partner] = body["partners_not_ranked"]
    assert partner["territory"]["slug"] == "ille-et-vilaine"
    assert partner["cooperations"][0]["sources"]
    assert {"problems", "initiatives"} <= {entry["fact"] for entry in partner["missing"] if entry["of"] == "candidate"}
    back = await matches(matching, "ille-et-vilaine")
    assert back["rankable"] is False
    assert "sefrou" in {entry["territory"]["slug"] for entry in back["partners_not_ranked"]}


async def test_a_change_in_the_catalog_is_in_the_next_answer(
    matching: httpx.AsyncClient, catalog: httpx.AsyncClient, as_admin: dict[str, str]
) -> None:
    address = "/catalog/v1/initiatives/cantines-durables-montpellier"
    etag = (await catalog.get(address)).headers["ETag"]
    headers = {**as_admin, "If-Match": etag, "Content-Type": "application/merge-patch+json"}
    changed = await catalog.patch(address, headers=headers, json={"themes": ["fisheries"]})
    assert changed.status_code == 200, changed.text
    await until_caught_up(matching)
    body = await matches(matching, "montpellier", theme="fisheries")
    brought = {b["slug"] for match in body["items"] for b in match["brings_to_candidate"]}
    assert brought == {"cantines-durables-montpellier"}
