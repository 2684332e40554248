"""Loading a data set with something wrong in it: every error is named, nothing of its file is loaded."""

from collections.abc import Callable

import pytest

from services.catalog.loading.loader import load
from tests.conftest import DATA
from tests.integration.catalog.data_folder import Folder, Row, connected, contents, count_of

CHALLENGE = {
    "problem": None,
    "theme": None,
    "severity": None,
    "evidence": "x",
    "evidence_lang": "fr",
    "source": {"title": "x", "address": None},
}


@pytest.mark.parametrize(
    ("file", "place", "changes", "field"),
    [
        ("territories", 1, {"lat": 91}, "lat"),
        ("territories", 1, {"lon": -180.5}, "lon"),
        ("territories", 1, {"lat": "34"}, "lat"),
        ("territories", 1, {"kind": "kingdom"}, "kind"),
        ("territories", 1, {"country_code": "Maroc"}, "country_code"),
        ("territories", 1, {"networks": ["mufpp", "no-such-network"]}, "networks.1"),
        ("territories", 1, {"population": 3_000_000_000}, "population"),
        ("territories", 1, {"population": True}, "population"),
        ("territories", 1, {"slug": "montpellier"}, "slug"),
        ("territories", 1, {"slug": "Fès"}, "slug"),
        ("territories", 1, {"name_fr": "F\0s"}, "name_fr"),
        ("territories", 1, {"sources": []}, "sources"),
        ("territories", 1, {"has_pat": False}, "has_pat"),
        ("territories", 1, {"challenges": [CHALLENGE | {"theme": "fishing"}]}, "challenges.0.theme"),
        ("territories", 1, {"challenges": [CHALLENGE | {"severity": 4}]}, "challenges.0.severity"),
        ("territories", 1, {"surprise": 1}, "surprise"),
        ("initiatives", 2, {"territory": "atlantis"}, "territory"),
        ("initiatives", 2, {"themes": ["no_such_theme"]}, "themes"),
        ("initiatives", 2, {"themes": []}, "themes"),
        ("initiatives", 2, {"start_year": 2020, "end_year": 2019}, "end_year"),
        ("initiatives", 2, {"start_year": 20}, "start_year"),
        ("initiatives", 2, {"url": "javascript:alert(1)"}, "url"),
        ("initiatives", 2, {"summary": ""}, "summary"),
        ("initiatives", 2, {"mufpp_category": "seventh"}, "mufpp_category"),
        ("initiatives", 2, {"actor_type": "army"}, "actor_type"),
        ("cooperations", 0, {"b": "atlantis"}, "b"),
        ("cooperations", 0, {"a": "atlantis"}, "a"),
        ("cooperations", 0, {"b": "montpellier", "a": "montpellier"}, "b"),
        ("cooperations", 0, {"device": "telepathy"}, "device"),
        ("networks", 3, {"kind": "secret"}, "kind"),
        ("translations", 1, {"slug": "no-such-initiative"}, "slug"),
        ("translations", 1, {"lang": "French"}, "lang"),
        ("translations", 1, {"lang": "fr"}, "lang"),
        ("translations", 1, {"origin": "original"}, "origin"),
        ("territories_seed", 0, {"slug": "atlantis"}, "slug"),
        ("territories_seed", 0, {"sources": []}, "sources"),
        ("cooperations_seed", 0, {"slug": "atlantis-fes"}, "slug"),
        ("initiatives_seed", 0, {"sdg_targets": "sdg_2_3"}, "sdg_targets"),
        ("organizations", 1, {"kinds": ["no_such_kind"]}, "kinds.0"),
        ("organizations", 1, {"kinds": []}, "kinds"),
        ("organizations", 1, {"territory": "atlantis"}, "territory"),
        ("organizations", 1, {"slug": "lets-food"}, "slug"),
        ("organizations", 1, {"surprise": 1}, "surprise"),
        ("learning_resources", 1, {"series": "no-such-series"}, "series"),
        ("learning_resources", 1, {"format": "hologram"}, "format"),
        ("diagnoses", 0, {"territory": "atlantis"}, "territory"),
        ("crosswalk", 4, {"relation": "sameAs"}, "relation"),
        ("crosswalk", 4, {"vocabulary": "no_such_vocabulary"}, "vocabulary"),
        ("crosswalk", 4, {"target": "no_such_term"}, "target"),
        ("crosswalk", 4, {"code": "food_governance"}, "scheme"),
    ],
)
async def test_a_wrong_row_is_named_and_nothing_of_its_file_is_loaded(
    empty_catalog_database: str, small: Folder, file: str, place: int, changes: Row, field: str
) -> None:
    small.change(file, place, **changes)
    report = await load(empty_catalog_database, small.path)
    first = report.errors[0]
    assert (first.file, first.line, first.field) == (f"{file}.jsonl", place + 1, field), report.errors[:3]
    assert str(first).startswith(f"{file}.jsonl:{place + 1}: {field}: ")
    tables = {
        "territories": "territory",
        "initiatives": "initiative",
        "cooperations": "cooperation",
        "networks": "network",
        "crosswalk": "crosswalk",
        "translations": "initiative",
        "territories_seed": "territory",
        "initiatives_seed": "initiative",
        "cooperations_seed": "cooperation",
        "organizations": "organization",
        "learning_resources": "learning_resource",
        "diagnoses": "diagnosis",
    }
    assert await count_of(empty_catalog_database, tables[file]) == 0


