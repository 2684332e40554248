"""From the data set's rows to records as they are written."""

from typing import Any

import pytest

from services.catalog.cooperations.kind import COOPERATION
from services.catalog.initiatives.kind import INITIATIVE
from services.catalog.loading.documents import (
    Crosswalk,
    UnmappedCode,
    cooperation_document,
    initiative_document,
    network_document,
    supplemented_cooperation,
    supplemented_initiative,
    supplemented_territory,
    territory_document,
)
from services.catalog.loading.rows import (
    CooperationRow,
    CooperationSupplement,
    CrosswalkRow,
    InitiativeRow,
    InitiativeSupplement,
    NetworkRow,
    TerritoryRow,
    TranslationRow,
)
from services.catalog.networks.kind import NETWORK
from services.catalog.records.documents import named_records
from services.catalog.records.kinds import Kind
from services.catalog.territories.kind import TERRITORY, fold, sort_name
from services.common.languages import TextEntry

SOURCE = {"title": "Étude", "address": None}

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

TERRITORY_ROW: dict[str, Any] = {
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
INITIATIVE_ROW: dict[str, Any] = {
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
COOPERATION_ROW: dict[str, Any] = {
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
NETWORK_ROW: dict[str, Any] = {
    "slug": "mufpp",
    "name": "Milan Pact",
    "description": "Mayors.",
    "description_lang": "en",
    "kind": "international",
    "start_year": 2015,
    "sources": [SOURCE],
}


def territory(**changes: object) -> TerritoryRow:
    return TerritoryRow.model_validate(TERRITORY_ROW | changes)


def initiative(**changes: object) -> InitiativeRow:
    return InitiativeRow.model_validate(INITIATIVE_ROW | changes)


def cooperation(**changes: object) -> CooperationRow:
    return CooperationRow.model_validate(COOPERATION_ROW | changes)


def whole(kind: Kind, raw: Any) -> dict[str, Any]:  # noqa: ANN401 - a document
    """The document as every write is checked."""
    return kind.write.model_validate(raw).model_dump(mode="json")


def test_a_territory_keeps_what_its_population_is_of() -> None:
    population = whole(TERRITORY, territory_document(territory(), CROSSWALK))["population"]
    assert population == {"value": 1000000, "year": None, "scope": "main_city", "source": "GeoNames"}
    unknown = {"population": None, "population_scope": None, "population_source": None}
    assert whole(TERRITORY, territory_document(territory(**unknown), CROSSWALK))["population"] is None


def test_a_problem_keeps_an_unknown_severity_unknown_and_says_who_states_it() -> None:
    [problem] = whole(TERRITORY, territory_document(territory(), CROSSWALK))["problems"]
    assert problem["severity"] is None
    assert (problem["problem"], problem["theme"]) == ("food_access", "school_canteens")
    assert problem["evidence"] == {"fr": {"text": "Peu de marchés.", "origin": "original"}}
    assert problem["stated_by"] == "Étude"
    assert [source["title"] for source in problem["sources"]] == ["Étude"]
    graded = [TERRITORY_ROW["challenges"][0] | {"severity": 3, "problem": None}]
    [problem] = territory_document(territory(challenges=graded), CROSSWALK)["problems"]
    assert (problem["severity"], problem["problem"]) == (3, None)


def test_a_territorys_names_are_names_in_the_languages_there_are() -> None:
    document = territory_document(territory(), CROSSWALK)
    assert document["name"] == {
        "fr": TextEntry(text="Fès", origin="human"),
        "en": TextEntry(text="Fez", origin="human"),
    }
    assert document["display_name"] == "Ville de Fès"
    assert document["point"]["coordinates"] == [-5.0, 34.03]


def test_a_territory_is_in_a_network_once() -> None:
    memberships = territory_document(territory(), CROSSWALK)["networks"]
    assert [membership["network"] for membership in memberships] == ["mufpp", "c40"]


def test_codes_go_through_the_crosswalk_each_once_and_in_order() -> None:
    document = initiative_document(initiative(), [], CROSSWALK)
    assert document["themes"] == ["short_chains"]
    assert document["carrier"] == {"name": None, "sector": "public", "kind": None}
    assert document["maturity"] == "running"
    reordered = initiative_document(initiative(themes=["canteens", "food_markets"]), [], CROSSWALK)
    assert reordered["themes"] == ["school_canteens", "short_chains"]
    unknown = initiative_document(initiative(actor_type=None, status=None), [], CROSSWALK)
    assert (unknown["carrier"], unknown["maturity"]) == (None, None)


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
        initiative_document(initiative(**changes), [], CROSSWALK)
    assert caught.value.name == field
    assert f"'{code}'" in str(caught.value)


def test_the_field_of_an_unmapped_problem_is_its_place() -> None:
    challenges = [TERRITORY_ROW["challenges"][0], TERRITORY_ROW["challenges"][0] | {"theme": "fishing"}]
    with pytest.raises(UnmappedCode) as caught:
        territory_document(territory(challenges=challenges), CROSSWALK)
    assert caught.value.name == "challenges.1.theme"


def test_translations_say_where_they_come_from_beside_the_original() -> None:
    translations = [
        TranslationRow(slug="marche", lang="fr", title="Marché", summary="Un marché.", origin="machine"),
        TranslationRow(slug="marche", lang="ar", title="سوق", summary="سوق.", origin="human"),
    ]
    document = initiative_document(initiative(), translations, CROSSWALK)
    assert document["title"] == {
        "es": TextEntry(text="Mercado", origin="original"),
        "fr": TextEntry(text="Marché", origin="machine"),
        "ar": TextEntry(text="سوق", origin="human"),
    }
    assert {lang: entry["origin"] for lang, entry in document["summary"].items()} == {
        "es": "original",
        "fr": "machine",
        "ar": "human",
    }


def test_results_stand_in_their_own_language_with_the_sources_of_the_row() -> None:
    [result] = whole(INITIATIVE, initiative_document(initiative(results_lang="und"), [], CROSSWALK))["results"]
    assert result["statement"] == {"und": {"text": "12 puestos", "origin": "original"}}
    assert [source["title"] for source in result["sources"]] == ["Étude"]
    [result] = initiative_document(initiative(results_lang=None), [], CROSSWALK)["results"]
    assert set(result["statement"]) == {"es"}
    assert initiative_document(initiative(results=None, results_lang=None), [], CROSSWALK)["results"] == []


def test_a_cooperation_is_titled_in_the_languages_that_all_its_parties_have() -> None:
    names = {
        "fes": {
            lang: TextEntry(text=text, origin="human") for lang, text in (("fr", "Fès"), ("en", "Fez"), ("ar", "فاس"))
        },
        "lyon": {lang: TextEntry(text="Lyon", origin="human") for lang in ("fr", "en")},
    }
    document = whole(COOPERATION, cooperation_document(cooperation(), names, CROSSWALK))
    assert {lang: entry["text"] for lang, entry in document["title"].items()} == {
        "fr": "Fès – Lyon",
        "en": "Fez – Lyon",
    }
    [device] = document["devices"]
    assert device["device"] == "town_twinning"
    assert [source["title"] for source in device["sources"]] == ["Étude"]
    assert [party["territory"] for party in document["parties"]] == ["fes", "lyon"]
    assert named_records(COOPERATION, document) == {("territory", "fes"), ("territory", "lyon")}


def test_a_cooperation_without_partner_has_one_party() -> None:
    document = cooperation_document(cooperation(b=None, device=None), {}, CROSSWALK)
    assert document["parties"] == [{"territory": "fes"}]
    assert document["devices"] == []


def test_a_network_is_of_its_kind_and_names_no_other_record() -> None:
    document = whole(NETWORK, network_document(NetworkRow.model_validate(NETWORK_ROW), CROSSWALK))
    assert document["kind"] == "international"
    assert named_records(NETWORK, document) == set()


MORE = {"slug": "marche", "sources": [{"title": "Recensement", "address": None}]}


def test_a_further_file_adds_to_an_initiative_and_takes_nothing_away() -> None:
    first = initiative_document(initiative(), [], CROSSWALK)
    more = InitiativeSupplement.model_validate(
        MORE
        | {
            "carriers": [
                {"name": "Slow Food", "role": "funder"},
                {"name": "Ville de Fès", "role": "holder"},
                {"organization": "lets-food", "role": "holder"},
            ],
            "kind": "local_authority",
            "sdg_targets": ["sdg_2_1"],
            "themes": [],
            "end_year": None,
        }
    )
    document = supplemented_initiative(first, more)
    assert document["carrier"] == {
        "name": "Ville de Fès",
        "organization": None,
        "sector": "public",
        "kind": "local_authority",
    }
    assert [(actor["name"], actor["organization"], actor["role"]) for actor in document["actors"]] == [
        ("Slow Food", None, "funder"),
        (None, "lets-food", "holder"),
    ]
    assert document["sdg_targets"] == ["sdg_2_1"]
    assert [source["title"] for source in document["sources"]] == ["Étude", "Recensement"]
    assert {name: document[name] for name in ("themes", "title", "results")} == {
        name: first[name] for name in ("themes", "title", "results")
    }


def test_a_further_file_gives_a_cooperations_parties_their_roles() -> None:
    more = CooperationSupplement.model_validate(
        MORE | {"slug": "fes-lyon", "parties": {"lyon": "requester"}, "stage": "closed", "sources": [SOURCE]}
    )
    document = supplemented_cooperation(cooperation_document(cooperation(), {}, CROSSWALK), more)
    assert document["parties"] == [
        {"territory": "fes", "role": None},
        {"territory": "lyon", "role": "requester"},
    ]
    assert document["stage"] == "closed"
    assert [source["title"] for source in document["sources"]] == ["Étude"], "the same source stands once"


def test_a_further_file_gives_a_territory_members_and_sources() -> None:
    first = territory_document(territory(), CROSSWALK)
    more = {"slug": "fes", "readiness": {"pat_level": "level_1", "sources": [SOURCE]}, "sources": MORE["sources"]}
    document = supplemented_territory(first, more)
    assert document["readiness"]["pat_level"] == "level_1"
    assert [source["title"] for source in document["sources"]] == ["Étude", "Recensement"]
    assert document["problems"] == first["problems"]


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
