"""Loading a data set: again, changed, wrong, and over what was edited here."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.catalog.app import create_app
from services.catalog.loading.loader import LoadReport, load
from services.catalog.settings import CatalogSettings
from tests.conftest import ADMIN_KEY, DATA, running

Row = dict[str, Any]
FILES = ("territories", "initiatives", "cooperations", "networks", "translations")


class Folder:
    """A data set folder to change."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self, name: str) -> list[Row]:
        return [json.loads(line) for line in (self.path / f"{name}.jsonl").read_text().splitlines()]

    def write(self, name: str, rows: list[Row]) -> None:
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (self.path / f"{name}.jsonl").write_text(text)

    def change(self, name: str, place: int, **changes: object) -> Row:
        rows = self.lines(name)
        rows[place] |= changes
        self.write(name, rows)
        return rows[place]

    def change_vocabulary(self, name: str, change: Callable[[Row], object]) -> None:
        path = self.path / "vocabularies" / f"{name}.json"
        vocabulary = json.loads(path.read_text())
        change(vocabulary)
        path.write_text(json.dumps(vocabulary))

    def raw(self, name: str, place: int, line: bytes) -> None:
        path = self.path / f"{name}.jsonl"
        lines = path.read_bytes().splitlines()
        lines[place] = line
        path.write_bytes(b"\n".join(lines) + b"\n")


