"""The default engine: a tantivy index in a folder of this machine. One process writes it, any number read it."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import orjson
import tantivy

from services.search.engines.embedded_query import build_query, by_terms
from services.search.engines.embedded_reading import CurrentIndex, configured
from services.search.engines.embedded_schema import (
    CURSOR,
    INITIATIVE,
    OLDEST_SHAPE,
    SHAPE,
    VOCABULARIES,
    build_schema,
    cursor_document,
    facet_field,
    metadata_documents,
    read_vocabularies,
    to_tantivy,
)
from services.search.engines.generations import Generations
from services.search.engines.port import (
    Document,
    EngineError,
    EngineUnavailableError,
    Hit,
    Metadata,
    Page,
    Query,
    Rebuild,
)

WRITER_MEMORY_BYTES = 32_000_000
"""What the writer gathers before it writes a segment; the real data set needs a tenth of it."""

MAX_FACET_VALUES = 1000

Result = TypeVar("Result")


class EmbeddedEngine:
    """An `Engine` on tantivy. What blocks runs in threads; writes go one after another."""

    name = "embedded"

    def __init__(self, folder: Path) -> None:
        self._generations = Generations(folder, SHAPE, OLDEST_SHAPE)
        self._schema = build_schema()
        self._current = CurrentIndex(self._generations, self._schema)
        self._writer: tantivy.IndexWriter | None = None
        self._writing = asyncio.Lock()

    async def open(self) -> None:
        await asyncio.to_thread(self._current.refreshed)

    async def close(self) -> None:
        async with self._writing:
            await _to_its_end(self._close)

    async def acquire_writer(self) -> bool:
        return await asyncio.to_thread(self._generations.lock)

    async def metadata(self) -> Metadata | None:
        return await asyncio.to_thread(self._metadata)

    async def count(self) -> int:
        return await asyncio.to_thread(self._count)

    async def versions(self, ids: Sequence[str]) -> dict[str, int]:
        found = await asyncio.to_thread(self._stored, "id", ids)
        return {str(document.get_first("id")): int(document.get_first("version") or 0) for document in found}

    async def cards_of(self, territory_ids: Sequence[str]) -> list[Mapping[str, Any]]:
        found = await asyncio.to_thread(self._stored, "territory_id", territory_ids)
        return [_payload(document) for document in found]

    async def apply(self, upserts: Sequence[Document], deletes: Sequence[str], cursor: str) -> None:
        async with self._writing:
            await _to_its_end(self._apply, upserts, deletes, cursor)

    def rebuild(self) -> AbstractAsyncContextManager[Rebuild]:
        return self._rebuild()

    async def search(self, query: Query) -> Page:
        return await asyncio.to_thread(self._search, query)

    @asynccontextmanager
    async def _rebuild(self) -> AsyncIterator[Rebuild]:
        async with self._writing:
            aside = await _to_its_end(_Aside, self, self._generations, self._schema)
            try:
                yield aside
            finally:
                await _to_its_end(aside.drop)

    # Below: what blocks, each called in a thread.

    def _close(self) -> None:
        self.release_writer()
        self._current.forget()
        self._generations.unlock()

    def release_writer(self) -> None:
        """Give up tantivy's own writer, for another index or for good."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.wait_merging_threads()

    def _metadata(self) -> Metadata | None:
        reading = self._current.refreshed()
        if reading is None:
            return None
        searcher = reading.index.searcher()
        payloads = []
        for kind in (CURSOR, VOCABULARIES):
            found = searcher.search(tantivy.Query.term_query(reading.schema, "kind", kind, "basic"), 1).hits
            if not found:
                return None
            payloads.append(bytes(searcher.doc(found[0][1]).get_first("payload") or b""))
        vocabularies = read_vocabularies(payloads[1])
        return Metadata(payloads[0].decode(), vocabularies, outdated=reading.generation.outdated)

    def _count(self) -> int:
        reading = self._current.refreshed()
        if reading is None:
            return 0
        everything = tantivy.Query.term_query(reading.schema, "kind", INITIATIVE, "basic")
        return _total(reading.index.searcher().search(everything, 1))

    def _stored(self, field: str, values: Sequence[str]) -> list[tantivy.Document]:
        reading = self._current.refreshed()
        if reading is None or not values:
            return []
        searcher = reading.index.searcher()
        found = searcher.search(by_terms(reading.schema, field, values), max(searcher.num_docs, 1), count=False)
        return [searcher.doc(address) for _, address in found.hits]

    def _apply(self, upserts: Sequence[Document], deletes: Sequence[str], cursor: str) -> None:
        reading = self._current.required()
        if not self._generations.lock():
            message = "another process writes this index"
            raise EngineUnavailableError(message)
        try:
            writer = self._writer = self._writer or reading.index.writer(WRITER_MEMORY_BYTES, 1)
            for initiative_id in {*deletes, *(document.id for document in upserts)}:
                writer.delete_documents_by_term("id", initiative_id)
            for document in upserts:
                writer.add_document(to_tantivy(document))
            writer.delete_documents_by_term("kind", CURSOR)
            writer.add_document(cursor_document(cursor))
            writer.commit()
        except Exception as error:
            self._writer = None
            message = f"the batch was not written: {error}"
            raise EngineError(message) from error

    def _search(self, query: Query) -> Page:
        reading = self._current.required()
        if query.bbox is not None and reading.generation.outdated:
            message = "the search index is being built anew and holds no places yet"
            raise EngineUnavailableError(message)
        searcher = reading.index.searcher()
        asked = build_query(reading.schema, query)
        order = None if query.words else "recency"
        found = searcher.search(asked, max(query.limit, 1), offset=query.offset, order_by_field=order)
        hits = [
            Hit(_payload(searcher.doc(address)), round(float(score), 4) if query.words else None)
            for score, address in found.hits[: query.limit]
        ]
        return Page(hits, _total(found), estimated=False, facets=_counts(searcher, asked, query.facets))


