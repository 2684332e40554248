"""The documents' own cases name codes and rows that exist, and say what those documents say."""

import re
from typing import Any

import pytest

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Terms = dict[str, dict[str, Row]]

CODES = {
    "organizations": {
        "kinds": "actor_kinds",
        "sector": "sectors",
        "objectives": "cooperation_objectives",
        "activities": "activity_kinds",
        "roles.role": "actor_roles",
        "roles.themes": "themes",
    },
    "programmes": {
        "partners.role": "actor_roles",
        "axes": "food_system_axes",
        "phases.status": "cooperation_stages",
        "experiments.cooperation_models": "cooperation_models",
        "device": "devices",
    },
    "censuses": {"themes": "themes", "carrier_sectors": "sectors"},
    "learning_resources": {
        "format": "resource_formats",
        "themes": "themes",
        "mufpp_category": "mufpp_categories",
        "audience": "learning_audiences",
        "organizations.role": "actor_roles",
    },
    "funding_calls": {"device": "devices", "applicant_kinds": "actor_kinds", "themes": "themes"},
    "diagnoses": {
        "kind": "diagnosis_kinds",
        "chain_links": "chain_links",
        "dimensions": "dimensions",
        "authors.role": "actor_roles",
        "findings.problem": "problems",
        "findings.chain_link": "chain_links",
        "findings.dimension": "dimensions",
    },
    "workshops": {
        "kind": "workshop_kinds",
        "participants": "actor_kinds",
    },
    "priority_actions": {"themes": "themes", "stage": "priority_action_statuses"},
    "offers": {
        "direction": "offer_directions",
        "themes": "themes",
        "problems": "problems",
        "forms": "exchange_forms",
        "context": "offer_contexts",
    },
    "initiatives_seed": {
        "themes": "themes",
        "carriers.role": "actor_roles",
        "sector": "sectors",
        "kind": "actor_kinds",
        "maturity": "maturities",
        "mufpp_category": "mufpp_categories",
        "mufpp_actions": "mufpp_actions",
        "sdg_targets": "sdg_targets",
        "licence": "licences",
    },
    "cooperations_seed": {
        "themes": "themes",
        "stage": "cooperation_stages",
        "devices.device": "devices",
        "exchanges.theme": "themes",
        "exchanges.form": "exchange_forms",
        "actions.kind": "cooperation_action_kinds",
        "actions.stage": "cooperation_stages",
        "actors.role": "actor_roles",
        "agreement.type": "devices",
        "pat_relations": "pat_relations",
    },
    "territories_seed": {
        "readiness.food_policy_stage": "food_policy_stages",
        "readiness.pat_level": "pat_levels",
        "readiness.ir_service_role": "ir_service_roles",
        "cooperation_assessments.types": "pat_relations",
        "cooperation_assessments.benefits": "cooperation_benefits",
        "food_projects.level": "pat_levels",
        "food_projects.themes": "themes",
    },
}

SLUGS = {
    "organizations": {"territory": "territories", "roles.territory": "territories"},
    "programmes": {
        "partners.organization": "organizations",
        "territories": "territories",
        "cooperations": "cooperations",
        "phases.territories": "territories",
        "phases.cooperations": "cooperations",
        "experiments.territory": "territories",
    },
    "censuses": {
        "commissioner": "organizations",
        "operator": "organizations",
        "territories": "territories",
        "initiatives": "initiatives",
    },
    "learning_resources": {
        "series": "learning_resources",
        "territories": "territories",
        "organizations.organization": "organizations",
        "programme": "programmes",
    },
    "funding_calls": {"funder": "organizations", "programme": "programmes"},
    "diagnoses": {"territory": "territories", "authors.organization": "organizations", "paired_with": "diagnoses"},
    "workshops": {"territories": "territories"},
    "priority_actions": {"territories": "territories", "workshop": "workshops", "inspired_by": "initiatives"},
    "offers": {"territory": "territories", "cooperation": "cooperations"},
    "initiatives_seed": {
        "territory": "territories",
        "carriers.organization": "organizations",
        "inspired_by": "initiatives",
        "adapted_from": "initiatives",
        "transferred_to.territory": "territories",
    },
    "cooperations_seed": {
        "slug": "cooperations",
        "exchanges.from_territory": "territories",
        "exchanges.to_territory": "territories",
        "actors.organization": "organizations",
    },
    "territories_seed": {"slug": "territories"},
}


