"""Writing to the catalog: what is refused, what is kept, what the feed says of it."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.integration.catalog.partners import INITIATIVE, PATCH

ADDRESS = "/catalog/v1/initiatives/tav-lyon"


async def etag_of(catalog: httpx.AsyncClient, address: str = ADDRESS) -> str:
    return str((await catalog.get(address)).headers["etag"])


async def test_a_new_initiative_is_published_and_announced(
    catalog: httpx.AsyncClient, as_admin: dict[str, str]
) -> None:
    before = (await catalog.get("/catalog/v1/changes/status")).json()["head"]
    made = await catalog.post("/catalog/v1/initiatives", json=INITIATIVE, headers=as_admin)
    assert made.status_code == 201, made.text
    read = await catalog.get(made.headers["Location"])
    assert read.json() | {"possible_duplicates": []} == made.json()
    assert read.headers["etag"] == made.headers["etag"], "what it was made as need not be read again"
    assert read.json()["title"] == {"text": "Marché d'essai", "lang": "fr", "origin": "original"}
    page = (await catalog.get(f"/catalog/v1/changes?since={before}&include=data")).json()
    [change] = page["items"]
    assert (change["type"], change["version"], change["data"]["slug"]) == ("initiative.created", 1, INITIATIVE["slug"])


async def test_a_territory_keeps_all_that_was_written(catalog: httpx.AsyncClient, as_admin: dict[str, str]) -> None:
    territory: dict[str, Any] = {
        "slug": "sefrou-essai",
        "name": {"fr": "Sefrou", "ar": "صفرو"},
        "kind": "province",
        "country_code": "MA",
        "subdivision_code": "MA-SEF",
        "point": {"type": "Point", "coordinates": [-4.83, 33.83]},
        "population": {"value": 286489, "year": 2014, "scope": "territory", "source": "Recensement 2014"},
        "networks": [{"network": "mufpp", "since": 2020}],
        "problems": [
            {
                "problem": "water_scarcity",
                "severity": 2.0,
                "evidence": {"fr": "L'eau manque en été."},
                "sources": [{"title": "Étude d'essai"}],
            }
        ],
        "sources": [{"title": "Étude d'essai", "address": "https://example.org/etude"}],
    }
    made = await catalog.post("/catalog/v1/territories?lang=fr", json=territory, headers=as_admin)
    assert made.status_code == 201, made.text
    body = made.json()
    assert body["problems"][0]["severity"] == 2
    assert body["networks"][0]["slug"] == "mufpp"
    assert body["population"]["scope"] == "territory"
    problem_id = body["problems"][0]["id"]

    headers = as_admin | PATCH | {"If-Match": made.headers["etag"]}
    kept = {"id": problem_id, **territory["problems"][0], "severity": 3}
    changed = await catalog.patch(
        made.headers["Location"], json={"problems": [kept], "population": None}, headers=headers
    )
    assert changed.status_code == 200, changed.text
    assert changed.json()["problems"][0]["id"] == problem_id
    assert changed.json()["problems"][0]["severity"] == 3
    assert changed.json()["population"] is None
    assert changed.json()["version"] == 2


async def test_a_changed_original_outdates_its_translations(
    catalog: httpx.AsyncClient, as_admin: dict[str, str]
) -> None:
    headers = as_admin | PATCH | {"If-Match": await etag_of(catalog)}
    await catalog.patch(ADDRESS, json={"title": {"fr": "Autre titre", "en": "Another title"}}, headers=headers)
    title = (await catalog.get(f"{ADDRESS}?lang=all")).json()["title"]["translations"]
    assert {lang: entry["origin"] for lang, entry in title.items()} == {
        "fr": "original",
        "en": "human",
        "ar": "outdated",
    }


async def test_of_twenty_patches_on_one_version_exactly_one_wins(
    catalog: httpx.AsyncClient, as_admin: dict[str, str]
) -> None:
    headers = as_admin | PATCH | {"If-Match": await etag_of(catalog)}
    answers = await asyncio.gather(
        *(catalog.patch(ADDRESS, json={"title": {"fr": f"Titre {n}"}}, headers=headers) for n in range(20))
    )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] + [412] * 19
    winner = next(answer.json() for answer in answers if answer.status_code == 200)
    now = (await catalog.get(ADDRESS)).json()
    assert (now["version"], now["title"]["text"]) == (2, winner["title"]["text"])


async def test_an_archived_record_is_gone_with_its_reason(catalog: httpx.AsyncClient, as_admin: dict[str, str]) -> None:
    before = (await catalog.get("/catalog/v1/changes/status")).json()["head"]
    headers = as_admin | {"If-Match": await etag_of(catalog)}
    assert (await catalog.delete(f"{ADDRESS}?reason=Doublon", headers=headers)).status_code == 204
    gone = await catalog.get(ADDRESS)
    assert gone.status_code == 410
    assert "Doublon" in gone.json()["detail"]
    assert (await catalog.delete(f"{ADDRESS}?reason=Doublon", headers=headers)).status_code == 410
    [change] = (await catalog.get(f"/catalog/v1/changes?since={before}&include=data")).json()["items"]
    assert (change["type"], change["data"]) == ("initiative.archived", None)


async def test_a_territory_with_initiatives_is_not_archived(
    catalog: httpx.AsyncClient, as_admin: dict[str, str]
) -> None:
    address = "/catalog/v1/territories/fes"
    headers = as_admin | {"If-Match": await etag_of(catalog, address)}
    assert (await catalog.delete(f"{address}?reason=Fusion", headers=headers)).status_code == 409


async def test_who_has_no_key_changes_nothing(catalog: httpx.AsyncClient) -> None:
    etag = await etag_of(catalog)
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}):
        for answer in (
            await catalog.post("/catalog/v1/initiatives", json=INITIATIVE, headers=headers),
            await catalog.patch(ADDRESS, json={"url": None}, headers=headers | PATCH | {"If-Match": etag}),
            await catalog.delete(f"{ADDRESS}?reason=why", headers=headers | {"If-Match": etag}),
        ):
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert await etag_of(catalog) == etag


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"themes": ["no_such_theme"]}, "/themes/0"),
        ({"themes": []}, "/themes"),
        ({"territory": "atlantis"}, "/territory"),
        ({"start_year": False}, "/start_year"),
        ({"start_year": "2020"}, "/start_year"),
        ({"start_year": 2020, "end_year": 2019}, ""),
        ({"url": "javascript:alert(1)"}, "/url"),
        ({"sources": []}, "/sources"),
        ({"status": "archived"}, "/status"),
        ({"owner_id": "01a20669-fcc0-705f-ae16-80325fac86d5"}, "/owner_id"),
        ({"owner": "lets-food"}, "/owner"),
        ({"id": "01a20669-fcc0-705f-ae16-80325fac86d5"}, "/id"),
        ({"version": 7}, "/version"),
        ({"title": {"fr": "a\u0000b"}}, "/title/fr"),
        ({"title": {"french": "a"}}, "/title/french"),
        ({"title": {}}, "/title"),
        ({"summary": {"fr": "x" * 20_001}}, "/summary/fr"),
        (
            {"title": {"fr": {"text": "a", "origin": "original"}, "en": {"text": "b", "origin": "original"}}},
            "/title",
        ),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_stored(
    catalog: httpx.AsyncClient, as_admin: dict[str, str], change: dict[str, Any], pointer: str
) -> None:
    answer = await catalog.post("/catalog/v1/initiatives", json=INITIATIVE | change, headers=as_admin)
    assert answer.status_code == 422, answer.text
    assert any(error["pointer"].startswith(pointer) for error in answer.json()["errors"]), answer.json()
    assert (await catalog.get(f"/catalog/v1/initiatives/{INITIATIVE['slug']}")).status_code == 404


async def test_a_taken_slug_is_a_conflict(catalog: httpx.AsyncClient, as_admin: dict[str, str]) -> None:
    answer = await catalog.post("/catalog/v1/initiatives", json=INITIATIVE | {"slug": "tav-lyon"}, headers=as_admin)
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["pointer"] == "/slug"


async def test_preconditions_are_asked_for_and_kept(catalog: httpx.AsyncClient, as_admin: dict[str, str]) -> None:
    etag = await etag_of(catalog)
    headers = as_admin | PATCH
    body = {"title": {"fr": "Titre"}}
    assert (await catalog.patch(ADDRESS, json=body, headers=headers)).status_code == 428
    for wrong in (f"W/{etag}", '"9-abc"', "1", etag.replace("1-", "01-")):
        answer = await catalog.patch(ADDRESS, json=body, headers=headers | {"If-Match": wrong})
        assert answer.status_code == 412, wrong
    assert await etag_of(catalog) == etag
    wrong_type = await catalog.patch(ADDRESS, content="{}", headers=headers | {"Content-Type": "text/plain"})
    assert wrong_type.status_code == 415
    assert wrong_type.headers["Accept-Patch"] == "application/merge-patch+json"