@pytest.fixture
def small(tmp_path: Path) -> Folder:
    """A handful of the real rows that refer to one another, with every code and network."""
    path = tmp_path / "data"
    shutil.copytree(DATA, path)
    folder = Folder(path)
    places = {"montpellier", "fes", "lyon"}
    folder.write("territories", [row for row in folder.lines("territories") if row["slug"] in places])
    folder.write("initiatives", [row for row in folder.lines("initiatives") if row["territory"] in places][:6])
    kept = {row["slug"] for row in folder.lines("initiatives")}
    folder.write("translations", [row for row in folder.lines("translations") if row["slug"] in kept])
    both = [row for row in folder.lines("cooperations") if {row["a"], row["b"]} <= places | {None}]
    folder.write("cooperations", both[:3])
    return folder


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def contents(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that loading fills, as text."""
    tables = (
        "vocabulary vocabulary_term crosswalk territory territory_problem network network_membership initiative"
        " cooperation cooperation_party change change_batch"
    ).split()
    async with connected(url) as connection:
        return {
            table: [tuple(row) for row in await connection.fetch(f"select t::text from {table} t order by 1")]  # noqa: S608 - constants
            for table in tables
        }


async def changes_since(url: str, count: int) -> list[tuple[str, int]]:
    """Type and version of every change after the first `count`."""
    query = """select c.type, c.version from change c join change_batch b on b.id = c.batch_id
               order by b.seq, c.ordinal offset $1"""
    async with connected(url) as connection:
        return [(row["type"], row["version"]) for row in await connection.fetch(query, count)]


async def count_of(url: str, table: str) -> int:
    async with connected(url) as connection:
        return int(await connection.fetchval(f"select count(*) from {table}"))  # noqa: S608 - constant


async def forget_files(url: str) -> None:
    async with connected(url) as connection:
        await connection.execute("delete from loaded_file")


def unchanged(report: LoadReport) -> bool:
    return not any(counts["new"] or counts["changed"] or counts["edited"] for counts in report.counts.values())


async def test_the_real_data_set_is_there_whole(catalog_database: str) -> None:
    counts = {
        "territory": 953,
        "initiative": 1276,
        "cooperation": 211,
        "network": 17,
        "territory_problem": 970,
        "vocabulary": 10,
        "vocabulary_term": 128,
        "crosswalk": 90,
    }
    assert {table: await count_of(catalog_database, table) for table in counts} == counts
    async with connected(catalog_database) as connection:
        assert await connection.fetchval("select count(severity) from territory_problem") == 0
        for column in ("title", "summary"):
            query = f"select e.value ->> 'origin', count(*) from initiative, jsonb_each({column}) e group by 1"  # noqa: S608 - constants
            assert dict(await connection.fetch(query)) == {"original": 1276, "machine": 2826}


async def test_loading_the_same_again_changes_nothing(catalog_database: str) -> None:
    before = await contents(catalog_database)
    report = await load(catalog_database, DATA)
    assert report.up_to_date
    await forget_files(catalog_database)
    report = await load(catalog_database, DATA)
    assert not report.up_to_date
    assert unchanged(report)
    assert report.counts["territories.jsonl"]["unchanged"] == 953
    assert report.counts["initiatives.jsonl"]["unchanged"] == 1276
    assert (report.errors, report.edited) == ([], [])
    assert await contents(catalog_database) == before
    assert (await load(catalog_database, DATA)).up_to_date


async def test_no_code_of_the_data_set_is_dropped_silently(catalog_database: str) -> None:
    """Every code of every row is on its record by the crosswalk's target, or the crosswalk says why not."""
    folder = Folder(DATA)
    async with connected(catalog_database) as connection:
        crosswalk = {(row["vocabulary"], row["code"]): row for row in await connection.fetch("select * from crosswalk")}
        terms = {tuple(row) for row in await connection.fetch("select vocabulary, code from vocabulary_term")}
        initiatives = {row["slug"]: row for row in await connection.fetch("select * from initiative")}
        cooperations = {row["slug"]: row for row in await connection.fetch("select * from cooperation")}
        territories = {row["slug"]: row for row in await connection.fetch("select * from territory")}
        networks = {row["slug"]: row for row in await connection.fetch("select * from network")}
        problems: dict[str, list[asyncpg.Record]] = {}
        for row in await connection.fetch(
            "select t.slug, p.* from territory_problem p join territory t on t.id = p.territory_id order by position"
        ):
            problems.setdefault(row["slug"], []).append(row)

    def target(vocabulary: str, code: str | None) -> str | None:
        if code is None:
            return None
        row = crosswalk[vocabulary, code]
        if row["target"] is None:
            assert row["note"], (vocabulary, code)
            return None
        assert (vocabulary, row["target"]) in terms
        return str(row["target"])

    for row in folder.lines("initiatives"):
        record = initiatives[row["slug"]]
        assert set(record["themes"]) == {target("themes", code) for code in row["themes"]} - {None}
        assert record["carrier_sector"] == target("sectors", row["actor_type"])
        assert record["carrier_kind"] == target("actor_kinds", row["actor_type"])
        assert row["actor_type"] is None or record["carrier_sector"] or record["carrier_kind"]
        assert record["maturity"] == target("maturities", row["status"])
        assert record["mufpp_category"] == target("mufpp_categories", row["mufpp_category"])
    for row in folder.lines("cooperations"):
        record = cooperations[row["slug"]]
        assert set(record["themes"]) == {target("themes", code) for code in row["themes"]}
        assert record["stage"] == target("cooperation_stages", row["status"])
        devices = [device["device"] for device in json.loads(record["devices"])]
        assert devices == [code for code in [target("devices", row["device"])] if code]
    for row in folder.lines("territories"):
        assert territories[row["slug"]]["kind"] == target("territory_kinds", row["kind"])
        stated = problems.get(row["slug"], [])
        assert [problem["problem"] for problem in stated] == [target("problems", c["problem"]) for c in row["challenges"]]
        assert [problem["theme"] for problem in stated] == [target("themes", c["theme"]) for c in row["challenges"]]
    for row in folder.lines("networks"):
        assert networks[row["slug"]]["kind"] == target("network_kinds", row["kind"])


async def test_a_population_says_whose_it_is(catalog_database: str) -> None:
    async with connected(catalog_database) as connection:
        query = "select population_scope, count(*) from territory where population is not null group by 1"
        assert dict(await connection.fetch(query)) == {"territory": 7, "main_city": 96, "populated_place": 605}


@pytest.mark.parametrize(
    ("file", "changes", "kind"),
    [
        ("territories", {"population": 12345}, "territory"),
        ("territories", {"challenges": []}, "territory"),
        ("territories", {"networks": []}, "territory"),
        ("initiatives", {"title": "Un autre titre"}, "initiative"),
        ("initiatives", {"themes": ["food_waste"]}, "initiative"),
        ("translations", {"summary": "Another summary."}, "initiative"),
        ("cooperations", {"start_year": 1999}, "cooperation"),
        ("networks", {"kind": "national"}, "network"),
    ],
)
async def test_a_changed_row_changes_its_record_and_no_other(
    empty_catalog_database: str, small: Folder, file: str, changes: Row, kind: str
) -> None:
    url = empty_catalog_database
    assert (await load(url, small.path)).errors == []
    before, told = await contents(url), await count_of(url, "change")
    small.change(file, 0, **changes)
    report = await load(url, small.path)
    assert report.errors == []
    assert sum(counts["changed"] for counts in report.counts.values()) == 1
    assert await changes_since(url, told) == [(f"{kind}.updated", 2)]
    after = await contents(url)
    for table in ("territory", "initiative", "cooperation", "network"):
        assert len(set(before[table]) ^ set(after[table])) == (2 if table == kind else 0)
    assert after["vocabulary_term"] == before["vocabulary_term"]


async def test_a_changed_vocabulary_is_announced(empty_catalog_database: str, small: Folder) -> None:
    url = empty_catalog_database
    await load(url, small.path)
    before, told = await contents(url), await count_of(url, "change")
    small.change_vocabulary("themes", lambda themes: themes["terms"][0]["label"].update(en="Another label"))
    report = await load(url, small.path)
    assert report.counts["vocabularies"]["changed"] == 1
    assert await changes_since(url, told) == [("vocabulary.changed", 2)]
    after = await contents(url)
    assert len(set(before["vocabulary_term"]) ^ set(after["vocabulary_term"])) == 2
    assert after["territory"] == before["territory"]


async def test_new_rows_are_added_beside_the_others(empty_catalog_database: str, small: Folder) -> None:
    url = empty_catalog_database
    await load(url, small.path)
    told = await count_of(url, "change")
    rows = small.lines("initiatives")
    small.write("initiatives", [*rows, rows[0] | {"slug": "a-new-one"}])
    assert (await load(url, small.path)).counts["initiatives.jsonl"]["new"] == 1
    assert await changes_since(url, told) == [("initiative.created", 1)]


async def test_what_was_edited_here_stays_and_is_reported_when_its_row_changes(
    empty_catalog_database: str, small: Folder, as_admin: dict[str, str]
) -> None:
    url = empty_catalog_database
    await load(url, small.path)
    slug = small.lines("initiatives")[0]["slug"]
    address = f"/catalog/v1/initiatives/{slug}"
    async with running(create_app(CatalogSettings(database_url=url, admin_key=ADMIN_KEY))) as catalog:
        etag = (await catalog.get(address)).headers["etag"]
        headers = as_admin | {"If-Match": etag, "Content-Type": "application/merge-patch+json"}
        edited = await catalog.patch(address, json={"title": {"fr": "Édité ici"}}, headers=headers)
        assert edited.status_code == 200, edited.text
        before = await contents(url)

        await forget_files(url)
        report = await load(url, small.path)
        assert (report.edited, unchanged(report)) == ([], True)

        small.change("initiatives", 0, title="Changé dans le fichier")
        for _ in range(2):
            report = await load(url, small.path)
            assert report.edited == [f"initiative/{slug}"]
            assert report.counts["initiatives.jsonl"]["edited"] == 1
        assert await contents(url) == before
        assert (await catalog.get(f"{address}?lang=fr")).json()["title"]["text"] == "Édité ici"


async def test_an_archived_record_does_not_come_back(
    empty_catalog_database: str, small: Folder, as_admin: dict[str, str]
) -> None:
    url = empty_catalog_database
    await load(url, small.path)
    address = f"/catalog/v1/initiatives/{small.lines('initiatives')[0]['slug']}"
    async with running(create_app(CatalogSettings(database_url=url, admin_key=ADMIN_KEY))) as catalog:
        etag = (await catalog.get(address)).headers["etag"]
        await catalog.delete(f"{address}?reason=Doublon", headers=as_admin | {"If-Match": etag})
        await forget_files(url)
        await load(url, small.path)
        assert (await catalog.get(address)).status_code == 410


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
        ("territories", 1, {"networks": ["no-such-network"]}, "networks"),
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
    assert {(error.line, error.field) for error in report.errors} >= {(2, "start_year"), (3, "themes"), (4, "territory")}
    async with connected(url) as connection:
        stored = {row["slug"] for row in await connection.fetch("select slug from initiative")}
    assert stored == {row["slug"] for row in small.lines("initiatives")} - wrong
    assert await count_of(url, "cooperation") == len(small.lines("cooperations"))

    right = {row["slug"]: row for row in Folder(DATA).lines("initiatives")}
    small.write("initiatives", [right[row["slug"]] for row in small.lines("initiatives")])
    report = await load(url, small.path)
    assert report.errors == []
    assert report.counts["initiatives.jsonl"]["new"] == 3


async def test_a_code_that_a_record_cannot_be_without_needs_a_term(
    empty_catalog_database: str, small: Folder
) -> None:
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


async def test_a_crosswalk_says_what_its_file_says_and_no_more(empty_catalog_database: str, small: Folder) -> None:
    url = empty_catalog_database
    await load(url, small.path)
    rows = small.lines("crosswalk")
    used = {row["actor_type"] for row in small.lines("initiatives")}
    spare = next(row for row in rows if row["vocabulary"] == "sectors" and row["code"] not in used)
    small.write("crosswalk", [row for row in rows if row != spare])
    assert (await load(url, small.path)).errors == []
    async with connected(url) as connection:
        query = "select count(*) from crosswalk where vocabulary = 'sectors' and code = $1"
        assert await connection.fetchval(query, spare["code"]) == 0
    assert await count_of(url, "crosswalk") == len(rows) - 1


async def test_progress_goes_up_to_the_last_row_of_each_file(empty_catalog_database: str, small: Folder) -> None:
    small.change("initiatives", 5, mufpp_category="seventh")
    steps: dict[str, list[tuple[int, int]]] = {}

    def progress(file: str, done: int, total: int) -> None:
        steps.setdefault(file, []).append((done, total))

    await load(empty_catalog_database, small.path, progress)
    assert {file: found[-1] for file, found in steps.items()} == {
        f"{name}.jsonl": (len(small.lines(name)),) * 2 for name in FILES if name != "translations"
    }
    for found in steps.values():
        assert found == sorted(found)


async def test_progress_of_a_long_file_is_told_on_the_way(empty_catalog_database: str) -> None:
    steps: list[int] = []

    def progress(file: str, done: int, total: int) -> None:
        if file == "initiatives.jsonl":
            assert total == 1276
            steps.append(done)

    await load(empty_catalog_database, DATA, progress)
    assert len(steps) > 5
    assert steps[-1] == 1276


async def test_a_folder_that_is_not_there_is_an_error(empty_catalog_database: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await load(empty_catalog_database, tmp_path / "nowhere")
    assert await count_of(empty_catalog_database, "territory") == 0


async def test_of_two_loads_at_once_each_row_is_there_once(empty_catalog_database: str, small: Folder) -> None:
    url = empty_catalog_database
    await asyncio.gather(load(url, small.path), load(url, small.path), return_exceptions=True)
    assert (await load(url, small.path)).errors == []
    assert await count_of(url, "initiative") == len(small.lines("initiatives"))
