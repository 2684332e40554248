"""The catalog's feed, taken into the projection and from there into the profiles."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from services.common.database import Database
from services.common.feed.follower import Change, Record
from services.matching.profiles import repository
from services.matching.profiles.facts import Facts
from services.matching.profiles.repository import ROWS_AT_ONCE, Row
from services.matching.profiles.store import ProfileStore


class ProfileSink:
    """Records and cursor are committed together; the profiles in memory follow the commit.

    Several processes may follow into one database: each keeps its own place in the feed and its own profiles, and
    what one has written already is kept or ignored by its version.
    """

    def __init__(self, database: Database, store: ProfileStore) -> None:
        self._database = database
        self._store = store
        self._cursor: str | None = None

    async def open(self) -> None:
        """Read the profiles from the projection as it stands. The cursor is read first: the feed may repeat itself."""
        self._cursor = await repository.read_cursor(self._database.pool)
        await self._load(loaded=self._cursor is not None)

    async def cursor(self) -> str | None:
        """Where this process stands in the feed; None before the first snapshot was taken in whole."""
        return self._cursor

    async def apply(self, changes: Sequence[Change], cursor: str) -> None:
        """Take in one page of changes."""
        rows = newest_of(changes)
        async with self._database.transaction() as session:
            kept = await repository.keep_newest(session, rows)
            await repository.write_cursor(session, cursor)
        if kept:
            await asyncio.to_thread(self._store.apply, kept)
        self._cursor = cursor

    async def replace(self, records: AsyncIterator[Record], cursor: str) -> None:
        """Replace everything by a snapshot, or keep what is there when it breaks off."""
        async with self._database.transaction() as session:
            await repository.forget_all(session)
            batch: list[Row] = []
            async for record in records:
                batch.append(Row(record.kind, record.id, record.version, record.data))
                if len(batch) == ROWS_AT_ONCE:
                    await repository.keep_newest(session, batch)
                    batch = []
            await repository.keep_newest(session, batch)
            await repository.write_cursor(session, cursor)
        await self._load(loaded=True)
        self._cursor = cursor

    async def _load(self, *, loaded: bool) -> None:
        facts = Facts()
        async for batch in repository.read_published(self._database.pool):
            await asyncio.to_thread(_put_all, facts, batch)
        await asyncio.to_thread(self._store.adopt, facts, loaded=loaded)


def _put_all(facts: Facts, rows: Sequence[Row]) -> None:
    for row in rows:
        facts.put(row.kind, row.id, row.state)


def newest_of(changes: Sequence[Change]) -> list[Row]:
    """One row per record: its last change. The state may be newer than the change that brings it."""
    rows: dict[tuple[str, str], Row] = {}
    for change in changes:
        version = max(change.version, (change.data or {}).get("version", 0))
        known = rows.get((change.kind, change.subject_id))
        if known is None or version >= known.version:
            rows[change.kind, change.subject_id] = Row(change.kind, change.subject_id, version, change.data)
    return list(rows.values())
