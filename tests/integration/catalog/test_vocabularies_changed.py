"""Vocabularies that moderators change: words, relations, new terms; what the feed and the loader make of it."""

from typing import Any

import httpx
import pytest

from services.catalog.app import create_app
from services.catalog.loading.loader import load
from services.catalog.settings import CatalogSettings
from tests.conftest import running
from tests.integration.catalog.data_folder import Folder
from tests.integration.catalog.partners import ANY, PATCH, Headers, make_partner

V1 = "/catalog/v1"
TERM = f"{V1}/vocabularies/themes/terms/food_waste"
LABEL = {"fr": "Coopératives alimentaires", "en": "Food cooperatives", "ar": "تعاونيات غذائية"}


async def etag(catalog: httpx.AsyncClient) -> str:
    return str((await catalog.get(f"{V1}/vocabularies/themes")).headers["etag"])


async def test_one_term_is_read_with_what_is_around_it(catalog: httpx.AsyncClient) -> None:
    answer = await catalog.get(f"{TERM}?lang=fr")
    term = answer.json()
    assert (term["vocabulary"], term["code"], term["label"], term["lang"]) == (
        "themes", "food_waste", "Gaspillage alimentaire", "fr",
    )  # fmt: skip
    assert {"scheme": "sdg-target", "code": "12.3", "relation": "closeMatch"} in term["matches"]
    whole = (await catalog.get(f"{V1}/vocabularies/themes?lang=fr")).json()
    narrower = [each["code"] for each in whole["terms"] if "food_waste" in each["broader"]]
    assert term["narrower"] == narrower
    again = await catalog.get(f"{TERM}?lang=fr", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    everything = (await catalog.get(f"{TERM}?lang=all")).json()
    assert set(everything["label"]) >= {"fr", "en", "ar"}


async def test_a_changed_label_is_read_at_once_and_told(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    head = (await catalog.get(f"{V1}/changes/status")).json()["head"]
    seen = await etag(catalog)
    patch = {"label": {"fr": "Gâchis alimentaire"}, "alt_labels": {"it": ["spreco alimentare"]}}
    changed = await catalog.patch(f"{TERM}?lang=all", json=patch, headers=as_admin | PATCH | {"If-Match": seen})
    assert changed.status_code == 200, changed.text
    assert changed.json()["label"]["fr"] == "Gâchis alimentaire"
    assert changed.json()["label"]["en"] == "Food waste"
    assert (await catalog.get(f"{TERM}?lang=all")).json() == changed.json()
    [record] = (await catalog.get(f"{V1}/initiatives?theme=food_waste&limit=1&lang=fr")).json()["items"]
    assert "Gâchis alimentaire" in {theme["label"] for theme in record["themes"]}
    [change] = (await catalog.get(f"{V1}/changes?since={head}&include=data")).json()["items"]
    assert change["type"] == "vocabulary.changed"
    assert change["version"] == changed.json()["version"] == change["data"]["version"]
    stale = await catalog.patch(TERM, json={"label": {"en": "X"}}, headers=as_admin | PATCH | {"If-Match": seen})
    assert stale.status_code == 412
    same = await catalog.patch(f"{TERM}?lang=all", json=patch, headers=as_admin | PATCH | ANY)
    assert same.json()["version"] == changed.json()["version"], "what changes nothing makes no version"


async def test_a_new_term_is_used_at_once(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    written = {"code": "food_cooperatives", "label": LABEL, "broader": ["short_chains"]}
    made = await catalog.post(f"{V1}/vocabularies/themes/terms", json=written, headers=as_admin)
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == f"{V1}/vocabularies/themes/terms/food_cooperatives"
    assert (await catalog.get(made.headers["Location"])).json() == made.json()
    above = (await catalog.get(f"{V1}/vocabularies/themes/terms/short_chains")).json()
    assert "food_cooperatives" in above["narrower"]
    headers = as_admin | PATCH | ANY
    used = await catalog.patch(f"{V1}/initiatives/tav-lyon", json={"themes": ["food_cooperatives"]}, headers=headers)
    assert used.status_code == 200, used.text
    taken = await catalog.post(f"{V1}/vocabularies/themes/terms", json=written, headers=as_admin)
    assert taken.status_code == 409


@pytest.mark.parametrize(
    ("patch", "pointer", "code"),
    [
        ({"label": {"ar": None}}, "/label/ar", "missing"),
        ({"label": {"es": "Desperdicio"}}, "/label/es", "extra_forbidden"),
        ({"broader": ["no_such"]}, "/broader/0", "unknown_code"),
        ({"broader": ["food_waste"]}, "/broader/0", "broader_circle"),
        ({"mufpp_category": "no_such"}, "/mufpp_category", "unknown_code"),
        ({"code": "another"}, "/code", "extra_forbidden"),
        (
            {"matches": [{"scheme": "sdg-target", "code": "12.3", "relation": "same"}]},
            "/matches/0/relation",
            "literal_error",
        ),
    ],
)
async def test_what_is_wrong_with_a_term_is_named(
    catalog: httpx.AsyncClient, as_admin: Headers, patch: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await catalog.patch(TERM, json=patch, headers=as_admin | PATCH | ANY | {"Accept-Language": "ar"})
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert not error["detail"].isascii(), "in Arabic"


async def test_a_circle_over_several_terms_is_refused(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    below = (await catalog.get(f"{V1}/vocabularies/themes")).json()["terms"]
    child, parent = next((term["code"], term["broader"][0]) for term in below if term["broader"])
    answer = await catalog.patch(
        f"{V1}/vocabularies/themes/terms/{parent}", json={"broader": [child]}, headers=as_admin | PATCH | ANY
    )
    assert answer.json()["errors"][0]["code"] == "broader_circle"


async def test_only_moderators_change_them(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    partner = await make_partner(catalog, as_admin, "a")
    headers = partner.headers | PATCH | ANY
    assert (await catalog.patch(TERM, json={"label": {"en": "X"}}, headers=headers)).status_code == 403
    assert (
        await catalog.patch(f"{V1}/vocabularies/themes/terms/x", json={}, headers=as_admin | PATCH | ANY)
    ).status_code == 404
    assert (await catalog.patch(TERM, json={}, headers=as_admin | PATCH)).status_code == 428


def shout(vocabulary: dict[str, Any]) -> None:
    """Another wording of every term."""
    for term in vocabulary["terms"]:
        term["label"]["en"] = term["label"]["en"].upper()


async def test_loading_again_leaves_what_was_changed_here(
    empty_catalog_database: str, small: Folder, as_admin: Headers
) -> None:
    assert (await load(empty_catalog_database, small.path)).errors == []
    async with running(create_app(CatalogSettings(database_url=empty_catalog_database))) as catalog:
        headers = as_admin | PATCH | ANY
        assert (await catalog.patch(TERM, json={"label": {"en": "Wasted food"}}, headers=headers)).status_code == 200
        added = {"code": "food_cooperatives", "label": LABEL}
        assert (await catalog.post(f"{V1}/vocabularies/themes/terms", json=added, headers=as_admin)).status_code == 201
        small.change_vocabulary("themes", shout)
        assert (await load(empty_catalog_database, small.path)).errors == []
    async with running(create_app(CatalogSettings(database_url=empty_catalog_database))) as catalog:
        found = (await catalog.get(f"{V1}/vocabularies/themes?lang=en")).json()["terms"]
    labels = {term["code"]: term["label"] for term in found}
    assert labels["food_waste"] == "Wasted food"
    assert labels["food_cooperatives"] == "Food cooperatives"
    assert labels["school_canteens"] == "SCHOOL CANTEENS"
    assert [term["code"] for term in found].count("food_waste") == 1
