"""Things that happen to records, taken in as a follower takes them in, with states that the catalog gave."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import orjson

from services.common.clock import now
from services.common.database import Database
from services.common.feed.follower import Change
from services.common.ids import new_id
from services.webhooks.events.repository import set_cursor
from services.webhooks.events.sink import EventSink

FEED = "matching"
"""Not the catalog's, which the service under test may be following at the same time."""


class Happenings:
    """Takes changes in through a sink of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._sink = EventSink(database, FEED, 0)
        self._cursors = itertools.count(1)

    async def happen(self, changes: Sequence[Change]) -> list[UUID]:
        """They are events now; returns their ids in order."""
        before = await self._sink.cursor()
        if before is None:
            await set_cursor(self.database.pool, FEED, "0")
            await self._sink.cursor()
        await self._sink.apply(changes, f"{new_id()}")
        rows = await self.database.pool.fetch(
            "select id from event where change_id = any($1) order by seq", [UUID(change.id) for change in changes]
        )
        return [row["id"] for row in rows]

    async def settled(self, timeout_s: float = 10) -> None:
        """Until everything that was to be sent has been, and is written down."""
        deadline = time.monotonic() + timeout_s
        while waiting := await self.fetch("select endpoint_id, subject_id from lane"):
            assert time.monotonic() < deadline, waiting
            await asyncio.sleep(0.02)

    async def fetch(self, query: str, *values: object) -> list[dict[str, Any]]:
        """Rows of webhooks' database."""
        return [dict(row) for row in await self.database.pool.fetch(query, *values)]


@asynccontextmanager
async def happenings(url: str) -> AsyncIterator[Happenings]:
    """Connected to webhooks' database."""
    database = Database(url, 5)
    await database.open()
    try:
        yield Happenings(database)
    finally:
        await database.close()


def change(
    kind: str,
    state: dict[str, Any] | None = None,
    *,
    event: str = "updated",
    subject_id: str | None = None,
    version: int = 1,
    at: datetime | None = None,
    merged_into: str | None = None,
) -> Change:
    """A change that was never heard of before."""
    subject = subject_id or (state["id"] if state else str(new_id()))
    return Change(str(new_id()), f"{kind}.{event}", kind, subject, version, at or now(), state, merged_into)


def changes_of(records: Iterable[tuple[str, dict[str, Any]]], **given: Any) -> list[Change]:  # noqa: ANN401 - of `change`
    """One of each."""
    return [change(kind, state, **given) for kind, state in records]


async def published(catalog: httpx.AsyncClient) -> dict[str, list[dict[str, Any]]]:
    """Every state that the catalog publishes, by kind."""
    lines = (await catalog.get("/catalog/v1/snapshot")).content.splitlines()[1:-1]
    states: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        entry = orjson.loads(line)
        states.setdefault(entry["type"], []).append(entry["data"])
    return states
