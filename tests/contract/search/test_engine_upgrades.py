"""An index that an earlier release wrote answers until this one has built it anew beside it."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from services.common.geo import BoundingBox
from services.search.engines.port import Engine, EngineError, Filter, Query
from services.search.query import content_words
from tests.contract.search.conftest import ENGINES
from tests.contract.search.earlier_release import earlier_release
from tests.contract.search.opened import opened
from tests.contract.search.real_records import metadata, real_documents, vocabularies

FRANCE_AND_AROUND = Query(bbox=BoundingBox(-5.5, 41, 10, 51.5), limit=1000)
FEW = 60


@pytest.fixture(params=ENGINES)
async def outdated(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Engine]:
    """Each engine in turn, opened on an index of the release before."""
    uid = f"test_{uuid4().hex}"
    with earlier_release(monkeypatch):
        async with opened(request.param, tmp_path, uid, kept=True) as before, before.rebuild() as aside:
            await aside.add(real_documents()[:FEW])
            await aside.finish(metadata("old"))
    async with opened(request.param, tmp_path, uid) as now:
        yield now


async def in_france(engine: Engine) -> set[str]:
    return {hit.card["slug"] for hit in (await engine.search(FRANCE_AND_AROUND)).hits}


async def test_an_outdated_index_answers_and_says_that_it_is_one(outdated: Engine) -> None:
    kept = await outdated.metadata()
    assert kept is not None
    assert kept.outdated
    assert kept.cursor == "old"
    assert kept.vocabularies == vocabularies()
    assert await outdated.count() == FEW
    found = await outdated.search(Query(filters=[Filter("country", ["FR"])], facets=["theme"], limit=1))
    assert found.total == sum(document.facets["country"] == ["FR"] for document in real_documents()[:FEW])
    assert found.facets["theme"]
    assert (await outdated.search(Query(words=content_words("cantine")))).hits
    newest = max(real_documents()[:FEW], key=lambda document: document.recency)
    assert (await outdated.search(Query(limit=1))).hits[0].card["id"] == newest.id
    assert await outdated.versions([newest.id]) == {newest.id: 1}
    assert await outdated.cards_of([newest.territory_id])


async def test_an_outdated_index_refuses_a_box_instead_of_finding_nothing(outdated: Engine) -> None:
    with pytest.raises(EngineError):
        await outdated.search(FRANCE_AND_AROUND)


async def test_an_outdated_index_answers_until_the_new_one_is_whole(outdated: Engine) -> None:
    async with outdated.rebuild() as aside:
        await aside.add(real_documents()[:FEW])
        assert await outdated.count() == FEW
        assert (await outdated.search(Query(words=content_words("cantine")))).hits
        await aside.finish(metadata("new"))
    kept = await outdated.metadata()
    assert kept is not None
    assert (kept.cursor, kept.outdated) == ("new", False)
    assert await in_france(outdated)
    document = real_documents()[FEW]
    await outdated.apply([document], [], "newer")
    assert await outdated.count() == FEW + 1


async def build_half(engine: Engine) -> None:
    async with engine.rebuild() as aside:
        await aside.add(real_documents()[:1])
        raise ConnectionResetError


async def test_a_rebuild_that_breaks_off_leaves_the_outdated_index(outdated: Engine) -> None:
    with pytest.raises(ConnectionResetError):
        await build_half(outdated)
    kept = await outdated.metadata()
    assert kept is not None
    assert kept.outdated
    assert await outdated.count() == FEW
