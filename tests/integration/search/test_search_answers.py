from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio

from services.search.app import EXAMPLES
from tests.contract.search.real_records import (
    initiative_states,
    territory_states,
    vocabularies,
    vocabulary_states,
)
from tests.integration.search.running import RunningSearch, running
from tests.integration.search.stub_catalog import StubCatalog

pytestmark = pytest.mark.asyncio(loop_scope="module")

GEOJSON = "application/geo+json"
HOSTILE = "<script>alert('cantine')</script> & \"cantine\""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningSearch]:
    """The service with the whole data set, for tests that only read."""
    stub = StubCatalog(vocabulary_states())
    for territory in territory_states().values():
        stub.put("territory", territory)
    for initiative in initiative_states().values():
        stub.put("initiative", initiative)
    folder: Path = tmp_path_factory.mktemp("search")
    async with running(stub, folder / "index") as started:
        await started.caught_up(stub)
        yield started


async def test_the_documented_answer_is_the_real_one(service: RunningSearch) -> None:
    example = orjson.loads(EXAMPLES.read_bytes())["SearchAnswer"]
    answer = await service.find("cantine bio", country="FR", facets="theme", lang="fr", limit=1)
    for item in (*answer["items"], *example["items"]):
        del item["id"], item["territory"]["id"], item["score"]
    assert answer == example


async def test_three_languages_find_the_same_initiatives(service: RunningSearch) -> None:
    answers = [await service.find(q, limit=200) for q in ("food waste", "gaspillage alimentaire", "هدر الطعام")]
    found = [{item["slug"] for item in answer["items"]} for answer in answers]
    expected = {slug for slug, state in initiative_states().items() if "food_waste" in state["themes"]}
    assert {answer["total"] for answer in answers} == {len(expected)}
    assert found[0] == found[1] == found[2]
    assert found[0] <= expected
    assert answers[0]["recognised_themes"] == [{"code": "food_waste", "label": "Food waste", "lang": "en"}]


async def test_texts_and_labels_are_in_the_readers_language(service: RunningSearch) -> None:
    for lang, label in (("fr", "Gaspillage alimentaire"), ("en", "Food waste"), ("ar", "هدر الطعام")):
        answer = await service.get("initiatives", q="antigaspi cantines dijon", lang=lang, facets="theme")
        first = answer.json()["items"][0]
        assert first["title"]["lang"] == lang
        assert {"code": "food_waste", "label": label, "lang": lang} in first["themes"]
        assert label in {entry["label"] for entry in answer.json()["facets"]["theme"]}
        assert lang in answer.headers["Content-Language"]
        assert answer.headers["Vary"] == "Accept-Language, Accept"


async def test_a_translation_that_no_person_has_read_says_so(service: RunningSearch) -> None:
    slug, state = next(
        (slug, state)
        for slug, state in initiative_states().items()
        if state["title"].get("ar", {}).get("origin") == "machine"
    )
    answer = await service.find(state["title"]["ar"]["text"], lang="ar", limit=50)
    title = next(item["title"] for item in answer["items"] if item["slug"] == slug)
    assert title == {"text": state["title"]["ar"]["text"], "lang": "ar", "origin": "machine", "translations": None}


async def test_a_language_without_texts_falls_back_to_the_original(service: RunningSearch) -> None:
    answer = await service.find("montpellier", lang="de")
    for item in answer["items"]:
        assert item["title"]["origin"] == "original"


async def test_facets_count_by_code_with_labels_most_frequent_first(service: RunningSearch) -> None:
    answer = await service.find(country="FR", facets="theme,country", lang="ar", limit=0)
    assert answer["items"] == []
    assert answer["facets"]["country"] == [{"code": "FR", "label": "فرنسا", "lang": "ar", "count": answer["total"]}]
    counts = [entry["count"] for entry in answer["facets"]["theme"]]
    assert counts == sorted(counts, reverse=True)
    narrowed = await service.find(country="FR", theme=answer["facets"]["theme"][0]["code"], limit=0)
    assert narrowed["total"] == counts[0]


async def test_repeated_parameters_are_any_of(service: RunningSearch) -> None:
    both = await service.find(country=["MA", "TN"], limit=0)
    one = [await service.find(country=code, limit=0) for code in ("ma", "TN")]
    assert both["total"] == sum(answer["total"] for answer in one)
    assert all(answer["total"] for answer in one)