async def test_a_wrong_translation_takes_no_other_away(empty_catalog_database: str, small: Folder) -> None:
    url = empty_catalog_database
    await load(url, small.path)
    before = await contents(url)
    small.change("translations", 1, origin="original")
    assert len((await load(url, small.path)).errors) == 1
    assert await contents(url) == before


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"slug": "fes"', "not JSON"),
        (b'{"slug": "f\x00s"}', "not JSON"),
        (b'{"slug": "f\xffs"}', "not JSON"),
        (b'{"slug": "\\ud800"}', "not JSON"),
        (b"[" * 5000, "not JSON"),
        (b'["fes"]', "dictionary"),
        (b"NaN", "not JSON"),
    ],
)
async def test_a_line_that_is_no_row_is_named(
    empty_catalog_database: str, small: Folder, line: bytes, message: str
) -> None:
    small.raw("territories", 2, line)
    report = await load(empty_catalog_database, small.path)
    first = report.errors[0]
    assert (first.file, first.line) == ("territories.jsonl", 3)
    assert first.field
    assert message in first.message
    assert await count_of(empty_catalog_database, "territory") == 0


async def test_a_missing_field_is_named(empty_catalog_database: str, small: Folder) -> None:
    rows = small.lines("initiatives")
    del rows[3]["summary_lang"]
    small.write("initiatives", rows)
    error = (await load(empty_catalog_database, small.path)).errors[0]
    assert (error.line, error.field, error.message) == (4, "summary_lang", "Field required")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda themes: themes["terms"][0]["label"].pop("ar"), "label"),
        (lambda themes: themes["terms"][0].update(broader=["no_such_theme"]), "broader"),
        (lambda themes: themes["terms"].append(themes["terms"][0]), "code"),
        (lambda themes: themes.update(terms=[]), "terms"),
        (lambda themes: themes.update(name="devices"), "name"),
    ],
)
async def test_a_wrong_vocabulary_is_named(
    empty_catalog_database: str, small: Folder, change: Callable[[Row], object], field: str
) -> None:
    small.change_vocabulary("themes", change)
    report = await load(empty_catalog_database, small.path)
    assert report.errors[0].file == "vocabularies"
    assert report.errors[0].field.startswith("themes.json: ")
    assert str(report.errors[0]).startswith("vocabularies:")
    assert field in report.errors[0].field
    assert await count_of(empty_catalog_database, "vocabulary") == 0


async def test_every_error_is_named_not_only_the_first(empty_catalog_database: str, small: Folder) -> None:
    small.change("initiatives", 1, start_year="2020", url="nowhere")
    small.change("initiatives", 3, territory="atlantis")
    small.change("networks", 2, start_year=3)
    found = [(error.file, error.line, error.field) for error in (await load(empty_catalog_database, small.path)).errors]
    assert {
        ("initiatives.jsonl", 2, "start_year"),
        ("initiatives.jsonl", 2, "url"),
        ("initiatives.jsonl", 4, "territory"),
        ("networks.jsonl", 3, "start_year"),
    } <= set(found)