def _values(value: object, path: str) -> list[Any]:
    """The values under a dotted path, through lists; null and what a row does not give are left out."""
    if isinstance(value, list):
        return [found for item in value for found in _values(item, path)]
    if not path:
        return [] if value is None else [value]
    first, _, rest = path.partition(".")
    return _values(value[first], rest) if isinstance(value, dict) and first in value else []


@pytest.fixture(scope="module")
def slugs(rows: Rows, cases: Rows) -> dict[str, set[str]]:
    """Every slug by kind: the documents' cases add initiatives of their own."""
    found = {name: {row["slug"] for row in read} for name, read in [*rows.items(), *cases.items()] if "slug" in read[0]}
    found["initiatives"] |= found["initiatives_seed"]
    return found


@pytest.mark.parametrize("name", CODES)
def test_codes_are_terms_of_their_vocabulary(cases: Rows, terms: Terms, name: str) -> None:
    for path, vocabulary in CODES[name].items():
        used = {code for row in cases[name] for code in _values(row, path)}
        assert used <= set(terms[vocabulary]), (path, used - set(terms[vocabulary]))


@pytest.mark.parametrize("name", SLUGS)
def test_slugs_name_rows_that_exist(cases: Rows, slugs: dict[str, set[str]], name: str) -> None:
    for path, kind in SLUGS[name].items():
        used = {slug for row in cases[name] for slug in _values(row, path)}
        assert used <= slugs[kind], (path, used - slugs[kind])


def test_an_initiative_that_is_not_known_yet_is_given_whole(rows: Rows, cases: Rows) -> None:
    known = {row["slug"] for row in rows["initiatives"]}
    new = [row for row in cases["initiatives_seed"] if row["slug"] not in known]
    assert new
    for row in new:
        assert {"title", "summary", "territory", "themes", "mufpp_category"} <= set(row), row["slug"]


def test_lineage_has_no_cycle(cases: Rows) -> None:
    parents = {
        row["slug"]: [*row.get("inspired_by", []), *row.get("adapted_from", [])] for row in cases["initiatives_seed"]
    }
    assert any(parents.values())
    for slug, first in parents.items():
        above, seen = list(first), set[str]()
        while above:
            parent = above.pop()
            assert parent != slug
            if parent not in seen:
                seen.add(parent)
                above.extend(parents.get(parent, []))


def test_results_are_concrete_or_immaterial(cases: Rows) -> None:
    kinds = {result["kind"] for row in cases["initiatives_seed"] for result in row.get("results", [])}
    assert kinds == {"concrete", "immaterial"}


def test_paired_diagnoses_name_each_other(cases: Rows) -> None:
    pairs = {row["slug"]: row["paired_with"] for row in cases["diagnoses"] if row["paired_with"]}
    assert len(pairs) == 14
    assert all(pairs[other] == slug != other for slug, other in pairs.items())


def test_exchanges_and_roles_are_those_of_the_parties(rows: Rows, cases: Rows, terms: Terms) -> None:
    parties = {row["slug"]: {row["a"], row["b"]} - {None} for row in rows["cooperations"]}
    for row in cases["cooperations_seed"]:
        assert set(row["parties"]) == parties[row["slug"]], row["slug"]
        assert set(row["parties"].values()) <= set(terms["party_roles"]), row["slug"]
        for exchange in row.get("exchanges", []):
            assert {exchange["from_territory"], exchange["to_territory"]} == parties[row["slug"]], row["slug"]


