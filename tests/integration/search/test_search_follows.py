import asyncio
from pathlib import Path

import pytest

from services.search import service as search_service
from tests.contract.search.earlier_release import earlier_release
from tests.contract.search.real_records import initiative_states, territory_states
from tests.integration.search.running import RunningSearch, running
from tests.integration.search.stub_catalog import StubCatalog


def titled(slug: str, version: int, title: str) -> dict[str, object]:
    text = {"fr": {"text": title, "origin": "original"}}
    return {**initiative_states()[slug], "version": version, "title": text}


async def test_a_changed_title_is_found_and_the_old_one_is_not(search: RunningSearch, catalog: StubCatalog) -> None:
    catalog.put("initiative", titled("tav-lyon", 2, "Zymotechnie partagée"))
    await search.caught_up(catalog)
    assert await search.slugs("zymotechnie") == {"tav-lyon"}


async def test_what_is_archived_is_not_found_any_more(search: RunningSearch, catalog: StubCatalog) -> None:
    before = (await search.find(limit=0))["total"]
    catalog.archive("initiative", str(initiative_states()["tav-lyon"]["id"]))
    await search.caught_up(catalog)
    assert (await search.find(limit=0))["total"] == before - 1
    assert "tav-lyon" not in await search.slugs("territoires vivres lyon")


async def test_a_renamed_territory_reaches_all_of_its_initiatives(search: RunningSearch, catalog: StubCatalog) -> None:
    state = territory_states()["montpellier"]
    of_montpellier = await search.slugs(territory="montpellier")
    assert len(of_montpellier) > 5
    name = {**state["name"], "fr": {"text": "Zymopolis", "origin": "human"}}
    catalog.put("territory", {**state, "slug": "zymopolis", "version": 2, "name": name})
    await search.caught_up(catalog)
    assert await search.slugs("zymopolis") == of_montpellier
    assert await search.slugs(territory="zymopolis") == of_montpellier
    assert await search.slugs(territory="montpellier") == set()
    shown = (await search.find("zymopolis", lang="fr", limit=1))["items"][0]["territory"]
    assert shown["name"]["text"] == "Zymopolis"


async def test_a_changed_label_rebuilds_the_index(
    search: RunningSearch, catalog: StubCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_service, "LABELS_KEPT_S", 0)
    catalog.relabel("themes", "fisheries", "fr", "Zymopêche")
    await search.caught_up(catalog)
    assert catalog.snapshots == 2
    answer = await search.find("zymopeche", lang="fr", facets="theme")
    assert answer["recognised_themes"] == [{"code": "fisheries", "label": "Zymopêche", "lang": "fr"}]
    assert {"code": "fisheries", "label": "Zymopêche", "lang": "fr", "count": answer["total"]} in answer["facets"][
        "theme"
    ]


async def test_an_older_version_than_the_indexed_one_is_passed_over(
    search: RunningSearch, catalog: StubCatalog
) -> None:
    catalog.put("initiative", titled("tav-lyon", 5, "Zymotechnie partagée"))
    await search.caught_up(catalog)
    subject = str(initiative_states()["tav-lyon"]["id"])
    catalog.put("initiative", titled("tav-lyon", 4, "Autre chose"))
    await search.caught_up(catalog)
    assert await search.slugs("zymotechnie") == {"tav-lyon"}
    catalog.states.pop(("initiative", subject))
    catalog.changes.append(("initiative.archived", subject, 3))
    catalog.put("initiative", titled("pole-logistique-mutualise-lyon", 2, "Un réveil"))
    await search.caught_up(catalog)
    assert await search.slugs("zymotechnie") == {"tav-lyon"}


async def test_a_restart_goes_on_from_the_kept_cursor(catalog: StubCatalog, tmp_path: Path) -> None:
    async with running(catalog, tmp_path / "index") as first:
        await first.caught_up(catalog)
    catalog.put("initiative", titled("tav-lyon", 2, "Zymotechnie partagée"))
    async with running(catalog, tmp_path / "index") as second:
        await second.caught_up(catalog)
        assert await second.slugs("zymotechnie") == {"tav-lyon"}
    assert catalog.snapshots == 1


