"""The documents' own cases have the shape that data/README.md gives: keys, texts, sources, dates."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

Row = dict[str, Any]
Cases = dict[str, list[Row]]

ARABIC = re.compile(r"[\u0621-\u064a]")
ORIGINS = {"original", "machine"}
PARTIAL_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
DATES = {"due", "date", "opens", "closes", "until", "recognised_on", "expires_on", "since"}
PROPER_NAMES = {"name"}
"""Members that are the name of somebody or something: nobody translates it, and an Arabic form need not exist."""

KEYS = {
    "organizations": "slug name acronym kinds sector territory url mission objectives activities roles sources",
    "programmes": "slug title purpose start_year end_year partners axes territories cooperations phases"
    " recommendations experiments device funding date_note sources",
    "censuses": "slug title commissioner operator territories countries themes carrier_sectors purpose period"
    " findings initiatives_count cities_count initiatives sources",
    "learning_resources": "slug title format series position themes mufpp_category audience territories"
    " organizations languages replays date summary programme sources",
    "funding_calls": "slug title device funder who_may_apply applicant_kinds opens closes url themes countries"
    " programme sources",
    "diagnoses": "slug territory title kind chain_links dimensions period authors findings paired_with url"
    " status_note sources",
    "workshops": "slug title kind territories date languages participants inputs sources",
    "priority_actions": "slug title territories themes rank stage workshop inspired_by sources",
    "offers": "slug direction territory title themes problems forms context cooperation statement until sources",
}
ADDED = {
    "territories_seed": "slug readiness food_projects cooperation_assessments sources",
    "initiatives_seed": "slug title summary territory themes carriers sector kind maturity start_year end_year results"
    " lessons_of_failure mufpp_category mufpp_actions sdg_targets money inspired_by adapted_from transferred_to"
    " licence url sources",
    "cooperations_seed": "slug title themes stage purpose devices phases exchanges actions actors agreement"
    " pat_relations rationale parties sources",
}


def _members(value: object, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every member of a row at any depth with its path, list positions left out."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield f"{path}.{key}".lstrip("."), below
            yield from _members(below, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for below in value:
            yield from _members(below, path)


def _all_members(cases: Cases) -> list[tuple[str, str, Any]]:
    return [
        (f"{name}/{row['slug']}", path, value)
        for name, rows in cases.items()
        for row in rows
        for path, value in _members(row)
    ]


def _is_text(value: object) -> bool:
    return isinstance(value, dict) and bool({"fr", "en"} & set(value))


def _texts(cases: Cases) -> list[tuple[str, str, Row]]:
    return [
        (where, path, item)
        for where, path, value in _all_members(cases)
        for item in (value if isinstance(value, list) else [value])
        if _is_text(item)
    ]


@pytest.mark.parametrize("name", KEYS)
def test_every_row_has_the_members_of_its_kind_in_their_order(cases: Cases, name: str) -> None:
    assert cases[name]
    assert {tuple(row) for row in cases[name]} == {tuple(KEYS[name].split())}


@pytest.mark.parametrize("name", ADDED)
def test_a_row_that_adds_to_another_has_only_members_of_its_kind(cases: Cases, name: str) -> None:
    assert cases[name]
    for row in cases[name]:
        assert set(row) <= set(ADDED[name].split()), row["slug"]


def test_slugs_are_unique_and_well_formed(cases: Cases) -> None:
    for name, rows in cases.items():
        slugs = [row["slug"] for row in rows]
        assert len(set(slugs)) == len(slugs), name
        assert [slug for slug in slugs if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)] == []


def test_every_list_of_sources_has_one_and_each_has_a_title(cases: Cases) -> None:
    lists = [(where, value) for where, path, value in _all_members(cases) if path.split(".")[-1] == "sources"]
    assert lists
    for where, sources in lists:
        assert sources, where
        for source in sources:
            assert set(source) == {"title", "address"}, where
            assert source["title"].strip(), where
            assert source["address"] is None or re.match(r"https?://\S+$", source["address"]), where


def test_every_text_stands_in_french_and_english_and_says_how_it_was_written(cases: Cases) -> None:
    texts = _texts(cases)
    assert texts
    for where, path, text in texts:
        assert {"fr", "en"} <= set(text) <= {"fr", "en", "ar"}, (where, path)
        entries = [entry for entry in text.values() if isinstance(entry, dict)]
        assert len(entries) in {0, len(text)}, (where, path)
        if entries:
            assert [entry["origin"] for entry in entries].count("original") == 1, (where, path)
            assert {entry["origin"] for entry in entries} <= ORIGINS, (where, path)
            assert all(set(entry) == {"text", "origin"} for entry in entries), (where, path)


def test_no_text_is_empty_or_has_spaces_around_it(cases: Cases) -> None:
    for where, path, text in _texts(cases):
        for entry in text.values():
            written = entry if isinstance(entry, str) else entry["text"]
            assert written == written.strip(), (where, path)
            assert written, (where, path)


def test_everything_but_names_stands_in_arabic_too(cases: Cases) -> None:
    lacking = {(where, path) for where, path, text in _texts(cases) if "ar" not in text}
    assert {path.split(".")[-1] for _, path in lacking} <= PROPER_NAMES


def test_texts_tagged_arabic_and_only_those_are_written_in_arabic(cases: Cases) -> None:
    untranslated = {"learning_resources/plateforme-lets-food-ideas"}
    for where, path, text in _texts(cases):
        for lang, entry in text.items():
            written = entry if isinstance(entry, str) else entry["text"]
            if not (where in untranslated and path == "title"):
                assert bool(ARABIC.search(written)) == (lang == "ar"), (where, path, lang)


def test_dates_are_as_precise_as_the_source(cases: Cases) -> None:
    dates = [(where, value) for where, path, value in _all_members(cases) if path.split(".")[-1] in DATES]
    given = [(where, value) for where, value in dates if value is not None]
    assert given
    assert [item for item in given if not PARTIAL_DATE.fullmatch(item[1])] == []


def test_a_call_that_closes_has_opened_before(cases: Cases) -> None:
    dated = [row for row in cases["funding_calls"] if row["closes"]]
    assert dated
    for row in dated:
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", row["closes"]), row["slug"]
        assert row["opens"] < row["closes"], row["slug"]


def test_years_run_forward(cases: Cases) -> None:
    spans = [value for _, _, value in _all_members(cases) if isinstance(value, dict) and "start_year" in value]
    spans += [row for rows in cases.values() for row in rows if "start_year" in row]
    assert spans
    for span in spans:
        if span["start_year"] and span["end_year"]:
            assert span["start_year"] <= span["end_year"]


def test_nothing_is_graded_that_no_source_grades(cases: Cases) -> None:
    findings = [finding for row in cases["diagnoses"] for finding in row["findings"]]
    assert findings
    assert {finding["severity"] for finding in findings} == {None}
    assert {action["rank"] for action in cases["priority_actions"]} == {None}


def test_no_row_holds_an_address_of_a_person(cases: Cases) -> None:
    assert [where for where, _, value in _all_members(cases) if isinstance(value, str) and "@" in value] == []