class _Aside:
    """An index being written beside the current one."""

    def __init__(self, engine: EmbeddedEngine, generations: Generations, schema: tantivy.Schema) -> None:
        if not generations.lock():
            message = "another process writes this index"
            raise EngineUnavailableError(message)
        self._engine = engine
        self._generations = generations
        self._folder = generations.begin()
        self._index = configured(tantivy.Index(schema, os.fspath(self._folder)))
        self._writer: tantivy.IndexWriter | None = self._index.writer(WRITER_MEMORY_BYTES, 1)

    async def add(self, documents: Sequence[Document]) -> None:
        await _to_its_end(self._add, documents)

    async def finish(self, metadata: Metadata) -> None:
        await _to_its_end(self._finish, metadata)

    def drop(self) -> None:
        """Stop writing. The folder goes when the next rebuild begins, unless it has become the current one."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.rollback()

    def _open_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            message = "this rebuild is over"
            raise EngineError(message)
        return self._writer

    def _add(self, documents: Sequence[Document]) -> None:
        writer = self._open_writer()
        for document in documents:
            writer.delete_documents_by_term("id", document.id)
            writer.add_document(to_tantivy(document))

    def _finish(self, metadata: Metadata) -> None:
        writer = self._open_writer()
        for document in metadata_documents(metadata):
            writer.add_document(document)
        writer.commit()
        self._writer = None
        writer.wait_merging_threads()
        self._engine.release_writer()
        self._generations.switch(self._folder)


async def _to_its_end(write: Callable[..., Result], *arguments: object) -> Result:
    """Run `write` in a thread and stay until it ends even when cancelled: two threads never use one writer."""
    running = asyncio.ensure_future(asyncio.to_thread(write, *arguments))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


def _total(result: tantivy.SearchResult) -> int:
    count: int | None = result.count  # type: ignore[attr-defined]  # it is there; tantivy's stub forgets it
    return count or 0


def _payload(document: tantivy.Document) -> dict[str, Any]:
    card: dict[str, Any] = orjson.loads(bytes(document.get_first("payload") or b"{}"))
    return card


def _counts(searcher: tantivy.Searcher, asked: tantivy.Query, facets: Sequence[str]) -> dict[str, dict[str, int]]:
    if not facets:
        return {}
    wanted = {name: {"terms": {"field": facet_field(name), "size": MAX_FACET_VALUES}} for name in facets}
    counted = searcher.aggregate(asked, wanted)
    return {name: {bucket["key"]: int(bucket["doc_count"]) for bucket in counted[name]["buckets"]} for name in facets}