async def test_what_was_found_is_marked(service: RunningSearch) -> None:
    answer = await service.find("gaspilage cantin", lang="fr")
    marked = [
        highlight["html"] for item in answer["items"] for highlight in item["highlights"] if highlight["lang"] == "fr"
    ]
    assert any("<em>gaspillage</em>" in html for html in marked)
    assert any("<em>cantine</em>" in html or "<em>cantines</em>" in html for html in marked)


async def test_a_word_found_in_another_language_is_marked_there(service: RunningSearch) -> None:
    answer = await service.find("المطاعم", lang="fr", limit=5)
    languages = {highlight["lang"] for item in answer["items"] for highlight in item["highlights"]}
    assert "ar" in languages


async def test_words_are_left_out_from_the_end_when_nothing_holds_them_all(service: RunningSearch) -> None:
    answer = await service.find("montpellier zymotechnie xyzzyqwerty")
    assert answer["ignored_words"] == ["zymotechnie", "xyzzyqwerty"]
    assert answer["total"] == (await service.find("montpellier"))["total"]
    nothing = await service.find("xyzzyqwerty zymotechnie")
    assert nothing["total"] == 0
    assert nothing["ignored_words"] == []


@pytest.mark.parametrize(
    ("parameters", "pointer", "told"),
    [
        ({"theme": "nonsense"}, "?theme", "food_waste"),
        ({"facets": "theme,nonsense"}, "?facets", "mufpp_category"),
        ({"country": "France"}, "?country", "ISO 3166-1"),
        ({"limit": "10000"}, "?limit", "200"),
        ({"offset": "990"}, "?offset", "1000"),
        ({"offset": "-1"}, "?offset", "0"),
        ({"q": "x" * 501}, "?q", "500"),
        ({"page": "2"}, "?page", "territory"),
        ({"territory": ""}, "?territory", "[a-z0-9-]"),
        ({"bbox": "1,2,3"}, "?bbox", "west,south,east,north"),
        ({"bbox": "0,50,1,49"}, "?bbox", "south ≤ north"),
        ({"bbox": "181,0,1,1"}, "?bbox", "-180 to 180"),
    ],
)
async def test_what_cannot_be_asked_is_a_problem_that_names_it(
    service: RunningSearch, parameters: dict[str, str], pointer: str, told: str
) -> None:
    answer = await service.get("initiatives", **parameters)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert told in error["detail"]


async def test_an_unknown_territory_finds_nothing(service: RunningSearch) -> None:
    assert (await service.find(territory="nowhere"))["total"] == 0


async def test_every_hit_has_what_a_reader_needs(service: RunningSearch) -> None:
    (first, *_) = (await service.find("montpellier", theme="school_canteens", lang="fr"))["items"]
    assert first["territory"]["slug"]
    assert first["territory"]["name"]["lang"] == "fr"
    assert first["territory"]["point"]["type"] == "Point"
    assert first["mufpp_category"]["label"] == vocabularies().label(
        "mufpp_categories", first["mufpp_category"]["code"], "fr"
    )
    assert first["carrier"]["sector"]["label"]
    assert first["score"] > 0


async def test_the_document_says_what_it_answers(service: RunningSearch) -> None:
    document = (await service.client.get("/search/openapi.json")).json()
    operation = document["paths"]["/search/v1/initiatives"]["get"]
    names = {parameter["name"] for parameter in operation["parameters"]}
    assert names == {"q", "theme", "country", "territory", "bbox", "facets", "lang", "limit", "offset"}
    assert "هدر الطعام" in operation["description"]
    assert set(operation["responses"]["200"]["content"]) == {"application/json", GEOJSON}
    assert set(operation["responses"]) == {"200", "400", "401", "429", "503"}


async def test_a_country_is_found_by_its_name_in_every_language(service: RunningSearch) -> None:
    expected = {item["slug"] for item in (await service.find(country="MA", limit=200))["items"]}
    assert expected
    for name in ("Maroc", "Morocco", "المغرب", "Marruecos"):
        found = {item["slug"] for item in (await service.find(name, limit=200))["items"]}
        assert expected <= found, name


FRANCE = "-5.5,41,10,51.5"


async def test_a_box_narrows_what_is_found_and_counted(service: RunningSearch) -> None:
    anywhere = await service.find("cantine", facets="country", limit=200)
    here = await service.find("cantine", facets="country", limit=200, bbox=FRANCE)
    assert 0 < here["total"] < anywhere["total"]
    for item in here["items"]:
        longitude, latitude = item["territory"]["point"]["coordinates"]
        assert -5.5 <= longitude <= 10
        assert 41 <= latitude <= 51.5
    assert sum(entry["count"] for entry in here["facets"]["country"]) == here["total"]


