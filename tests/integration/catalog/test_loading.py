"""Loading a data set: whole, again, changed, and over what was edited here."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import pytest

from services.catalog.app import create_app
from services.catalog.editing.staleness.reminder import ReviewReminder
from services.catalog.loading import loader, store
from services.catalog.loading.loader import load
from services.catalog.records.kinds import Kind
from services.catalog.settings import CatalogSettings
from services.common.database import Database
from tests.conftest import DATA, running
from tests.contract.common.new_records import new_record
from tests.integration.catalog.data_folder import (
    MAIN,
    NEWER,
    Folder,
    Row,
    changes_since,
    connected,
    contents,
    count_of,
    forget_files,
    unchanged,
)


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


async def test_a_review_that_fell_due_is_no_edit_and_falls_due_again_after_the_row_has_changed(
    empty_catalog_database: str, small: Folder
) -> None:
    url = empty_catalog_database
    await load(url, small.path)
    slug = small.lines("initiatives")[0]["slug"]
    database = Database(url, pool_size=2)
    await database.open()
    try:
        for title in ("Corrigé une fois", "Corrigé encore"):
            overdue = "update initiative set review_due = current_date - 1 where slug = $1"
            assert await database.pool.execute(overdue, slug) == "UPDATE 1"
            assert await ReviewReminder(database, 600).tell() == 1
            small.change("initiatives", 0, title=title)
            assert (await load(url, small.path)).edited == []
            row = await database.pool.fetchrow("select title, review_told from initiative where slug = $1", slug)
            assert row is not None
            assert title in row["title"]
            assert row["review_told"] is False
    finally:
        await database.close()


async def test_a_row_that_changes_a_record_from_before_revisions_keeps_what_it_said(
    empty_catalog_database: str, small: Folder
) -> None:
    url = empty_catalog_database
    await load(url, small.path)
    row = small.lines("initiatives")[0]
    connection = await asyncpg.connect(url)
    await connection.execute("delete from revision")
    small.change("initiatives", 0, title="Corrigé")
    assert (await load(url, small.path)).edited == []
    query = "select version, action, document ->> 'title' as said from revision order by version"
    kept = [tuple(each) for each in await connection.fetch(query)]
    await connection.close()
    assert [(version, action) for version, action, _ in kept] == [(1, "unrecorded"), (2, "changed")]
    assert row["title"] in kept[0][2]
    assert "Corrigé" in kept[1][2]


async def test_what_was_edited_here_stays_and_is_reported_when_its_row_changes(
    empty_catalog_database: str, small: Folder, as_admin: dict[str, str]
) -> None:
    url = empty_catalog_database
    await load(url, small.path)
    slug = small.lines("initiatives")[0]["slug"]
    address = f"/catalog/v1/initiatives/{slug}"
    async with running(create_app(CatalogSettings(database_url=url))) as catalog:
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
    async with running(create_app(CatalogSettings(database_url=url))) as catalog:
        etag = (await catalog.get(address)).headers["etag"]
        await catalog.delete(f"{address}?reason=Doublon", headers=as_admin | {"If-Match": etag})
        await forget_files(url)
        await load(url, small.path)
        assert (await catalog.get(address)).status_code == 410


async def test_a_renamed_record_stays_the_one_that_its_row_means(
    empty_catalog_database: str, small: Folder, as_admin: dict[str, str]
) -> None:
    url = empty_catalog_database
    await load(url, small.path)
    counted = {table: await count_of(url, table) for table in ("initiative", "territory", "cooperation")}
    async with connected(url) as connection:
        titles = await connection.fetch("select slug, title from cooperation order by slug")
    first = small.lines("initiatives")[0]["slug"]
    async with running(create_app(CatalogSettings(database_url=url))) as catalog:
        headers = as_admin | {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
        for address, slug in ((f"initiatives/{first}", "renamed-initiative"), ("territories/fes", "fas")):
            renamed = await catalog.patch(f"/catalog/v1/{address}", json={"slug": slug}, headers=headers)
            assert renamed.status_code == 200, renamed.text
        for changes, edited in (({}, []), ({"title": "Autre titre"}, [f"initiative/{first}"])):
            await forget_files(url)
            small.change("initiatives", 0, **changes)
            report = await load(url, small.path)
            assert (report.errors, report.edited) == ([], edited)
            assert {table: await count_of(url, table) for table in counted} == counted
        async with connected(url) as connection:
            assert await connection.fetch("select slug, title from cooperation order by slug") == titles
        assert (await catalog.get(f"/catalog/v1/initiatives/{first}")).status_code == 308


async def test_a_row_whose_slug_was_released_changes_no_record_that_has_it_now(
    empty_catalog_database: str, small: Folder, as_admin: dict[str, str]
) -> None:
    url = empty_catalog_database
    await load(url, small.path)
    row = small.lines("initiatives")[0]
    address = f"/catalog/v1/initiatives/{row['slug']}"
    async with running(create_app(CatalogSettings(database_url=url))) as catalog:
        gone = await catalog.delete(f"{address}?reason=Essai", headers=as_admin | {"If-Match": "*"})
        assert gone.status_code == 204, gone.text
        slug = {"collection": "initiatives", "slug": row["slug"]}
        assert (await catalog.post("/catalog/v1/slugs/release", json=slug, headers=as_admin)).status_code == 204
        small.change("initiatives", 0, title="Autre titre")
        assert (await load(url, small.path)).edited == [f"initiative/{row['slug']}"]
        assert (await catalog.get(address)).status_code == 404
        body = new_record("initiative", 1, slug=row["slug"])
        assert (await catalog.post("/catalog/v1/initiatives", json=body, headers=as_admin)).status_code == 201
        small.change("initiatives", 0, title="Encore un autre")
        assert (await load(url, small.path)).edited == [f"initiative/{row['slug']}"]
        assert (await catalog.get(f"{address}?lang=fr")).json()["title"]["text"] == "À l'essai"


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
        f"{name}.jsonl": (len(small.lines(name)),) * 2
        for name in (*MAIN.values(), *NEWER.values())
        if small.lines(name)
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
    assert steps == [500, 1000, 1276]


async def test_a_folder_that_is_not_there_is_an_error(empty_catalog_database: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await load(empty_catalog_database, tmp_path / "nowhere")
    assert await count_of(empty_catalog_database, "territory") == 0


async def test_of_two_loads_at_once_each_row_is_there_once(empty_catalog_database: str, small: Folder) -> None:
    url = empty_catalog_database
    await asyncio.gather(load(url, small.path), load(url, small.path), return_exceptions=True)
    assert (await load(url, small.path)).errors == []
    assert await count_of(url, "initiative") == len(small.lines("initiatives"))


async def test_an_edit_made_while_the_loader_works_is_not_overwritten(
    catalog_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    path = folder / "initiatives.jsonl"
    path.write_text(path.read_text().replace('"Territoires à VivreS Lyon"', '"Autre titre"', 1))
    known = store._known

    async def known_and_then_edited(
        connection: asyncpg.Connection, kind: Kind, slugs: Sequence[str]
    ) -> dict[str, store.Known]:
        found = await known(connection, kind, slugs)
        if "tav-lyon" in slugs:
            other = await asyncpg.connect(catalog_database)
            await other.execute("update initiative set version = version + 1, url = 'x' where slug = 'tav-lyon'")
            await other.close()
        return found

    monkeypatch.setattr(store, "_known", known_and_then_edited)
    report = await load(catalog_database, folder)
    assert report.edited == ["initiative/tav-lyon"]
    connection = await asyncpg.connect(catalog_database)
    row = await connection.fetchrow("select url, version, title::text as title from initiative where slug = 'tav-lyon'")
    await connection.close()
    assert row is not None
    assert (row["url"], row["version"]) == ("x", 2)
    assert "Autre titre" not in row["title"]


async def test_records_are_listed_in_the_order_of_their_file(empty_catalog_database: str, small: Folder) -> None:
    await load(empty_catalog_database, small.path)
    connection = await asyncpg.connect(empty_catalog_database)
    stored = [row["slug"] for row in await connection.fetch("select slug from initiative order by id")]
    await connection.close()
    rows = [row["slug"] for row in small.lines("initiatives")]
    assert [slug for slug in stored if slug in rows] == rows


async def test_a_load_holds_a_part_of_a_large_file_only(
    empty_catalog_database: str, small: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "BATCH", 7)
    rows = small.lines("initiatives")
    lengths: list[int] = []
    add = store.Storing.add

    async def watched(storing: store.Storing, found: Sequence[store.Loaded]) -> None:
        lengths.append(len(found))
        await add(storing, found)

    monkeypatch.setattr(store.Storing, "add", watched)
    report = await load(empty_catalog_database, small.path)
    assert report.errors == []
    assert max(lengths) == 7
    assert await count_of(empty_catalog_database, "initiative") >= len(rows)
    assert report.counts["initiatives.jsonl"]["new"] == len(rows)
    async with connected(empty_catalog_database) as connection:
        ordinals = "select max(ordinal) = count(*) from change where kind = 'initiative' group by batch_id"
        assert all(row[0] for row in await connection.fetch(ordinals)), "one batch of the feed for each file"
