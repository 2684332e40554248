"""The catalog's change feed and snapshot over HTTP."""

import asyncio
import json
from collections import Counter
from typing import Any

import httpx

from services.catalog.app import create_app
from services.catalog.settings import CatalogSettings
from services.common.feed.position import Position, parse_cursor
from services.common.feed.routes import event_stream
from services.common.ids import new_id
from tests.conftest import DATA, CopyDatabase, running
from tests.integration.catalog.data_folder import NEWER, Folder

PATCH = {"Content-Type": "application/merge-patch+json"}


async def retitle(catalog: httpx.AsyncClient, as_admin: dict[str, str], slug: str, title: str) -> None:
    address = f"/catalog/v1/initiatives/{slug}"
    etag = (await catalog.get(address)).headers["etag"]
    answer = await catalog.patch(address, json={"title": {"fr": title}}, headers=as_admin | PATCH | {"If-Match": etag})
    assert answer.status_code == 200, answer.text


async def read_all(catalog: httpx.AsyncClient, since: str | None = None) -> tuple[list[dict[str, Any]], str]:
    changes: list[dict[str, Any]] = []
    more = True
    while more:
        parameters = {"limit": "1000", "include": "data"} | ({"since": since} if since else {})
        page = (await catalog.get("/catalog/v1/changes", params=parameters)).json()
        changes, since, more = changes + page["items"], page["next"], page["has_more"]
    assert since
    return changes, since


async def snapshot(catalog: httpx.AsyncClient) -> tuple[str, dict[str, dict[str, Any]]]:
    lines = [json.loads(line) for line in (await catalog.get("/catalog/v1/snapshot")).text.splitlines()]
    records = {line["id"]: line for line in lines[1:-1]}
    counts: dict[str, int] = {}
    for record in records.values():
        counts[record["type"]] = counts.get(record["type"], 0) + 1
    assert lines[-1]["counts"] == counts
    return lines[0]["cursor"], records


async def test_the_feed_tells_every_record_once_and_ends_where_new_changes_begin(
    catalog: httpx.AsyncClient, as_admin: dict[str, str]
) -> None:
    changes, end = await read_all(catalog)
    assert Counter(change["type"] for change in changes) == {
        "vocabulary.changed": len(list((DATA / "vocabularies").glob("*.json"))),
        "territory.created": 953,
        "initiative.created": 1280,
        "cooperation.created": 211,
        "network.created": 17,
        **{f"{kind}.created": len(Folder(DATA).lines(file)) for kind, file in NEWER.items()},
    }
    assert len({change["subject"]["id"] for change in changes}) == len(changes)
    assert all(change["data"]["id"] == change["subject"]["id"] for change in changes)
    assert (await read_all(catalog, end))[0] == []
    await retitle(catalog, as_admin, "tav-lyon", "Un autre titre")
    [change] = (await read_all(catalog, end))[0]
    assert change["data"]["title"]["fr"]["text"] == "Un autre titre"


async def test_a_full_page_never_changes(catalog: httpx.AsyncClient, as_admin: dict[str, str]) -> None:
    before = (await catalog.get("/catalog/v1/changes?limit=50")).content
    await retitle(catalog, as_admin, "tav-lyon", "Un autre titre")
    assert (await catalog.get("/catalog/v1/changes?limit=50")).content == before


async def test_types_choose_and_the_cursor_still_moves_past_the_others(catalog: httpx.AsyncClient) -> None:
    page = (await catalog.get("/catalog/v1/changes?types=cooperation.created&limit=1000")).json()
    assert {change["type"] for change in page["items"]} <= {"cooperation.created"}
    found = list(page["items"])
    while page["has_more"]:
        page = (
            await catalog.get(f"/catalog/v1/changes?types=cooperation.created&limit=1000&since={page['next']}")
        ).json()
        found += page["items"]
    assert len(found) == 211


async def test_who_waits_is_woken_by_a_change(catalog: httpx.AsyncClient, as_admin: dict[str, str]) -> None:
    end = (await catalog.get("/catalog/v1/changes/status")).json()["head"]
    waiting = asyncio.create_task(catalog.get(f"/catalog/v1/changes?since={end}&wait=30", timeout=40))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    await retitle(catalog, as_admin, "tav-lyon", "Un autre titre")
    answer = await asyncio.wait_for(waiting, 10)
    assert [change["type"] for change in answer.json()["items"]] == ["initiative.updated"]


async def test_who_waits_in_vain_gets_an_empty_page_to_go_on_from(catalog: httpx.AsyncClient) -> None:
    end = (await catalog.get("/catalog/v1/changes/status")).json()["head"]
    page = (await catalog.get(f"/catalog/v1/changes?since={end}&wait=0.2")).json()
    assert page == {"items": [], "next": end, "has_more": False}


