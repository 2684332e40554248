"""The stored state as one reader gets it."""

from typing import Any

import pytest

from services.catalog.cooperations.kind import COOPERATION
from services.catalog.initiatives.kind import INITIATIVE
from services.catalog.records import representation
from services.catalog.records.representation import Reader, feature, feature_of_territories
from services.catalog.territories.kind import TERRITORY
from services.catalog.vocabularies.repository import VocabularyState
from services.common.ids import new_id
from services.common.languages import Languages

LABELS = {
    "food_waste": {"fr": "Gaspillage alimentaire", "en": "Food waste", "ar": "هدر الطعام"},
    "metropolis": {"fr": "Métropole", "en": "Metropolis", "ar": "حاضرة"},
}
VOCABULARIES = {
    name: VocabularyState(new_id(), 1, {}, LABELS, {}) for name in ("themes", "territory_kinds", "problems", "sectors")
}
POINT = {"type": "Point", "coordinates": [3.87, 43.61]}


def reader(*requested: str, everything: bool = False) -> Reader:
    return Reader(Languages(requested, everything=everything), VOCABULARIES)


def name() -> dict[str, Any]:
    return {"fr": {"text": "Fès", "origin": "original"}, "en": {"text": "Fez", "origin": "human"}}


def territory(point: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"id": "t1", "slug": "fes", "name": name(), "kind": "metropolis", "country_code": "MA", "point": point}


def initiative() -> dict[str, Any]:
    return {
        "id": "i1",
        "title": name(),
        "summary": name(),
        "territory": territory(POINT),
        "themes": ["food_waste", "a_new_one"],
        "carrier": {"name": "X", "sector": "unheard_of", "kind": None},
        "maturity": None,
        "mufpp_category": None,
        "results": [{"statement": name(), "sources": []}],
    }


@pytest.mark.parametrize(
    ("lang", "label"), [("fr", "Gaspillage alimentaire"), ("ar", "هدر الطعام"), ("pt", "Food waste")]
)
def test_a_code_comes_with_its_label_and_the_labels_language(lang: str, label: str) -> None:
    coded = reader(lang).coded("themes", "food_waste")
    assert coded == {"code": "food_waste", "label": label, "lang": "en" if lang == "pt" else lang}


def test_a_code_that_no_vocabulary_labels_is_still_there() -> None:
    unlabelled = {"code": "a_new_one", "label": None, "lang": None}
    assert reader("fr").coded("themes", "a_new_one") == unlabelled
    assert reader("fr").coded("no_such_vocabulary", "a_new_one") == unlabelled
    assert reader("fr").coded("themes", None) is None


def test_every_text_of_an_initiative_is_picked() -> None:
    found = INITIATIVE.represent(initiative(), reader("en"))
    english = {"text": "Fez", "lang": "en", "origin": "human"}
    assert found["title"] == found["summary"] == found["territory"]["name"] == english
    assert found["results"][0]["statement"] == english
    assert [theme["label"] for theme in found["themes"]] == ["Food waste", None]
    assert found["carrier"]["sector"] == {"code": "unheard_of", "label": None, "lang": None}
    assert found["carrier"]["kind"] is None
    everything = INITIATIVE.represent(initiative(), reader(everything=True))
    assert everything["title"]["translations"] == name()


def test_an_initiative_without_carrier_has_none() -> None:
    assert INITIATIVE.represent(initiative() | {"carrier": None}, reader())["carrier"] is None


def test_a_problem_without_code_keeps_its_evidence() -> None:
    problem = {"problem": None, "theme": "food_waste", "evidence": name(), "severity": None}
    found = TERRITORY.represent(territory() | {"problems": [problem]}, reader("fr"))
    assert found["problems"][0]["problem"] is None
    assert found["problems"][0]["severity"] is None
    assert found["problems"][0]["evidence"]["text"] == "Fès"


def test_a_place_becomes_a_geojson_feature() -> None:
    of_territory = feature(territory(POINT))
    assert of_territory["geometry"] == POINT
    assert of_territory["id"] == "t1"
    assert "point" not in of_territory["properties"]
    assert feature(initiative())["geometry"] == POINT
    assert feature(territory())["geometry"] is None


def test_a_cooperations_feature_has_the_points_of_its_parties() -> None:
    parties = [{"territory": territory(POINT)}, {"territory": territory()}]
    as_feature = feature_of_territories("parties")
    assert as_feature({"id": "c1", "parties": parties})["geometry"] == {
        "type": "MultiPoint",
        "coordinates": [[3.87, 43.61]],
    }
    assert as_feature({"id": "c1", "parties": parties[1:]})["geometry"] is None
    assert COOPERATION.as_feature is not None
    assert COOPERATION.as_feature({"id": "c1", "parties": parties})["geometry"]["coordinates"] == [[3.87, 43.61]]
    listed = feature_of_territories("territories")({"id": "w1", "territories": [territory(POINT), territory()]})
    assert listed["geometry"]["coordinates"] == [[3.87, 43.61]]


def test_a_reference_is_named_by_the_state_and_one_that_nobody_may_see_by_its_id_alone() -> None:
    state = initiative() | {
        "carrier": {"organization": "o1", "name": None, "sector": None, "kind": None},
        "inspired_by": ["i2", "i3"],
        "references": {
            "o1": {"type": "organization", "id": "o1", "slug": "lets-food", "name": name()},
            "i2": {"type": "initiative", "id": "i2", "slug": "marche", "name": name()},
        },
    }
    found = INITIATIVE.represent(state, reader("en"))
    assert "references" not in found
    english = {"text": "Fez", "lang": "en", "origin": "human"}
    assert found["carrier"]["organization"] == {"id": "o1", "slug": "lets-food", "name": english}
    assert found["inspired_by"] == [
        {"id": "i2", "slug": "marche", "name": english},
        {"id": "i3", "slug": None, "name": None},
    ]


def test_a_vocabulary_is_labelled_in_one_language_or_in_all() -> None:
    def state() -> dict[str, Any]:
        term = {
            "code": "food_waste",
            "label": dict(LABELS["food_waste"]),
            "definition": None,
            "alt_labels": {"fr": ["gâchis"]},
        }
        return {"label": {"fr": "Thèmes", "en": "Themes", "ar": "مواضيع"}, "terms": [term]}

    french = representation.represent_vocabulary(state(), reader("fr"))
    assert (french["label"], french["lang"]) == ("Thèmes", "fr")
    assert french["terms"][0]["label"] == "Gaspillage alimentaire"
    assert french["terms"][0]["alt_labels"] == ["gâchis"]
    assert representation.represent_vocabulary(state(), reader("ar"))["terms"][0]["alt_labels"] == []
    everything = representation.represent_vocabulary(state(), reader(everything=True))
    assert (everything["label"], everything["lang"]) == (state()["label"], None)
    assert everything["terms"][0]["alt_labels"] == {"fr": ["gâchis"]}