async def test_a_box_over_the_antimeridian_leaves_out_what_lies_between(service: RunningSearch) -> None:
    elsewhere = await service.slugs(bbox="10.000001,-90,-5.500001,90")
    everywhere = (await service.find(limit=0))["total"]
    assert elsewhere
    assert elsewhere.isdisjoint(await service.slugs(bbox=FRANCE))
    around = (await service.find(limit=0, bbox="-5.5,-90,10,90"))["total"]
    across = (await service.find(limit=0, bbox="10.000001,-90,-5.500001,90"))["total"]
    placed = (await service.find(limit=0, bbox="-180,-90,180,90"))["total"]
    assert around + across == placed <= everywhere


async def test_geojson_is_the_same_answer_on_a_map(service: RunningSearch) -> None:
    asked: dict[str, Any] = {"q": "gaspilage", "bbox": FRANCE, "facets": "theme", "lang": "ar", "limit": 3, "offset": 2}
    plain = await service.find(**asked)
    answer = await service.client.get("/search/v1/initiatives", params=asked, headers={"Accept": GEOJSON})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == GEOJSON
    assert answer.headers["Vary"] == "Accept-Language, Accept"
    assert "ar" in answer.headers["Content-Language"]
    collection = answer.json()
    assert collection.pop("type") == "FeatureCollection"
    features = collection.pop("features")
    items = plain.pop("items")
    assert collection == plain
    assert len(features) == 3
    assert features == [
        {"type": "Feature", "id": item["id"], "geometry": item["territory"]["point"], "properties": item}
        for item in items
    ]


async def test_an_initiative_without_a_place_is_a_feature_without_a_geometry(tmp_path: Path) -> None:
    state = initiative_states()["tav-lyon"]
    stub = StubCatalog(vocabulary_states())
    stub.put("initiative", {**state, "territory": {**state["territory"], "point": None}})
    async with running(stub, tmp_path / "index") as service:
        await service.caught_up(stub)
        answer = await service.client.get("/search/v1/initiatives", headers={"Accept": GEOJSON})
        (feature,) = answer.json()["features"]
        assert feature["geometry"] is None
        assert await service.slugs(bbox="-180,-90,180,90") == set()


async def test_who_prefers_json_gets_json(service: RunningSearch) -> None:
    accept = f"application/json, {GEOJSON};q=0.5"
    answer = await service.client.get("/search/v1/initiatives", params={"limit": 1}, headers={"Accept": accept})
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["items"]


async def test_an_error_is_a_problem_document_for_readers_of_geojson_too(service: RunningSearch) -> None:
    answer = await service.client.get(
        "/search/v1/initiatives", params={"bbox": "nan,0,1,1"}, headers={"Accept": GEOJSON, "Accept-Language": "fr"}
    )
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "ouest,sud,est,nord" in answer.json()["errors"][0]["detail"]


def with_theme(states: list[dict[str, Any]], code: str, label: str) -> list[dict[str, Any]]:
    """The vocabularies with one theme more, that no initiative carries."""
    term = {"code": code, "label": {"fr": label, "en": label, "ar": label}, "alt_labels": {}, "broader": []}
    return [{**state, "terms": [*state["terms"], term]} if state["name"] == "themes" else state for state in states]


async def test_a_theme_that_no_initiative_carries_gives_way_to_its_words(tmp_path: Path) -> None:
    state = initiative_states()["tav-lyon"]
    stub = StubCatalog(with_theme(vocabulary_states(), "zymotechnics", "Zymotechnie partagée"))
    stub.put("initiative", state)
    async with running(stub, tmp_path / "index") as service:
        await service.caught_up(stub)
        nothing = await service.find("zymotechnie partagée", lang="fr")
        assert nothing["total"] == 0
        assert [theme["code"] for theme in nothing["recognised_themes"]] == ["zymotechnics"]
        title = {"fr": {"text": "Une zymotechnie bien partagée", "origin": "original"}}
        stub.put("initiative", {**state, "version": 2, "title": title})
        await service.caught_up(stub)
        found = await service.find("zymotechnie partagée", lang="fr")
        assert [item["slug"] for item in found["items"]] == ["tav-lyon"]
        assert found["items"][0]["highlights"]
        assert (found["recognised_themes"], found["ignored_words"]) == ([], [])
        stub.put("initiative", {**state, "version": 3, "themes": ["zymotechnics"]})
        await service.caught_up(stub)
        tagged = await service.find("zymotechnie partagée", lang="fr")
        assert [item["slug"] for item in tagged["items"]] == ["tav-lyon"]
        assert tagged["recognised_themes"]
