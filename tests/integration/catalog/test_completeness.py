"""Completeness: how many records have which facts, counted here a second time by reading every record."""

from collections import Counter
from typing import Any

import httpx
import pytest

from services.catalog.completeness.queries import KINDS
from tests.integration.catalog.partners import Headers, give_mandate, make_initiative, make_partner

ADDRESS = "/catalog/v1/completeness"


async def counted(catalog: httpx.AsyncClient, query: str) -> dict[str, Any]:
    answer = await catalog.get(f"{ADDRESS}?{query}")
    assert answer.status_code == 200, answer.text
    [item] = answer.json()["items"]
    found: dict[str, Any] = item
    return found


def facts(item: dict[str, Any]) -> dict[str, int]:
    return {fact["fact"]: fact["count"] for fact in item["facts"]}


def named(carrier: dict[str, Any] | None) -> bool:
    return carrier is not None and bool(carrier["name"] or carrier["organization"])


async def every(catalog: httpx.AsyncClient, collection: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = (await catalog.get(f"/catalog/v1/{collection}?limit=200&lang=all{cursor}")).json()
        items += page["items"]
        if page["next"] is None:
            return items
        cursor = f"&cursor={page['next']}"


async def test_initiatives_have_the_facts_that_reading_them_shows(catalog: httpx.AsyncClient) -> None:
    records = await every(catalog, "initiatives")
    whole = await counted(catalog, "collection=initiatives")
    assert whole["records"] == len(records)
    found = facts(whole)
    expected = {
        "title_ar": sum("ar" in each["title"]["translations"] for each in records),
        "carrier": sum(named(each["carrier"]) for each in records),
        "start_year": sum(each["start_year"] is not None for each in records),
        "maturity": sum(each["maturity"] is not None for each in records),
        "result": sum(bool(each["results"]) for each in records),
        "lessons_of_failure": sum(each["lessons_of_failure"] is not None for each in records),
        "money": sum(bool(each["money"]) for each in records),
        "lineage": sum(
            bool(each["inspired_by"] or each["adapted_from"] or each["transferred_to"]) for each in records
        ),
        "url": sum(each["url"] is not None for each in records),
        "source_with_address": sum(any(source["address"] for source in each["sources"]) for each in records),
    }  # fmt: skip
    assert {name: found[name] for name in expected} == expected
    assert 0 < expected["start_year"] < len(records)
    share = next(fact["share"] for fact in whole["facts"] if fact["fact"] == "start_year")
    assert share == round(expected["start_year"] / len(records), 4)


async def test_territories_have_the_facts_that_reading_them_shows(catalog: httpx.AsyncClient) -> None:
    records = await every(catalog, "territories")
    found = facts(await counted(catalog, "collection=territories"))
    active = {each["territory"]["id"] for each in await every(catalog, "initiatives")}
    expected = {
        "name_ar": sum("ar" in each["name"]["translations"] for each in records),
        "point": sum(each["point"] is not None for each in records),
        "population": sum(each["population"] is not None for each in records),
        "network": sum(bool(each["networks"]) for each in records),
        "problem": sum(bool(each["problems"]) for each in records),
        "readiness": sum(each["readiness"] is not None for each in records),
        "food_project_described": sum(bool(each["food_projects"]) for each in records),
        "food_contact": sum(any(one["service"] == "food" for one in each["contacts"]) for each in records),
        "initiative": sum(each["id"] in active for each in records),
    }
    assert {name: found[name] for name in expected} == expected
    assert 0 < expected["problem"] < len(records)


async def test_cooperations_count_in_the_country_of_each_party(catalog: httpx.AsyncClient) -> None:
    records = await every(catalog, "cooperations")
    whole = await counted(catalog, "collection=cooperations&by=country")
    expected = Counter(
        country for each in records for country in {party["territory"]["country_code"] for party in each["parties"]}
    )
    assert {group["country_code"]: group["records"] for group in whole["groups"]} == expected
    assert whole["records"] == len(records) < sum(expected.values())
    sizes = [group["records"] for group in whole["groups"]]
    assert sizes == sorted(sizes, reverse=True)
    found = facts(whole)
    assert found["second_party"] == sum(len(each["parties"]) > 1 for each in records)
    assert found["phase"] == sum(bool(each["phases"]) for each in records)
    assert found["agreement"] == sum(each["agreement"] is not None for each in records)


@pytest.mark.parametrize("collection", list(KINDS))
async def test_a_filter_gives_what_the_group_says(catalog: httpx.AsyncClient, collection: str) -> None:
    for by, name in (("country", "country_code"), ("network", "slug")):
        whole = await counted(catalog, f"collection={collection}&by={by}")
        group = whole["groups"][1]
        alone = await counted(catalog, f"collection={collection}&{by}={group[name]}")
        assert alone["groups"] is None
        assert (alone["records"], facts(alone)) == (group["records"], facts(group))


async def test_partners_see_how_complete_their_own_records_are(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    partner = await make_partner(catalog, as_admin, "a")
    await give_mandate(catalog, as_admin, partner, "fes")
    await make_initiative(catalog, partner.headers, start_year=2020)
    await make_initiative(catalog, partner.headers, slug="autre-essai")
    await make_initiative(catalog, partner.headers, slug="brouillon", status="draft")
    own = await counted(catalog, "collection=initiatives&owner=a")
    assert (own["records"], facts(own)["start_year"]) == (2, 1), "a draft counts nowhere"
    whole = await counted(catalog, "collection=initiatives&by=owner")
    assert {group["slug"]: group["records"] for group in whole["groups"]} == {"a": 2, None: whole["records"] - 2}
    nobody = await counted(catalog, "collection=initiatives&owner=nobody")
    assert nobody["records"] == 0
    assert {fact["share"] for fact in nobody["facts"]} == {None}


async def test_labels_are_in_the_readers_language_and_all_three_kinds_come(catalog: httpx.AsyncClient) -> None:
    for lang in ("fr", "en", "ar"):
        answer = await catalog.get(f"{ADDRESS}?lang={lang}")
        assert answer.headers["Content-Language"] == lang
        items = answer.json()["items"]
        assert [item["collection"] for item in items] == list(KINDS)
        labels = [fact["label"] for item in items for fact in item["facts"]]
        assert all(labels)
    for kind in KINDS.values():
        assert len({fact.code for fact in kind.facts}) == len(kind.facts)
        for fact in kind.facts:
            assert not fact.label["ar"].isascii()