def test_a_cooperation_with_one_party_is_not_beyond_study(cases: Rows) -> None:
    alone = {row["slug"]: row["stage"] for row in cases["cooperations_seed"] if len(row["parties"]) == 1}
    assert alone == {"lorient-prospective": "under_study", "toulouse-prospective": "under_study"}


def test_a_cooperation_has_each_device_once(cases: Rows) -> None:
    for row in cases["cooperations_seed"]:
        devices = [device["device"] for device in row.get("devices", [])]
        assert len(set(devices)) == len(devices), row["slug"]


def test_every_case_of_a_cooperation_is_in_a_programme(cases: Rows) -> None:
    grouped = {slug for row in cases["programmes"] for slug in row["cooperations"]}
    assert {row["slug"] for row in cases["cooperations_seed"]} - grouped == {"ille-et-vilaine-sefrou"}


def test_a_phase_keeps_its_label_as_written(cases: Rows) -> None:
    coopalim = next(row for row in cases["programmes"] if row["slug"] == "coopalim")
    assert [(phase["number"], phase["label"]) for phase in coopalim["phases"]] == [
        (1, "Phase 1"),
        (2, "Phase 2"),
        (3, "Part 3"),
    ]
    assert coopalim["phases"][0]["due"] == "2022-12"


def test_let_s_food_cities_keeps_both_datings(cases: Rows) -> None:
    programme = next(row for row in cases["programmes"] if row["slug"] == "lets-food-cities")
    assert (programme["start_year"], programme["end_year"]) == (2018, 2021)
    assert len(programme["cooperations"]) == 7
    assert {"2017", "2018", "2019", "2021"} <= set(re.findall(r"\d{4}", programme["date_note"]["fr"]["text"]))


def test_the_experiments_are_those_of_the_evaluation(cases: Rows) -> None:
    programme = next(row for row in cases["programmes"] if row["slug"] == "territoires-a-vivres")
    experiments = {row["territory"]: row for row in programme["experiments"]}
    assert {slug: row["organisations_count"] for slug, row in experiments.items()} == {
        "lyon": 15,
        "marseille": 8,
        "montpellier": 25,
        "toulouse": 6,
    }
    assert {slug: row["engineers_count"] for slug, row in experiments.items()} == {
        "lyon": 4,
        "marseille": 2,
        "montpellier": 2,
        "toulouse": 3,
    }
    full_time = {slug: sum(engineer["fte"] for engineer in row["engineers"]) for slug, row in experiments.items()}
    assert full_time == pytest.approx({"lyon": 1.5, "marseille": 1.0, "montpellier": 1.0, "toulouse": 1.0})
    assert experiments["marseille"]["cooperation_models"] == [], "the document does not say which"


def test_there_are_six_recommendations_on_each_of_four_topics(cases: Rows) -> None:
    programme = next(row for row in cases["programmes"] if row["slug"] == "territoires-a-vivres")
    numbered = [(row["topic"], row["number"]) for row in programme["recommendations"]]
    assert numbered == [(topic, number) for topic in ("ENG", "COOP", "DEMO", "SUPPLY") for number in range(1, 7)]


def test_the_series_has_five_webinars_in_order(cases: Rows) -> None:
    series = [row for row in cases["learning_resources"] if row["format"] == "webinar_series"]
    assert len(series) == 1
    webinars = [row for row in cases["learning_resources"] if row["series"] == series[0]["slug"]]
    assert [row["position"] for row in webinars] == [1, 2, 3, 4, 5]
    for row in webinars:
        assert [replay["lang"] for replay in row["replays"]] == ["fr", "en", "ar"]


def test_a_project_s_level_is_said_of_its_territory_too(cases: Rows) -> None:
    levels = {
        row["slug"]: (project["level"], project["recognised_on"])
        for row in cases["territories_seed"]
        for project in row.get("food_projects", [])
        if project["level"]
    }
    assert levels
    readiness = {row["slug"]: row["readiness"] for row in cases["territories_seed"] if "readiness" in row}
    for slug, level in levels.items():
        assert (readiness[slug]["pat_level"], readiness[slug]["pat_recognised_on"]) == level, slug