async def test_the_other_rows_are_loaded_when_wrong_ones_are_to_be_passed_over(
    empty_catalog_database: str, small: Folder
) -> None:
    url = empty_catalog_database
    small.change("initiatives", 1, start_year="2020")
    small.change("initiatives", 2, themes=["no_such_theme"])
    small.change("initiatives", 3, territory="atlantis")
    wrong = {row["slug"] for row in small.lines("initiatives")[1:4]}
    report = await load(url, small.path, skip_invalid=True)
    assert {(error.line, error.field) for error in report.errors} >= {
        (2, "start_year"),
        (3, "themes"),
        (4, "territory"),
    }
    async with connected(url) as connection:
        stored = {row["slug"] for row in await connection.fetch("select slug from initiative")}
    assert stored == {row["slug"] for row in small.lines("initiatives")} - wrong
    assert await count_of(url, "cooperation") == len(small.lines("cooperations"))

    right = {row["slug"]: row for row in Folder(DATA).lines("initiatives")}
    small.write("initiatives", [right[row["slug"]] for row in small.lines("initiatives")])
    report = await load(url, small.path)
    assert report.errors == []
    assert report.counts["initiatives.jsonl"]["new"] == 3


async def test_a_code_that_a_record_cannot_be_without_needs_a_term(empty_catalog_database: str, small: Folder) -> None:
    rows = small.lines("crosswalk")
    for row in rows:
        if (row["vocabulary"], row["code"]) == ("territory_kinds", "metropole"):
            row |= {"target": None, "relation": None, "note": "none"}
    small.write("crosswalk", rows)
    error = (await load(empty_catalog_database, small.path)).errors[0]
    assert (error.file, error.field) == ("territories.jsonl", "kind")


async def test_a_wrong_file_leaves_what_was_loaded_before(empty_catalog_database: str, small: Folder) -> None:
    url = empty_catalog_database
    await load(url, small.path)
    before = await contents(url)
    small.change("territories", 0, population=1)
    small.change("territories", 1, lat=91)
    assert len((await load(url, small.path)).errors) == 1
    assert await contents(url) == before


@pytest.mark.parametrize("skip_invalid", [False, True])
async def test_a_wrong_territory_changes_no_other_record_and_the_good_file_mends_all(
    empty_catalog_database: str, small: Folder, skip_invalid: bool
) -> None:
    url = empty_catalog_database
    await load(url, small.path)
    async with connected(url) as connection:
        before = await connection.fetchval("select count(*) from change")
        titles = await connection.fetch("select slug, title from cooperation order by slug")
    assert titles
    good = small.lines("territories")
    small.change("territories", 0, lat=99.0)
    broken = await load(url, small.path, skip_invalid=skip_invalid)
    assert [error.field for error in broken.errors] == ["lat"]
    async with connected(url) as connection:
        assert await connection.fetchval("select count(*) from change") == before
        assert await connection.fetch("select slug, title from cooperation order by slug") == titles
    small.write("territories", good)
    again = await load(url, small.path)
    assert again.errors == []
    assert not again.up_to_date, "after a load with errors nothing may be taken for granted"


@pytest.mark.parametrize(
    ("name", "changes", "field"),
    [
        ("territories", {"country_code": "ZZ"}, "country_code"),
        ("territories", {"country_code": "EU"}, "country_code"),
        ("initiatives", {"summary_lang": "xx"}, "summary_lang"),
        ("translations", {"lang": "xx"}, "lang"),
    ],
)
async def test_a_code_of_no_country_and_no_language_is_refused(
    empty_catalog_database: str, small: Folder, name: str, changes: dict[str, str], field: str
) -> None:
    small.change(name, 0, **changes)
    report = await load(empty_catalog_database, small.path)
    assert (f"{name}.jsonl", 1, field) in {(error.file, error.line, error.field) for error in report.errors}
