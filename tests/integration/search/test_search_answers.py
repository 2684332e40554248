from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.contract.search.real_records import (
    initiative_states,
    territory_states,
    vocabularies,
    vocabulary_states,
)
from tests.integration.search.running import RunningSearch, running
from tests.integration.search.stub_catalog import StubCatalog

pytestmark = pytest.mark.asyncio(loop_scope="module")

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
        assert answer.headers["Vary"] == "Accept-Language"


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
    assert names == {"q", "theme", "country", "territory", "facets", "lang", "limit", "offset"}
    assert "هدر الطعام" in operation["description"]
    assert set(operation["responses"]) == {"200", "400", "401", "429", "503"}


async def test_a_country_is_found_by_its_name_in_every_language(service: RunningSearch) -> None:
    expected = {item["slug"] for item in (await service.find(country="MA", limit=200))["items"]}
    assert expected
    for name in ("Maroc", "Morocco", "المغرب", "Marruecos"):
        found = {item["slug"] for item in (await service.find(name, limit=200))["items"]}
        assert expected <= found, name
