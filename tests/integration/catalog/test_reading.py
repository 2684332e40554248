"""Reading the catalog on the real data set."""

import httpx


async def test_a_territory_is_found_by_slug_and_by_id(catalog: httpx.AsyncClient) -> None:
    by_slug = (await catalog.get("/catalog/v1/territories/montpellier")).json()
    by_id = (await catalog.get(f"/catalog/v1/territories/{by_slug['id']}")).json()
    assert by_id == by_slug
    assert by_slug["display_name"] == "Montpellier Méditerranée Métropole"
    assert by_slug["population"]["scope"] == "main_city"
    assert all(problem["severity"] is None and problem["sources"] for problem in by_slug["problems"])


async def test_texts_come_in_the_language_asked_for_and_say_which(catalog: httpx.AsyncClient) -> None:
    for lang, origin in (("fr", "original"), ("ar", "machine"), ("en", "machine")):
        answer = await catalog.get("/catalog/v1/initiatives/tav-lyon", headers={"Accept-Language": f"{lang}, x;q=0.1"})
        title = answer.json()["title"]
        assert (title["lang"], title["origin"]) == (lang, origin)
        assert lang in answer.headers["Content-Language"]
        assert "Accept-Language" in answer.headers["Vary"]


async def test_a_language_that_is_missing_falls_back_to_the_original(catalog: httpx.AsyncClient) -> None:
    initiative = (await catalog.get("/catalog/v1/initiatives/tav-lyon?lang=pt")).json()
    assert initiative["title"]["lang"] == "fr"
    assert initiative["themes"][0]["lang"] == "en"


async def test_all_languages_come_with_their_origin(catalog: httpx.AsyncClient) -> None:
    title = (await catalog.get("/catalog/v1/initiatives/tav-lyon?lang=all")).json()["title"]
    assert {lang: entry["origin"] for lang, entry in title["translations"].items()} == {
        "fr": "original",
        "en": "machine",
        "ar": "machine",
    }


async def test_filters_narrow_and_include_narrower_themes(catalog: httpx.AsyncClient) -> None:
    async def total(query: str) -> int:
        return int((await catalog.get(f"/catalog/v1/initiatives?limit=1&count=true&{query}")).json()["total"])

    everything, composting, wider = (
        await total(""),
        await total("theme=farmers_markets"),
        await total("theme=short_chains"),
    )
    assert everything == 1280
    assert 0 < composting < wider < everything
    assert await total("theme=farmers_markets&theme=food_waste") > composting
    assert await total("country=MA&territory=fes") == await total("territory=fes") > 0
    assert await total("network=mufpp") < everything


async def test_a_place_and_a_network_are_named_by_slug_or_by_id(catalog: httpx.AsyncClient) -> None:
    ids = {}
    for parameter, address in (("network", "networks/mufpp"), ("territory", "territories/montpellier")):
        ids[parameter] = (await catalog.get(f"/catalog/v1/{address}")).json()["id"]
    lists = {
        "network=mufpp": ("territories", "initiatives", "organizations"),
        "territory=montpellier": ("initiatives", "cooperations", "organizations"),
    }
    for by_slug, collections in lists.items():
        parameter = by_slug.partition("=")[0]
        for collection in collections:
            address = f"/catalog/v1/{collection}?limit=200"
            named = (await catalog.get(f"{address}&{by_slug}")).json()
            assert named["items"], (collection, by_slug)
            assert (await catalog.get(f"{address}&{parameter}={ids[parameter]}")).json()["items"] == named["items"]


async def test_a_box_may_cross_the_antimeridian(catalog: httpx.AsyncClient) -> None:
    async def longitudes(box: str) -> list[float]:
        answer = await catalog.get(
            f"/catalog/v1/territories?limit=200&bbox={box}", headers={"Accept": "application/geo+json"}
        )
        assert answer.headers["content-type"] == "application/geo+json"
        return [feature["geometry"]["coordinates"][0] for feature in answer.json()["features"]]

    pacific = await longitudes("150,-60,-150,70")
    assert pacific
    assert all(lon >= 150 or lon <= -150 for lon in pacific)
    assert any(150 > lon > -150 for lon in await longitudes("-150,-60,150,70"))


async def test_pages_reach_the_end_without_gap_or_repetition(catalog: httpx.AsyncClient) -> None:
    for path in ("territories?limit=90", "initiatives?limit=200", "cooperations?limit=50"):
        seen: list[str] = []
        url: str | None = f"/catalog/v1/{path}"
        total = (await catalog.get(f"{url}&count=true")).json()["total"]
        while url:
            answer = await catalog.get(url)
            seen += [item["id"] for item in answer.json()["items"]]
            link = answer.links.get("next")
            url = link["url"] if link else None
        assert len(seen) == len(set(seen)) == total


async def test_a_reader_who_has_it_already_gets_304(catalog: httpx.AsyncClient) -> None:
    first = await catalog.get("/catalog/v1/cooperations/montpellier-fes")
    etag = first.headers["etag"]
    again = await catalog.get("/catalog/v1/cooperations/montpellier-fes", headers={"If-None-Match": f'"x", W/{etag}'})
    assert (again.status_code, again.content) == (304, b"")
    french = await catalog.get("/catalog/v1/cooperations/montpellier-fes?lang=fr", headers={"If-None-Match": etag})
    assert french.status_code == 200


async def test_the_seeds_cooperations_are_there(catalog: httpx.AsyncClient) -> None:
    found = (await catalog.get("/catalog/v1/cooperations?territory=montpellier&lang=fr&limit=200")).json()["items"]
    assert "montpellier-fes" in {cooperation["slug"] for cooperation in found}
    prospective = (await catalog.get("/catalog/v1/cooperations/lorient-prospective")).json()
    assert len(prospective["parties"]) == 1
    assert prospective["stage"]["code"] in {"idea", "under_study"}


async def test_vocabularies_label_every_code_in_three_languages(catalog: httpx.AsyncClient) -> None:
    for summary in (await catalog.get("/catalog/v1/vocabularies")).json()["items"]:
        whole = (await catalog.get(f"/catalog/v1/vocabularies/{summary['name']}?lang=all")).json()
        assert len(whole["terms"]) == summary["terms"] > 0
        assert all(term["label"][lang] for term in whole["terms"] for lang in ("fr", "en", "ar"))
    arabic = (await catalog.get("/catalog/v1/vocabularies/themes?lang=ar")).json()
    assert "هدر الطعام" in {term["label"] for term in arabic["terms"]}


async def test_networks_count_the_members_that_are_here(catalog: httpx.AsyncClient) -> None:
    network = (await catalog.get("/catalog/v1/networks/mufpp")).json()
    members = (await catalog.get("/catalog/v1/territories?network=mufpp&count=true&limit=1")).json()["total"]
    assert network["members"] == members > 70


async def test_an_empty_catalog_answers_empty_lists(empty_catalog: httpx.AsyncClient) -> None:
    for noun in ("territories", "initiatives", "cooperations", "networks", "vocabularies"):
        answer = await empty_catalog.get(f"/catalog/v1/{noun}")
        assert (answer.status_code, answer.json()["items"]) == (200, []), noun
    unknown = await empty_catalog.get("/catalog/v1/initiatives?theme=food_waste")
    assert unknown.status_code == 400
