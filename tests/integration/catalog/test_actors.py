"""The actor map of a territory: who does what there, counted here a second time by reading every record."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.common.paging import encode_cursor, list_digest
from tests.contract.common.new_records import SOURCES, new_record
from tests.integration.catalog.partners import ANY, PATCH, Headers, make, make_initiative, make_partner

V1 = "/catalog/v1"
Entry = tuple[str, bool, str | None, tuple[str, ...], str | None]
"""Organization, whether it is seated there, role, themes, initiative."""


async def read(catalog: httpx.AsyncClient, path: str) -> dict[str, Any]:
    answer = await catalog.get(f"{V1}/{path}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def every(catalog: httpx.AsyncClient, path: str, limit: int = 200) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    address = f"{path}{'&' if '?' in path else '?'}limit={limit}"
    page = await read(catalog, address)
    while True:
        items += page["items"]
        if page["next"] is None:
            return items
        assert len(page["items"]) == limit
        page = await read(catalog, f"{address}&cursor={page['next']}")


def entry(item: dict[str, Any]) -> Entry:
    return (
        item["organization"]["slug"],
        item["seated"],
        item["role"] and item["role"]["code"],
        tuple(theme["code"] for theme in item["themes"]),
        item["initiative"] and item["initiative"]["slug"],
    )


async def entries(catalog: httpx.AsyncClient, territory: str, query: str = "") -> list[Entry]:
    return [entry(item) for item in await every(catalog, f"territories/{territory}/actors{query}")]


def slugs(found: list[Entry]) -> set[str]:
    return {organization for organization, *_ in found}


def stated(
    territory: str, organizations: list[dict[str, Any]], initiatives: list[dict[str, Any]]
) -> Iterator[tuple[str, str | None, tuple[str, ...], str | None]]:
    """What the records themselves say of this territory."""
    for each in organizations:
        for role in each["roles"]:
            if role["territory"]["slug"] == territory:
                yield each["slug"], role["role"]["code"], tuple(theme["code"] for theme in role["themes"]), None
    for each in initiatives:
        if each["territory"]["slug"] == territory:
            carrier = [{**each["carrier"], "role": {"code": "holder"}}] if each["carrier"] else []
            for actor in [*carrier, *each["actors"]]:
                if actor.get("organization"):
                    themes = tuple(theme["code"] for theme in each["themes"])
                    yield actor["organization"]["slug"], actor["role"]["code"], themes, each["slug"]


async def test_the_map_says_what_the_records_say(catalog: httpx.AsyncClient) -> None:
    organizations = await every(catalog, "organizations")
    initiatives = await every(catalog, "initiatives")
    places = {role["territory"]["slug"] for each in organizations for role in each["roles"]}
    assert len(places) >= 15
    seats = {each["slug"]: each["territory"] and each["territory"]["slug"] for each in organizations}
    for place in sorted(places | {"castanet-tolosan", "fenouillet", "rabat"}):
        expected = Counter(
            (who, seats[who] == place, role, themes, initiative)
            for who, role, themes, initiative in stated(place, organizations, initiatives)
        )
        assert Counter(await entries(catalog, place)) == expected, place
    assert await entries(catalog, "rabat") == []
    assert ("metropole-de-lyon", True, "holder", ("food_governance",), None) in await entries(catalog, "lyon")


async def test_each_item_names_its_sources_and_reads_in_the_readers_language(catalog: httpx.AsyncClient) -> None:
    answer = await catalog.get(f"{V1}/territories/sefrou/actors?theme=training_officials&lang=ar")
    [lets_food, xylm] = answer.json()["items"]
    assert (lets_food["organization"]["slug"], xylm["organization"]["slug"]) == ("lets-food", "xylm")
    assert lets_food["role"] == {"code": "operator", "label": "منفّذ", "lang": "ar"}
    assert [kind["label"] for kind in lets_food["kinds"]] == ["جمعية"]
    assert [source["title"] for source in lets_food["sources"]] == ["Let's Food – Territorial cooperation"]
    assert "ar" in answer.headers["content-language"]
    [of_initiative, *_] = [each for each in await every(catalog, "territories/fes/actors") if each["initiative"]]
    assert of_initiative["initiative"]["slug"] == "marche-producteurs-fes"
    initiative = await read(catalog, "initiatives/marche-producteurs-fes")
    assert of_initiative["sources"] == initiative["sources"]
    assert of_initiative["initiative"]["name"] == initiative["title"]


async def test_a_role_is_one_in_this_territory(catalog: httpx.AsyncClient) -> None:
    """FRCIVAM Occitanie is a facilitator in Montpellier and a partner in Toulouse."""
    anywhere = await every(catalog, "organizations?territory=montpellier&role=partner")
    assert "frcivam-occitanie" in {each["slug"] for each in anywhere}
    assert "frcivam-occitanie" not in slugs(await entries(catalog, "montpellier", "?role=partner"))
    assert "frcivam-occitanie" in slugs(await entries(catalog, "montpellier", "?role=facilitator"))


async def test_filters_fit_the_same_item_and_take_narrower_themes(catalog: httpx.AsyncClient) -> None:
    whole = await entries(catalog, "lyon")
    vocabulary = await read(catalog, "vocabularies/themes")
    broader = {term["code"]: term["broader"] for term in vocabulary["terms"]}

    def within(code: str, theme: str) -> bool:
        return code == theme or any(within(each, theme) for each in broader[code])

    for theme in ("food_democracy", "food_governance", "logistics_processing"):
        expected = [each for each in whole if any(within(code, theme) for code in each[3])]
        assert expected
        assert await entries(catalog, "lyon", f"?theme={theme}") == expected
        assert theme == "food_democracy" or any(theme not in each[3] for each in expected), "it has narrower ones"
        both = [each for each in expected if each[2] == "holder"]
        assert await entries(catalog, "lyon", f"?theme={theme}&role=holder") == both
    several = [each for each in whole if each[2] in {"partner", "holder"}]
    assert await entries(catalog, "lyon", "?role=partner&role=holder") == several
    networks = {each["slug"] for each in await every(catalog, "organizations?kind=network")}
    assert await entries(catalog, "lyon", "?kind=network") == [each for each in whole if each[0] in networks]


@pytest.mark.parametrize("parameter", ["role", "theme", "kind"])
async def test_an_unknown_code_is_refused_by_name(catalog: httpx.AsyncClient, parameter: str) -> None:
    answer = await catalog.get(f"{V1}/territories/lyon/actors?{parameter}=no_such_code")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == f"?{parameter}"


async def test_pages_pass_over_nothing_even_where_organizations_have_one_name(
    catalog: httpx.AsyncClient, as_admin: Headers
) -> None:
    role = {"territory": "lyon", "role": "partner", "themes": ["food_waste"], "sources": SOURCES}
    for number in range(3):
        body = new_record("organization", number, name={"fr": "Même nom, GESRA"}, roles=[role] * 2)
        await make(catalog, "organizations", body, as_admin)
    whole = await entries(catalog, "lyon")
    assert len(whole) >= 25
    for limit in (1, 2, 7):
        paged = await every(catalog, "territories/lyon/actors", limit)
        assert [entry(item) for item in paged] == whole
    answer = await catalog.get(f"{V1}/territories/lyon/actors?limit=2&count=true")
    assert answer.json()["total"] == len(whole)
    assert f"cursor={answer.json()['next']}" in answer.headers["link"]
    other = await catalog.get(f"{V1}/territories/toulouse/actors?cursor={answer.json()['next']}")
    assert other.status_code == 400
    of = list_digest(f"{V1}/territories/lyon/actors", [])
    forged = await read(catalog, f"territories/lyon/actors?cursor={encode_cursor(of, 'nowhere', uuid4())}")
    assert len(forged["items"]) <= 20


async def test_who_is_seated_there_has_an_item_without_a_role_until_one_is_stated(
    catalog: httpx.AsyncClient, as_admin: Headers
) -> None:
    made = await make(catalog, "organizations", new_record("organization", 1), as_admin)
    seated: Entry = (made["slug"], True, None, (), None)
    assert seated in await entries(catalog, "fes")
    [item] = [each for each in await every(catalog, "territories/fes/actors") if each["role"] is None]
    assert item["sources"] == made["sources"]
    for query in ("?role=partner", "?theme=food_waste"):
        assert made["slug"] not in slugs(await entries(catalog, "fes", query))
    assert made["slug"] in slugs(await entries(catalog, "fes", "?kind=association"))

    role = {"territory": "fes", "role": "funder", "themes": [], "sources": SOURCES}
    elsewhere = role | {"territory": "lyon"}
    address = f"{V1}/organizations/{made['slug']}"
    for roles, expected in (
        ([elsewhere], [seated]),
        ([elsewhere, role], [(made["slug"], True, "funder", (), None)]),
    ):
        changed = await catalog.patch(address, json={"roles": roles}, headers=as_admin | PATCH | ANY)
        assert changed.status_code == 200, changed.text
        assert [each for each in await entries(catalog, "fes") if each[0] == made["slug"]] == expected
    assert (made["slug"], False, "funder", (), None) in await entries(catalog, "lyon")


async def test_only_what_is_published_is_on_the_map(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    before = await entries(catalog, "fes")
    partner = await make_partner(catalog, as_admin, "association-de-fes")
    draft = new_record("organization", 1, status="draft")
    await make(catalog, "organizations", draft, partner.headers)
    carried = {"carrier": {"organization": "lets-food"}, "actors": [{"organization": "xylm", "role": "partner"}]}
    initiative = await make_initiative(catalog, as_admin, status="draft", **carried)
    for headers in ({}, partner.headers, as_admin):
        answer = await catalog.get(f"{V1}/territories/fes/actors?limit=200", headers=headers)
        assert [entry(item) for item in answer.json()["items"]] == before

    address = f"{V1}/initiatives/{initiative['slug']}"
    published = await catalog.patch(address, json={"status": "published"}, headers=as_admin | PATCH | ANY)
    assert published.status_code == 200, published.text
    themes = ("farmers_markets",)
    added = {
        ("lets-food", False, "holder", themes, initiative["slug"]),
        ("xylm", False, "partner", themes, initiative["slug"]),
    }
    assert set(await entries(catalog, "fes")) - set(before) == added
    assert (await catalog.delete(f"{address}?reason=Essai", headers=as_admin | ANY)).status_code == 204
    assert await entries(catalog, "fes") == before


async def test_the_territory_is_found_as_everywhere(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    assert (await catalog.get(f"{V1}/territories/atlantis/actors")).status_code == 404
    by_id = (await read(catalog, "territories/sefrou"))["id"]
    assert await entries(catalog, by_id) == await entries(catalog, "sefrou")

    sefrou = f"{V1}/territories/sefrou"
    renamed = await catalog.patch(sefrou, json={"slug": "sefrou-ville"}, headers=as_admin | PATCH | ANY)
    assert renamed.status_code == 200, renamed.text
    answer = await catalog.get(f"{sefrou}/actors?role=operator")
    assert answer.status_code == 308
    assert answer.headers["location"] == f"{V1}/territories/sefrou-ville/actors?role=operator"

    body = new_record("territory", 1, status="draft")
    await make(catalog, "territories", body, as_admin)
    address = f"{V1}/territories/{body['slug']}"
    assert (await catalog.get(f"{address}/actors")).status_code == 404
    own = await catalog.get(f"{address}/actors", headers=as_admin)
    assert (own.status_code, own.json()["items"], own.headers["cache-control"]) == (200, [], "no-store")
    await catalog.patch(address, json={"status": "published"}, headers=as_admin | PATCH | ANY)
    assert (await catalog.get(f"{address}/actors")).status_code == 200
    assert (await catalog.delete(f"{address}?reason=Essai", headers=as_admin | ANY)).status_code == 204
    assert (await catalog.get(f"{address}/actors")).status_code == 410
