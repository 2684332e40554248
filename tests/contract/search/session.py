"""One life of the Meilisearch adapter, from an empty server on: what is recorded, and replayed strictly."""

import json
from functools import cache
from pathlib import Path

from services.common.geo import BoundingBox
from services.search.documents import build_document, territory_ref
from services.search.engines.meilisearch import MeilisearchEngine
from services.search.engines.port import Document, Filter, Metadata, Query
from services.search.query import content_words, understand
from services.search.vocabularies import Vocabularies

KEY = "recording-master-key-0123456789"
STATES = json.loads((Path(__file__).parent / "exchanges" / "session_states.json").read_text(encoding="utf-8"))
"""Four initiatives and two themes of the data set as they were when the session was recorded."""


@cache
def few_vocabularies() -> Vocabularies:
    """Enough to see labels travel."""
    return Vocabularies.from_states(STATES["vocabularies"])


@cache
def documents() -> tuple[Document, ...]:
    """Dijon, Grenoble, Fès, Lyon."""
    return tuple(build_document(state, few_vocabularies()) for state in STATES["initiatives"])


async def slugs(engine: MeilisearchEngine, query: Query) -> list[str]:
    return sorted(hit.card["slug"] for hit in (await engine.search(query)).hits)


async def live(url: str) -> None:
    """Open, build, search, change, rename, break off a rebuild, open again; asserts what each step comes to."""
    engine = MeilisearchEngine(url, KEY, "initiatives")
    await engine.open()
    assert await engine.metadata() is None
    dijon, grenoble, fes, lyon = documents()
    async with engine.rebuild() as aside:
        await aside.add([dijon, grenoble, fes])
        await aside.finish(Metadata("first", few_vocabularies()))
    await _search(engine)
    await _change(engine, fes, lyon)
    await _break_off(engine, lyon)
    await engine.close()
    again = MeilisearchEngine(url, KEY, "initiatives")
    await again.open()
    kept = await again.metadata()
    assert kept is not None
    assert kept.cursor == "second"
    assert kept.vocabularies == few_vocabularies()
    await again.close()


async def _search(engine: MeilisearchEngine) -> None:
    page = await engine.search(Query(facets=["theme", "country"]))
    assert [hit.card["slug"] for hit in page.hits] == [document.card["slug"] for document in documents()[:3]]
    assert page.facets["country"] == {"FR": 2, "MA": 1}
    assert await slugs(engine, Query(words=content_words("cantinne grenoble"))) == ["cantines-bio-locales-grenoble"]
    assert await slugs(engine, Query(words=content_words("المطاعم"))) == [
        "antigaspi-cantines-dijon",
        "cantines-bio-locales-grenoble",
    ]
    whole = Query(words=content_words("canti"), last_is_prefix=False)
    assert await slugs(engine, whole) == []
    narrow = Query(filters=[Filter("country", ["FR"]), Filter("territory", ['no "where', "dijon"])], limit=5)
    named = understand("gaspillage alimentaire", narrow, few_vocabularies()).query
    assert await slugs(engine, named) == ["antigaspi-cantines-dijon"]
    around_fes = Query(bbox=BoundingBox(-5.5, 33.5, -4.5, 34.5))
    assert await slugs(engine, around_fes) == ["compostage-fes"]
    all_but_africa = Query(words=content_words("cantine"), bbox=BoundingBox(4.5, 40, -20, 50))
    assert await slugs(engine, all_but_africa) == ["antigaspi-cantines-dijon", "cantines-bio-locales-grenoble"]
    assert await engine.count() == 3


async def _change(engine: MeilisearchEngine, fes: Document, lyon: Document) -> None:
    (card,) = await engine.cards_of([fes.territory_id])
    place = {**STATES["territory"], "name": {"fr": {"text": "Zymopolis", "origin": "human"}}}
    renamed = build_document({**card, "territory": territory_ref(place)}, few_vocabularies())
    await engine.apply([renamed, lyon], [documents()[0].id], "second")
    assert await slugs(engine, Query(words=content_words("zymopolis"))) == ["compostage-fes"]
    assert await engine.versions([lyon.id, documents()[0].id]) == {lyon.id: 1}
    assert await engine.count() == 3


async def _break_off(engine: MeilisearchEngine, lyon: Document) -> None:
    try:
        async with engine.rebuild() as aside:
            await aside.add([lyon])
            raise ConnectionResetError
    except ConnectionResetError:
        assert await engine.count() == 3
