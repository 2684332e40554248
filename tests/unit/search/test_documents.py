from typing import Any

import pytest

from services.search.documents import build_document, recency, territory_ref, valid_point
from services.search.vocabularies import Vocabularies

THEMES = {
    "name": "themes",
    "terms": [
        {"code": "catering", "label": {"fr": "Restauration", "en": "Catering", "ar": "إطعام"}, "broader": []},
        {
            "code": "canteens",
            "label": {"fr": "Cantines", "en": "Canteens", "ar": "مطاعم"},
            "alt_labels": {"es": ["comedores"]},
            "broader": ["catering"],
        },
    ],
}
CATEGORIES = {
    "name": "mufpp_categories",
    "terms": [{"code": "diets", "label": {"fr": "Alimentation durable", "en": "Diets", "ar": "نظم"}}],
}
VOCABULARIES = Vocabularies.from_states([THEMES, CATEGORIES])


def state(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any state value
    return {
        "id": "0198",
        "slug": "cantines-durables",
        "version": 3,
        "status": "published",
        "title": {"fr": {"text": "Cantines", "origin": "original"}, "en": {"text": "Canteens", "origin": "machine"}},
        "summary": {"fr": {"text": "Résumé", "origin": "original"}},
        "territory": {
            "id": "t1",
            "slug": "dijon",
            "name": {"fr": {"text": "Dijon", "origin": "human"}},
            "country_code": "FR",
            "kind": "metropole",
            "point": {"type": "Point", "coordinates": [5.01, 47.31]},
        },
        "themes": ["canteens"],
        "carrier": {"name": "Ville de Dijon", "sector": "public", "kind": None},
        "start_year": 2017,
        "end_year": None,
        "maturity": "running",
        "results": [{"statement": {}, "sources": []}],
        "mufpp_category": "diets",
        "url": None,
        "sources": [{"title": "x"}],
        **changes,
    }


def test_a_document_carries_what_it_is_found_by() -> None:
    document = build_document(state(), VOCABULARIES)
    assert document.titles == {"fr": ["Cantines"], "en": ["Canteens"]}
    assert document.labels["es"] == ["comedores", "Francia"]
    assert document.labels["und"] == ["Ville de Dijon"]
    assert set(document.labels["fr"]) == {"Cantines", "Restauration", "Alimentation durable", "Dijon", "France"}
    assert document.facets == {
        "theme": ["canteens", "catering"],
        "country": ["FR"],
        "mufpp_category": ["diets"],
        "sector": ["public"],
        "carrier_kind": [],
        "maturity": ["running"],
    }
    assert document.territory == ["t1", "dijon"]
    assert document.point == (5.01, 47.31)


def test_a_card_is_enough_to_build_the_document_again() -> None:
    document = build_document(state(), VOCABULARIES)
    assert build_document(document.card, VOCABULARIES) == document
    assert "results" not in document.card


def test_what_is_unknown_is_left_out_and_not_made_up() -> None:
    document = build_document(
        state(carrier=None, mufpp_category=None, maturity=None, start_year=None, summary={}, themes=["unknown"]),
        VOCABULARIES,
    )
    assert document.facets["sector"] == document.facets["maturity"] == document.facets["mufpp_category"] == []
    assert document.facets["theme"] == ["unknown"]
    assert document.summaries == {}
    assert "und" not in document.labels


def test_a_territory_reference_is_what_a_card_carries() -> None:
    full = {**state()["territory"], "version": 9, "population": {"value": 1}}
    assert territory_ref(full) == state()["territory"]


def test_newer_goes_before_older_and_unknown_last() -> None:
    years = [2024, 2017, None]
    numbers = [recency("a", year) for year in years]
    assert numbers == sorted(numbers, reverse=True)
    assert recency("a", 2024) != recency("b", 2024)
    assert recency("z" * 40, 9999) < 2**53, "JSON numbers keep 53 bits"


@pytest.mark.parametrize(
    "point",
    [
        None,
        {},
        {"coordinates": []},
        {"coordinates": [5]},
        {"coordinates": [181, 0]},
        {"coordinates": [0, 95]},
        {"coordinates": ["5.01", "47.31"]},
        {"coordinates": [True, False]},
        {"coordinates": [float("nan"), 0]},
        {"coordinates": [float("inf"), 0]},
    ],
)
def test_a_place_that_is_none_is_left_out(point: dict[str, Any] | None) -> None:
    assert valid_point(point) is None


def test_a_place_is_longitude_then_latitude() -> None:
    assert valid_point({"coordinates": [-180, 90, 12]}) == (-180.0, 90.0)
