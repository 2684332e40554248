"""From the data set's rows to records."""

from typing import Any

import pytest

from services.catalog.loading.drafts import (
    Crosswalk,
    Reference,
    UnmappedCode,
    cooperation_draft,
    initiative_draft,
    network_draft,
    territory_draft,
)
from services.catalog.loading.rows import (
    CooperationRow,
    CrosswalkRow,
    InitiativeRow,
    NetworkRow,
    TerritoryRow,
    TranslationRow,
)
from services.catalog.territories.service import fold, sort_name
from services.common.languages import TextEntry

SOURCE = {"title": "Étude", "address": None}
STORED_SOURCE = {**SOURCE, "passage": None, "retrieved_at": None, "licence": None}

CROSSWALK = Crosswalk(
    [
        CrosswalkRow(scheme="s", vocabulary=vocabulary, code=code, target=target, relation="exactMatch", note=None)
        for vocabulary, code, target in (
            ("territory_kinds", "metropole", "metropolis"),
            ("problems", "food_deserts", "food_access"),
            ("themes", "short_supply_chains", "short_chains"),
            ("themes", "food_markets", "short_chains"),
            ("themes", "canteens", "school_canteens"),
            ("themes", "miscellaneous", None),
            ("sectors", "public", "public"),
            ("actor_kinds", "public", None),
            ("maturities", "ongoing", "running"),
            ("cooperation_stages", "ongoing", "ongoing"),
            ("mufpp_categories", "governance", "governance"),
            ("devices", "twinning", "town_twinning"),
            ("network_kinds", "international", "international"),
        )
    ]
)

TERRITORY: dict[str, Any] = {
    "slug": "fes",
    "name": "Ville de Fès",
    "name_fr": "Fès",
    "name_en": "Fez",
    "name_ar": None,
    "kind": "metropole",
    "country_code": "MA",
    "lat": 34.03,
    "lon": -5.0,
    "coord_note": None,
    "population": 1000000,
    "population_year": None,
    "population_scope": "main_city",
    "population_source": "GeoNames",
    "networks": ["mufpp", "c40", "mufpp"],
    "has_pat": None,
    "challenges": [
        {
            "problem": "food_deserts",
            "theme": "canteens",
            "severity": None,
            "evidence": "Peu de marchés.",
            "evidence_lang": "fr",
            "source": SOURCE,
        }
    ],
    "sources": [SOURCE],
}
INITIATIVE: dict[str, Any] = {
    "slug": "marche",
    "title": "Mercado",
    "summary": "Un mercado.",
    "summary_lang": "es",
    "territory": "fes",
    "themes": ["short_supply_chains", "miscellaneous", "food_markets"],
    "actor_name": None,
    "actor_type": "public",
    "start_year": 2020,
    "end_year": None,
    "status": "ongoing",
    "results": "12 puestos",
    "results_lang": "es",
    "mufpp_category": "governance",
    "url": None,
    "sources": [SOURCE],
}
COOPERATION: dict[str, Any] = {
    "slug": "fes-lyon",
    "a": "fes",
    "b": "lyon",
    "themes": ["canteens"],
    "device": "twinning",
    "status": "ongoing",
    "start_year": None,
    "end_year": None,
    "note": "Échanges.",
    "note_lang": "fr",
    "sources": [SOURCE],
}
NETWORK: dict[str, Any] = {
    "slug": "mufpp",
    "name": "Milan Pact",
    "description": "Mayors.",
    "description_lang": "en",
    "kind": "international",
    "start_year": 2015,
    "sources": [SOURCE],
}


def territory(**changes: object) -> TerritoryRow:
    return TerritoryRow.model_validate(TERRITORY | changes)


def initiative(**changes: object) -> InitiativeRow:
    return InitiativeRow.model_validate(INITIATIVE | changes)


def cooperation(**changes: object) -> CooperationRow:
    return CooperationRow.model_validate(COOPERATION | changes)


def test_a_territory_keeps_what_its_population_is_of() -> None:
    columns = territory_draft(territory(), CROSSWALK).columns
    assert (columns["population"], columns["population_scope"], columns["population_year"]) == (
        1000000,
        "main_city",
        None,
    )
    assert columns["population_source"] == "GeoNames"
    unknown = {"population": None, "population_scope": None, "population_source": None}
    columns = territory_draft(territory(**unknown), CROSSWALK).columns
    assert [columns[name] for name in unknown] == [None, None, None]


def test_a_problem_keeps_an_unknown_severity_unknown_and_says_who_states_it() -> None:
    [problem] = territory_draft(territory(), CROSSWALK).children["territory_problem"]
    assert problem["severity"] is None
    assert (problem["problem"], problem["theme"]) == ("food_access", "school_canteens")
    assert problem["evidence"] == {"fr": TextEntry(text="Peu de marchés.", origin="original")}
    assert problem["stated_by"] == "Étude"
    assert problem["sources"] == [STORED_SOURCE]
    graded = [TERRITORY["challenges"][0] | {"severity": 3, "problem": None}]
    [problem] = territory_draft(territory(challenges=graded), CROSSWALK).children["territory_problem"]
    assert (problem["severity"], problem["problem"]) == (3, None)


def test_a_territorys_names_are_names_in_the_languages_there_are() -> None:
    columns = territory_draft(territory(), CROSSWALK).columns
    assert columns["name"] == {"fr": TextEntry(text="Fès", origin="human"), "en": TextEntry(text="Fez", origin="human")}
    assert columns["display_name"] == "Ville de Fès"
    assert columns["sort_name"] == "fes"


def test_a_territory_is_in_a_network_once() -> None:
    memberships = territory_draft(territory(), CROSSWALK).children["network_membership"]
    assert [row["network_id"] for row in memberships] == [Reference("network", "mufpp"), Reference("network", "c40")]


