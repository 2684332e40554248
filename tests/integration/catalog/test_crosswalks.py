"""Crosswalks: a partner says what its own codes are called here, and they can be looked up."""

from typing import Any

import httpx
import pytest

from services.catalog.loading.loader import load
from tests.conftest import DATA
from tests.integration.catalog.partners import ANY, Headers, Partner, make_partner

V1 = "/catalog/v1"
OURS = f"{V1}/crosswalks/letsfood-dataset-2026"
ENTRY: dict[str, Any] = {"target": "food_waste", "relation": "exactMatch"}


@pytest.fixture
async def partner(catalog: httpx.AsyncClient, as_admin: Headers) -> Partner:
    return await make_partner(catalog, as_admin, "a")


async def put(
    catalog: httpx.AsyncClient,
    path: str,
    headers: Headers,
    **changes: Any,  # noqa: ANN401 - any field
) -> httpx.Response:
    return await catalog.put(f"{V1}/crosswalks/{path}", json=ENTRY | changes, headers=headers)


async def test_the_data_sets_own_scheme_is_there(catalog: httpx.AsyncClient) -> None:
    [scheme] = (await catalog.get(f"{V1}/crosswalks")).json()["items"]
    assert (scheme["name"], scheme["owner"]) == ("letsfood-dataset-2026", None)
    assert scheme["entries"] == len((DATA / "crosswalk.jsonl").read_text(encoding="utf-8").splitlines())
    found = (await catalog.get(f"{OURS}?vocabulary=themes&code=food_aid_and_access")).json()
    [entry] = found["items"]
    assert (entry["target"], entry["relation"]) == ("food_solidarity", "closeMatch")
    answer = await catalog.get(OURS)
    assert len(answer.json()["items"]) == scheme["entries"]
    again = await catalog.get(OURS, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_partner_keeps_its_own_scheme(catalog: httpx.AsyncClient, as_admin: Headers, partner: Partner) -> None:
    made = await put(catalog, "a-tags/themes/Anti-gaspi%20(2024)", partner.headers)
    assert made.status_code == 200, made.text
    assert made.json()["code"] == "Anti-gaspi (2024)"
    assert (await put(catalog, "a-tags/themes/divers", partner.headers, target=None, relation=None)).status_code == 200
    scheme = (await catalog.get(f"{V1}/crosswalks/a-tags")).json()
    assert (scheme["owner"]["slug"], scheme["entries"], scheme["version"]) == ("a", 2, 2)
    assert (await put(catalog, "a-tags/themes/divers", partner.headers, target=None, relation=None)).status_code == 200
    assert (await catalog.get(f"{V1}/crosswalks/a-tags")).json()["version"] == 2, "the same again changes nothing"
    other = await make_partner(catalog, as_admin, "b")
    assert (await put(catalog, "a-tags/themes/divers", other.headers)).status_code == 403
    assert (await put(catalog, "letsfood-dataset-2026/themes/x", partner.headers)).status_code == 403
    assert (await put(catalog, "a-tags/themes/divers", as_admin)).status_code == 200


async def test_a_code_is_looked_up(catalog: httpx.AsyncClient, partner: Partner) -> None:
    await put(catalog, "a-tags/themes/antigaspi", partner.headers)
    terms = f"{V1}/vocabularies/themes/terms"
    [found] = (await catalog.get(f"{terms}?scheme=a-tags&code=antigaspi&lang=ar")).json()["items"]
    assert (found["code"], found["relation"], found["lang"]) == ("food_waste", "exactMatch", "ar")
    [found] = (await catalog.get(f"{terms}?scheme=letsfood-dataset-2026&code=food_aid_and_access")).json()["items"]
    assert found["code"] == "food_solidarity"
    assert (await catalog.get(f"{terms}?scheme=a-tags&code=nothing")).json()["items"] == []
    by_target = (await catalog.get(f"{terms}?scheme=sdg-target&code=12.3")).json()["items"]
    assert "food_waste" in {each["code"] for each in by_target}
    narrower = {"scheme": "mufpp-action", "code": "34", "relation": "narrowMatch"}
    waste = (await catalog.get(f"{terms}/food_waste")).json()
    assert narrower in waste["matches"], "the action is narrower than the theme"
    [found] = [
        each
        for each in (await catalog.get(f"{terms}?scheme=mufpp-action&code=34")).json()["items"]
        if each["code"] == "food_waste"
    ]
    assert found["relation"] == "broadMatch", "the theme is broader than the action"


async def test_loading_again_leaves_entries_that_were_put_here(
    catalog: httpx.AsyncClient,
    catalog_database: str,
    as_admin: Headers,
    partner: Partner,
    small: Any,  # noqa: ANN401 - a folder
) -> None:
    await put(catalog, "a-tags/themes/antigaspi", partner.headers)
    mended = {"target": "short_chains", "relation": "broadMatch", "note": "Ours"}
    await put(catalog, "letsfood-dataset-2026/themes/food_aid_and_access", as_admin, **mended)
    before = (await catalog.get(OURS)).json()["items"]
    rows = small.lines("crosswalk")
    rows[0]["note"] = "Read again."
    small.write("crosswalk", rows)
    await load(catalog_database, small.path)
    after = (await catalog.get(OURS)).json()["items"]
    assert len(after) == len(before)
    assert {"Read again.", "Ours"} <= {each["note"] for each in after}
    assert (await catalog.get(f"{V1}/crosswalks/a-tags")).json()["entries"] == 1


async def test_an_entry_is_taken_back_by_who_has_seen_the_scheme(
    catalog: httpx.AsyncClient, as_admin: Headers, partner: Partner
) -> None:
    await put(catalog, "a-tags/themes/antigaspi", partner.headers)
    address = f"{V1}/crosswalks/a-tags/themes/antigaspi"
    seen = (await catalog.get(f"{V1}/crosswalks/a-tags")).headers["etag"]
    await put(catalog, "a-tags/themes/more", partner.headers)
    assert (await catalog.delete(address, headers=partner.headers)).status_code == 428
    assert (await catalog.delete(address, headers=partner.headers | {"If-Match": seen})).status_code == 412
    other = await make_partner(catalog, as_admin, "b")
    assert (await catalog.delete(address, headers=other.headers | ANY)).status_code == 403
    assert (await catalog.delete(address, headers=partner.headers | ANY)).status_code == 204
    assert (await catalog.delete(address, headers=partner.headers | ANY)).status_code == 404
    assert (await catalog.get(f"{V1}/crosswalks/a-tags")).json()["entries"] == 1


@pytest.mark.parametrize(
    ("path", "changes", "status"),
    [
        ("a-tags/themes/x", {"target": "no_such"}, 422),
        ("a-tags/themes/x", {"relation": None}, 422),
        ("a-tags/themes/x", {"relation": "sameAs"}, 422),
        ("a-tags/no_such/x", {}, 404),
        ("A%20Tags/themes/x", {}, 400),
        ("a-tags/themes/a%00b", {}, 400),
    ],
)
async def test_what_cannot_be_is_refused(
    catalog: httpx.AsyncClient, partner: Partner, path: str, changes: dict[str, Any], status: int
) -> None:
    answer = await put(catalog, path, partner.headers | {"Accept-Language": "fr"}, **changes)
    assert answer.status_code == status, answer.text
    assert (await catalog.get(f"{V1}/crosswalks/a-tags")).status_code == 404, "nothing was made"
