"""The engine for many readers: a Meilisearch server. The official client writes, in threads; httpx reads."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import orjson

from services.search.engines import meilisearch_documents as documents
from services.search.engines.meilisearch_admin import BUSY, MeilisearchAdmin, seconds
from services.search.engines.port import (
    Document,
    EngineError,
    EngineUnavailableError,
    Metadata,
    Page,
    Query,
    Rebuild,
)

READ_TIMEOUT_S = 10.0
MAX_WAIT_S = 2.0
"""The longest that a reader is kept waiting for a busy server; a longer Retry-After is handed on to the reader."""

READ_ATTEMPTS = 2
"""A read is asked once more after a broken connection or a short Retry-After."""

FETCH_PAGE = 1000
"""Documents in one page of those that are asked for by id or territory."""


class MeilisearchEngine:
    """An `Engine` on the index `index` of a server; a rebuild is written to `{index}_next` and swapped."""

    name = "meilisearch"

    def __init__(self, url: str, key: str | None, index: str = "initiatives") -> None:
        self._uid = index
        self._aside = f"{index}_next"
        self._admin = MeilisearchAdmin(url, key)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.AsyncClient(base_url=url, headers=headers, timeout=READ_TIMEOUT_S)
        self._writing = asyncio.Lock()

    async def open(self) -> None:
        metadata = await self.metadata()
        current = metadata is not None and not metadata.outdated
        if current or not await self._admin.exists(self._uid):
            await self._admin.prepare(self._uid)

    async def close(self) -> None:
        await self._http.aclose()

    async def acquire_writer(self) -> bool:
        """Always: a server knows no owner. Run one replica of the process that follows the feed."""
        return True

    async def metadata(self) -> Metadata | None:
        ids = [documents.CURSOR_ID, documents.VOCABULARIES_ID]
        ask = {"ids": ids, "fields": ["id", "payload"]}
        return documents.read_metadata(await self._fetch(ask))

    async def count(self) -> int:
        return (await self.search(Query(limit=0))).total

    async def versions(self, ids: Sequence[str]) -> dict[str, int]:
        if not ids:
            return {}
        found = await self._fetch({"ids": list(ids), "fields": ["id", "version"]})
        return {document["id"]: document["version"] for document in found}

    async def cards_of(self, territory_ids: Sequence[str]) -> list[Mapping[str, Any]]:
        if not territory_ids:
            return []
        chosen = documents.any_of_filter("territory_id", territory_ids)
        found = await self._fetch({"filter": chosen, "fields": ["id", "card"]})
        return [orjson.loads(document["card"]) for document in found]

    async def apply(self, upserts: Sequence[Document], deletes: Sequence[str], cursor: str) -> None:
        sent = [documents.to_meilisearch(document) for document in upserts]
        async with self._writing:
            await self._admin.delete(self._uid, deletes)
            # One task: the cursor is written with the documents or not at all.
            await self._admin.write(self._uid, [*sent, documents.cursor_document(cursor)])

    def rebuild(self) -> AbstractAsyncContextManager[Rebuild]:
        return self._rebuild()

    async def search(self, query: Query) -> Page:
        answer = await self._ask(f"/indexes/{self._uid}/search", documents.search_body(query))
        return documents.read_page(answer, query)

    @asynccontextmanager
    async def _rebuild(self) -> AsyncIterator[Rebuild]:
        async with self._writing:
            await self._admin.drop(self._aside)
            await self._admin.prepare(self._aside)
            # A swap needs both; the settings of the one that goes do not matter any more.
            await self._admin.make(self._uid)
            try:
                yield _Aside(self._admin, self._uid, self._aside)
            finally:
                await self._admin.drop(self._aside)

    async def _fetch(self, ask: dict[str, Any]) -> list[dict[str, Any]]:
        """Every document that `ask` (ids or filter, and fields) names, page after page; none without an index."""
        found: list[dict[str, Any]] = []
        while True:
            place = {"limit": FETCH_PAGE, "offset": len(found)} if found else {"limit": FETCH_PAGE}
            try:
                answer = await self._ask(f"/indexes/{self._uid}/documents/fetch", ask | place)
            except EngineUnavailableError as error:
                if error.code == "index_not_found":
                    return []
                raise
            found.extend(answer["results"])
            if not answer["results"] or len(found) >= answer["total"]:
                return found

    async def _ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        attempts = READ_ATTEMPTS
        while True:
            attempts -= 1
            try:
                response = await self._http.post(path, json=body)
            except httpx.TransportError as error:
                if not attempts:
                    message = f"Meilisearch does not answer: {type(error).__name__}"
                    raise EngineUnavailableError(message) from error
                continue
            if response.status_code not in BUSY:
                return _read(response)
            wait = seconds(response.headers.get("Retry-After"))
            if not attempts or wait > MAX_WAIT_S:
                message, code = _error(response)
                raise EngineUnavailableError(message, round(wait), code)
            await asyncio.sleep(wait)


class _Aside:
    """The index being written beside the one that answers."""

    def __init__(self, admin: MeilisearchAdmin, live: str, aside: str) -> None:
        self._admin = admin
        self._live = live
        self._aside = aside
        self._tasks: list[int] = []

    async def add(self, documents_: Sequence[Document]) -> None:
        sent = [documents.to_meilisearch(document) for document in documents_]
        if sent:
            self._tasks.append(await self._admin.enqueue(self._aside, sent))

    async def finish(self, metadata: Metadata) -> None:
        self._tasks.append(await self._admin.enqueue(self._aside, documents.metadata_documents(metadata)))
        for task in self._tasks:
            await self._admin.finish(task)
        await self._admin.swap(self._live, self._aside)


def _error(response: httpx.Response) -> tuple[str, str | None]:
    try:
        body = response.json()
    except ValueError:
        # Errors of the server's own router have no body.
        return f"Meilisearch answered {response.status_code}", None
    return str(body.get("message")), body.get("code")


def _read(response: httpx.Response) -> dict[str, Any]:
    if response.status_code == httpx.codes.OK:
        answer: dict[str, Any] = response.json()
        return answer
    message, code = _error(response)
    if code == "index_not_found":
        raise EngineUnavailableError(message, code=code)
    raise EngineError(message, code)