def test_codes_go_through_the_crosswalk_each_once_and_in_order() -> None:
    columns = initiative_draft(initiative(), [], CROSSWALK).columns
    assert columns["themes"] == ["short_chains"]
    assert (columns["carrier_sector"], columns["carrier_kind"]) == ("public", None)
    assert columns["maturity"] == "running"
    reordered = initiative_draft(initiative(themes=["canteens", "food_markets"]), [], CROSSWALK)
    assert reordered.columns["themes"] == ["school_canteens", "short_chains"]
    unknown = initiative_draft(initiative(actor_type=None, status=None), [], CROSSWALK).columns
    assert (unknown["carrier_sector"], unknown["carrier_kind"], unknown["maturity"]) == (None, None, None)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"themes": ["canteens", "fishing"]}, "themes", "fishing"),
        ({"actor_type": "army"}, "actor_type", "army"),
        ({"status": "dreamt"}, "status", "dreamt"),
        ({"mufpp_category": "seventh"}, "mufpp_category", "seventh"),
    ],
)
def test_a_code_that_the_crosswalk_does_not_hold_is_named_not_dropped(
    changes: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(UnmappedCode) as caught:
        initiative_draft(initiative(**changes), [], CROSSWALK)
    assert caught.value.name == field
    assert f"'{code}'" in str(caught.value)


def test_the_field_of_an_unmapped_problem_is_its_place() -> None:
    challenges = [TERRITORY["challenges"][0], TERRITORY["challenges"][0] | {"theme": "fishing"}]
    with pytest.raises(UnmappedCode) as caught:
        territory_draft(territory(challenges=challenges), CROSSWALK)
    assert caught.value.name == "challenges.1.theme"


def test_translations_say_where_they_come_from_beside_the_original() -> None:
    translations = [
        TranslationRow(slug="marche", lang="fr", title="Marché", summary="Un marché.", origin="machine"),
        TranslationRow(slug="marche", lang="ar", title="سوق", summary="سوق.", origin="human"),
    ]
    columns = initiative_draft(initiative(), translations, CROSSWALK).columns
    assert columns["title"] == {
        "es": TextEntry(text="Mercado", origin="original"),
        "fr": TextEntry(text="Marché", origin="machine"),
        "ar": TextEntry(text="سوق", origin="human"),
    }
    assert {lang: entry["origin"] for lang, entry in columns["summary"].items()} == {
        "es": "original",
        "fr": "machine",
        "ar": "human",
    }


def test_results_stand_in_their_own_language_with_the_sources_of_the_row() -> None:
    [result] = initiative_draft(initiative(results_lang="und"), [], CROSSWALK).columns["results"]
    assert result == {"statement": {"und": TextEntry(text="12 puestos", origin="original")}, "sources": [STORED_SOURCE]}
    [result] = initiative_draft(initiative(results_lang=None), [], CROSSWALK).columns["results"]
    assert set(result["statement"]) == {"es"}
    assert initiative_draft(initiative(results=None, results_lang=None), [], CROSSWALK).columns["results"] == []


def test_a_cooperation_is_titled_in_the_languages_that_all_its_parties_have() -> None:
    names = {
        "fes": {
            lang: TextEntry(text=text, origin="human") for lang, text in (("fr", "Fès"), ("en", "Fez"), ("ar", "فاس"))
        },
        "lyon": {lang: TextEntry(text="Lyon", origin="human") for lang in ("fr", "en")},
    }
    draft = cooperation_draft(cooperation(), names, CROSSWALK)
    assert {lang: entry["text"] for lang, entry in draft.columns["title"].items()} == {
        "fr": "Fès – Lyon",
        "en": "Fez – Lyon",
    }
    assert draft.columns["devices"] == [{"device": "town_twinning", "sources": [STORED_SOURCE]}]
    assert [row["position"] for row in draft.children["cooperation_party"]] == [0, 1]
    assert draft.references() == {Reference("territory", "fes"), Reference("territory", "lyon")}


def test_a_cooperation_without_partner_has_one_party() -> None:
    draft = cooperation_draft(cooperation(b=None, device=None), {}, CROSSWALK)
    assert [row["territory_id"].slug for row in draft.children["cooperation_party"]] == ["fes"]
    assert draft.columns["devices"] == []


def test_a_draft_knows_whether_the_row_says_the_same() -> None:
    assert territory_draft(territory(), CROSSWALK).digest() == territory_draft(territory(), CROSSWALK).digest()
    challenge = TERRITORY["challenges"][0] | {"evidence": "Pas de marchés."}
    digests = {
        territory_draft(territory(**changes), CROSSWALK).digest()
        for changes in ({}, {"name_ar": "فاس"}, {"lat": 34.04}, {"challenges": [challenge]}, {"networks": ["c40"]})
    }
    assert len(digests) == 5
    network = network_draft(NetworkRow.model_validate(NETWORK), CROSSWALK)
    assert network.columns["kind"] == "international"
    assert network.references() == set()


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Évry", "evry"),
        ("SÃO PAULO", "sao paulo"),
        ("Straße", "strasse"),
        ("İzmir", "izmir"),
        ("مُونبلييه", "مونبلييه"),
        ("ﬁn", "fin"),
        ("", ""),
    ],
)
def test_names_are_sorted_without_case_and_accents(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_territory_is_sorted_by_its_french_else_its_english_name() -> None:
    french, english, arabic = (TextEntry(text=text, origin="human") for text in ("Évry", "Every", "إفري"))
    assert sort_name({"ar": arabic, "en": english, "fr": french}) == "evry"
    assert sort_name({"ar": arabic, "en": english}) == "every"
    assert sort_name({"ar": arabic}) == fold("إفري")
    assert sort_name({}) == ""