async def test_a_cursor_from_before_a_restored_backup_is_refused(
    backup_of: CopyDatabase, catalog_database: str, as_admin: dict[str, str]
) -> None:
    """The backup is taken, the catalog goes on, the backup comes back: then it goes on otherwise."""
    backup = backup_of(catalog_database)
    async with running(create_app(CatalogSettings(database_url=catalog_database))) as catalog:
        await retitle(catalog, as_admin, "tav-lyon", "Avant la panne")
        cursor = (await catalog.get("/catalog/v1/changes/status")).json()["head"]
    async with running(create_app(CatalogSettings(database_url=backup))) as restored:
        for title in (None, "Après la panne"):
            if title:
                await retitle(restored, as_admin, "tav-lyon", title)
            answer = await restored.get(f"/catalog/v1/changes?since={cursor}")
            assert answer.status_code == 410
            assert answer.json()["snapshot"] == "/catalog/v1/snapshot"
            assert "/catalog/v1/snapshot" in answer.headers["Link"]


async def test_forged_and_foreign_cursors_are_refused(catalog: httpx.AsyncClient, empty_catalog_database: str) -> None:
    position = parse_cursor((await catalog.get("/catalog/v1/changes?limit=5")).json()["next"])
    forged = [
        Position(position.seq, position.ordinal, new_id()),
        Position(position.seq + 1000, 1, position.change_id),
        Position(position.seq, position.ordinal + 1, position.change_id),
        Position(2**62, 1, position.change_id),
    ]
    for wrong in forged:
        assert (await catalog.get(f"/catalog/v1/changes?since={wrong.cursor()}")).status_code == 410
    async with running(create_app(CatalogSettings(database_url=empty_catalog_database))) as other:
        assert (await other.get(f"/catalog/v1/changes?since={position.cursor()}")).status_code == 410
    for nonsense in ("x", "é", "AAAA", "%00", "A" * 100):
        assert (await catalog.get(f"/catalog/v1/changes?since={nonsense}")).status_code == 400


async def test_snapshot_and_feed_together_are_the_database_while_others_write(
    catalog: httpx.AsyncClient, as_admin: dict[str, str]
) -> None:
    slugs = [item["slug"] for item in (await catalog.get("/catalog/v1/initiatives?limit=60")).json()["items"]]

    archived: list[int] = []

    async def write() -> None:
        for place, slug in enumerate(slugs):
            if place % 5 == 0:
                address = f"/catalog/v1/initiatives/{slug}"
                etag = (await catalog.get(address)).headers["etag"]
                gone = await catalog.delete(f"{address}?reason=Essai", headers=as_admin | {"If-Match": etag})
                assert gone.status_code in {204, 409}, gone.text  # 409: others name it
                archived.append(gone.status_code)
            else:
                await retitle(catalog, as_admin, slug, f"Titre {place}")

    writing = asyncio.create_task(write())
    await asyncio.sleep(0.1)
    cursor, copy = await snapshot(catalog)
    await writing
    assert archived.count(204) >= 6
    for change in (await read_all(catalog, cursor))[0]:
        if change["data"] is None:
            copy.pop(change["subject"]["id"], None)
        else:
            copy[change["subject"]["id"]] = change["data"] | {"data": change["data"]}
    _, truth = await snapshot(catalog)
    assert {key: record["version"] for key, record in copy.items()} == {
        key: record["version"] for key, record in truth.items()
    }
    assert {key: without_names(record["data"]) for key, record in copy.items()} == {
        key: without_names(record["data"]) for key, record in truth.items()
    }


def without_names(data: dict[str, Any]) -> dict[str, Any]:
    """A state without what the records are called that it names: their own changes tell that."""
    return data | {"references": {key: each["type"] for key, each in data.get("references", {}).items()}}


async def test_a_broken_download_of_the_snapshot_can_be_taken_up(catalog: httpx.AsyncClient) -> None:
    whole = await catalog.get("/catalog/v1/snapshot")
    etag = whole.headers["etag"]
    rest = await catalog.get("/catalog/v1/snapshot", headers={"Range": "bytes=1000-", "If-Range": etag})
    assert rest.status_code == 206
    assert whole.content[:1000] + rest.content == whole.content
    assert (await catalog.get("/catalog/v1/snapshot", headers={"If-None-Match": etag})).status_code == 304
    beyond = await catalog.get("/catalog/v1/snapshot", headers={"Range": "bytes=999999999-"})
    assert beyond.status_code == 416
    assert beyond.headers["content-type"] == "application/problem+json"


async def test_the_feed_streams_as_events(catalog_database: str, as_admin: dict[str, str]) -> None:
    app = create_app(CatalogSettings(database_url=catalog_database))
    async with running(app) as catalog:
        feed = app.state.feed
        position = parse_cursor((await catalog.get("/catalog/v1/changes/status")).json()["head"])
        events = event_stream(feed, position, frozenset(), include_data=False)
        first = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.1)
        await retitle(catalog, as_admin, "tav-lyon", "Un autre titre")
        event = (await asyncio.wait_for(first, 5)).decode()
    assert "event: initiative.updated\n" in event
    cursor = event.split("id: ")[1].split("\n")[0]
    assert parse_cursor(cursor).seq > position.seq


async def test_a_type_that_no_change_has_is_refused(catalog: httpx.AsyncClient) -> None:
    answer = await catalog.get("/catalog/v1/changes?types=initiative.udpated&wait=30")
    assert answer.status_code == 400
    assert "initiative.updated" in answer.json()["errors"][0]["detail"]