async def test_a_refused_cursor_rebuilds_the_index(catalog: StubCatalog, tmp_path: Path) -> None:
    async with running(catalog, tmp_path / "index") as first:
        await first.caught_up(catalog)
    catalog.put("initiative", titled("tav-lyon", 2, "Zymotechnie partagée"))
    catalog.known_from = len(catalog.changes)
    async with running(catalog, tmp_path / "index") as second:
        await second.app.state.follower.caught_up()
        assert await second.slugs("zymotechnie") == {"tav-lyon"}
    assert catalog.snapshots == 2


async def test_a_snapshot_that_breaks_off_leaves_the_old_index(search: RunningSearch, catalog: StubCatalog) -> None:
    before = (await search.find(limit=0))["total"]
    catalog.breaks_off = True
    catalog.states.clear()
    search.app.state.follower.rebuild()
    catalog._change("network", "updated", "any", 1)
    for _ in range(200):
        status = (await search.get("status")).json()
        if status["last_error"]:
            break
        await asyncio.sleep(0.02)
    assert "SnapshotIncomplete" in status["last_error"]
    assert (await search.find(limit=0))["total"] == before


async def test_search_answers_while_the_catalog_is_down(catalog: StubCatalog, tmp_path: Path) -> None:
    async with running(catalog, tmp_path / "index") as first:
        await first.caught_up(catalog)
    catalog.down = True
    async with running(catalog, tmp_path / "index") as second:
        assert (await second.find("gaspillage alimentaire", facets="theme", lang="fr"))["total"] > 100
        status = (await second.get("status")).json()
        assert status["behind"] is None
        assert "503" in status["last_error"]
        assert (await second.client.get("/search/health/ready")).status_code == 200


async def test_an_index_of_the_release_before_answers_until_it_is_built_anew(
    catalog: StubCatalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with earlier_release(monkeypatch):
        async with running(catalog, tmp_path / "index") as before:
            await before.caught_up(catalog)
    france = "-5.5,41,10,51.5"
    catalog.down = True
    async with running(catalog, tmp_path / "index") as now:
        assert (await now.find("gaspillage alimentaire", facets="theme"))["total"] > 100
        assert (await now.client.get("/search/health/ready")).status_code == 200
        status = (await now.get("status")).json()
        assert (status["documents"], status["cursor"]) == (len(initiative_states()), None)
        refused = await now.get("initiatives", bbox=france)
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        catalog.down = False
        await now.caught_up(catalog)
        assert await now.slugs(bbox=france)
    assert catalog.snapshots == 2


async def test_before_the_first_build_there_is_no_empty_answer(catalog: StubCatalog, tmp_path: Path) -> None:
    async with running(catalog, tmp_path / "index", follow=False) as search:
        answer = await search.get("initiatives", q="cantine", lang="fr")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "1"
        assert answer.json()["type"] == "/problems/unavailable"
        ready = await search.client.get("/search/health/ready")
        assert ready.status_code == 503
        status = (await search.get("status")).json()
        assert (status["documents"], status["cursor"], status["following"]) == (0, None, False)


async def test_another_process_reads_what_the_writer_writes(catalog: StubCatalog, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    async with running(catalog, folder) as writer, running(catalog, folder, follow=False) as reader:
        await writer.caught_up(catalog)
        assert await reader.slugs("montpellier") == await writer.slugs("montpellier")
        catalog.put("initiative", titled("tav-lyon", 2, "Zymotechnie partagée"))
        await writer.caught_up(catalog)
        assert await reader.slugs("zymotechnie") == {"tav-lyon"}
        writer.app.state.follower.rebuild()
        catalog.put("initiative", titled("tav-lyon", 3, "Autre nom"))
        await writer.caught_up(catalog)
        await writer.caught_up(catalog)
        assert await reader.slugs("zymotechnie") == set()


async def test_the_status_says_how_the_index_stands(search: RunningSearch, catalog: StubCatalog) -> None:
    status = (await search.get("status")).json()
    assert status == {
        "engine": "embedded",
        "documents": len(initiative_states()),
        "cursor": str(len(catalog.changes)),
        "behind": 0,
        "seconds": 0,
        "following": True,
        "last_error": None,
    }
