"""The rows of data/ hold together: sources, references, languages, scopes."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

Row = dict[str, Any]
Rows = dict[str, list[Row]]

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ARABIC = re.compile(r"[\u0621-\u064a]")
LANGUAGES = {"fr", "en", "es", "pt", "it", "ar"}


def _texts(rows: Rows) -> Iterator[tuple[str, str, str]]:
    """Every text of the record files: where it stands, its language tag, the text."""
    for territory in rows["territories"]:
        for challenge in territory["challenges"]:
            yield territory["slug"], challenge["evidence_lang"], challenge["evidence"]
    for initiative in rows["initiatives"]:
        yield initiative["slug"], initiative["summary_lang"], initiative["summary"]
        if initiative["results"] is not None:
            yield initiative["slug"], initiative["results_lang"], initiative["results"]
    for cooperation in rows["cooperations"]:
        yield cooperation["slug"], cooperation["note_lang"], cooperation["note"]
    for network in rows["networks"]:
        yield network["slug"], network["description_lang"], network["description"]
    for translation in rows["translations"]:
        yield translation["slug"], translation["lang"], translation["summary"]


@pytest.mark.parametrize("name", ["territories", "initiatives", "cooperations", "networks"])
def test_every_row_has_a_titled_source(rows: Rows, name: str) -> None:
    lacking = [row["slug"] for row in rows[name] if not row["sources"]]
    untitled = [row["slug"] for row in rows[name] if not all(source["title"] for source in row["sources"])]
    assert (lacking, untitled) == ([], [])


def test_every_challenge_has_a_titled_source(rows: Rows) -> None:
    challenges = [challenge for territory in rows["territories"] for challenge in territory["challenges"]]
    assert challenges
    assert all(challenge["source"]["title"].strip() for challenge in challenges)


def test_no_file_cites_a_source_by_a_working_name(data_folder: Path) -> None:
    files = [file for file in data_folder.rglob("*") if file.is_file()]
    assert files
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert "seed:" not in text, file.name
        assert "(seed)" not in text, file.name


def test_addresses_are_web_addresses_or_null(rows: Rows) -> None:
    sources = [
        source
        for name in ("territories", "initiatives", "cooperations", "networks")
        for row in rows[name]
        for source in row["sources"]
    ]
    odd = [
        source
        for source in sources
        if source["address"] is not None and not source["address"].startswith(("http://", "https://"))
    ]
    assert odd == []


@pytest.mark.parametrize("name", ["territories", "initiatives", "cooperations", "networks"])
def test_slugs_are_unique_and_well_formed(rows: Rows, name: str) -> None:
    slugs = [row["slug"] for row in rows[name]]
    assert len(set(slugs)) == len(slugs)
    assert [slug for slug in slugs if not SLUG.fullmatch(slug)] == []


@pytest.mark.parametrize("name", ["territories", "initiatives", "cooperations", "networks", "translations"])
def test_all_rows_of_a_file_have_the_same_keys_in_the_same_order(rows: Rows, name: str) -> None:
    assert len({tuple(row) for row in rows[name]}) == 1


def test_references_between_files_resolve(rows: Rows) -> None:
    territories = {row["slug"] for row in rows["territories"]}
    networks = {row["slug"] for row in rows["networks"]}
    assert {row["territory"] for row in rows["initiatives"]} <= territories
    assert {row[side] for row in rows["cooperations"] for side in ("a", "b")} - {None} <= territories
    assert {network for row in rows["territories"] for network in row["networks"]} <= networks


def test_every_initiative_stands_in_french_english_and_arabic(rows: Rows) -> None:
    languages = {row["slug"]: [row["summary_lang"]] for row in rows["initiatives"]}
    for translation in rows["translations"]:
        languages[translation["slug"]].append(translation["lang"])
        assert translation["title"].strip(), translation["slug"]
        assert translation["summary"].strip(), translation["slug"]
    twice = [slug for slug, found in languages.items() if len(set(found)) != len(found)]
    lacking = [slug for slug, found in languages.items() if not {"fr", "en", "ar"} <= set(found)]
    assert (twice, lacking) == ([], [])


def test_translations_say_that_a_machine_made_them(rows: Rows) -> None:
    assert {row["origin"] for row in rows["translations"]} == {"machine"}


def test_every_text_has_a_language_tag(rows: Rows) -> None:
    odd = [(slug, tag) for slug, tag, _ in _texts(rows) if tag not in LANGUAGES | {"und"}]
    assert odd == []


def test_only_texts_without_words_have_an_undetermined_language(rows: Rows) -> None:
    undetermined = [text for _, tag, text in _texts(rows) if tag == "und"]
    assert undetermined
    assert [text for text in undetermined if re.search(r"[^\W\d_]{3,}", text)] == []


def test_texts_tagged_arabic_and_only_those_are_written_in_arabic(rows: Rows) -> None:
    def written_in_arabic(text: str) -> bool:
        return 2 * len(ARABIC.findall(text)) > len(re.findall(r"[^\W\d_]", text))

    wrong = [(slug, tag) for slug, tag, text in _texts(rows) if written_in_arabic(text) != (tag == "ar")]
    assert wrong == []


def test_a_results_language_is_given_exactly_when_there_are_results(rows: Rows) -> None:
    odd = [row["slug"] for row in rows["initiatives"] if (row["results"] is None) != (row["results_lang"] is None)]
    assert odd == []


def test_a_cooperation_without_partner_is_not_beyond_study(rows: Rows, crosswalk: list[Row]) -> None:
    stages = {row["code"]: row["target"] for row in crosswalk if row["vocabulary"] == "cooperation_stages"}
    alone = [row for row in rows["cooperations"] if row["b"] is None]
    assert {row["slug"] for row in alone} == {"lorient-prospective", "toulouse-prospective"}
    assert {stages[row["status"]] for row in alone} <= {"idea", "under_study"}


def test_a_population_has_a_scope_and_a_source_and_only_then(rows: Rows) -> None:
    for row in rows["territories"]:
        known = row["population"] is not None
        assert (row["population_scope"] in {"territory", "main_city", "populated_place"}) == known, row["slug"]
        assert bool(row["population_source"]) == known, row["slug"]


def test_a_gazetteer_population_never_stands_for_a_whole_territory(rows: Rows) -> None:
    for row in rows["territories"]:
        source = row["population_source"] or ""
        if " only" in source:
            assert row["population_scope"] == "main_city", row["slug"]
        if source.startswith("GeoNames"):
            assert row["population_scope"] != "territory", row["slug"]
        if row["population_scope"] == "populated_place":
            assert row["kind"] in {"commune", "other"}, row["slug"]
            assert row["coord_note"] is None, row["slug"]


def test_points_are_on_the_globe(rows: Rows) -> None:
    for row in rows["territories"]:
        assert -90 <= row["lat"] <= 90, row["slug"]
        assert -180 <= row["lon"] <= 180, row["slug"]


def test_severity_is_unknown_throughout(rows: Rows) -> None:
    severities = {challenge["severity"] for territory in rows["territories"] for challenge in territory["challenges"]}
    assert severities == {None}
