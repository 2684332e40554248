"""A feed, taken in: its changes become events and deliveries, in one transaction with the cursor."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

from services.common.database import Database
from services.common.feed.follower import Change, Record
from services.common.feed.reader import Reads
from services.webhooks.events import repository
from services.webhooks.events.fanout import fan_out
from services.webhooks.events.intake import differences, disappearance, events_of, subjects_needed

ROWS_AT_ONCE = 500


class EventSink:
    """Any number of processes may follow into one database: what one has taken in, the others pass over.

    The first snapshot makes no events. A later one, after the feed has refused the cursor, makes those that lead from
    what partners were told to what is published.
    """

    def __init__(self, database: Database, feed: str, first_pause_s: float) -> None:
        self._database = database
        self._feed = feed
        self._first_pause_s = first_pause_s
        self._cursor: str | None = None

    async def cursor(self) -> str | None:
        """Where the feed has been read to, by whatever process."""
        self._cursor = await repository.read_cursor(self._database.pool, self._feed)
        return self._cursor

    async def apply(self, changes: Sequence[Change], cursor: str) -> None:
        """Take in one page, unless another process has moved the cursor since it was asked for."""
        if self._cursor is None:
            raise RuntimeError("a page has been read from no cursor")
        async with self._database.pool.acquire() as connection, connection.transaction():
            if await repository.advance(connection, self._feed, self._cursor, cursor):
                await self._take_in(connection, changes)

    async def replace(self, records: AsyncIterator[Record], cursor: str) -> None:
        """Take in a snapshot; nothing of one that breaks off."""
        async with self._alone() as connection:
            before = await repository.hold_cursor(connection, self._feed)
            if before != self._cursor:
                return  # another process has just done so
            seen: set[repository.Subject] = set()
            async for batch in _batches(records):
                seen.update((record.kind, record.id) for record in batch)
                await self._take_in_records(connection, batch, cursor, tell=before is not None)
            published = await repository.read_published(connection, self._feed)
            gone = [subject for subject in published if (subject.kind, subject.id) not in seen]
            for subjects in _slices(gone):
                await self._take_in(connection, [disappearance(cursor, subject) for subject in subjects])
            await repository.set_cursor(connection, self._feed, cursor)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[Reads]:
        """A transaction that may wait long for a snapshot, while no other process takes one in."""
        async with self._database.pool.acquire() as connection, connection.transaction():
            await connection.execute("set local idle_in_transaction_session_timeout = 0")
            await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"feed {self._feed}")
            yield connection

    async def _take_in_records(self, connection: Reads, records: Sequence[Record], cursor: str, *, tell: bool) -> None:
        known = await repository.read_subjects(connection, [(record.kind, record.id) for record in records])
        changes = differences(cursor, records, known)
        if tell:
            await self._take_in(connection, changes)
        else:
            known = await repository.read_subjects(connection, subjects_needed(changes))
            await repository.keep_subjects(connection, events_of(self._feed, changes, known)[1])

    async def _take_in(self, connection: Reads, changes: Sequence[Change]) -> None:
        known = await repository.read_subjects(connection, subjects_needed(changes))
        events, subjects = events_of(self._feed, changes, known)
        await repository.keep_subjects(connection, subjects)
        new = await repository.insert_events(connection, events)
        await fan_out(connection, new, self._first_pause_s)


async def _batches(records: AsyncIterator[Record]) -> AsyncIterator[list[Record]]:
    batch: list[Record] = []
    async for record in records:
        batch.append(record)
        if len(batch) == ROWS_AT_ONCE:
            yield batch
            batch = []
    yield batch


def _slices(subjects: Sequence[repository.KnownSubject]) -> Iterator[Sequence[repository.KnownSubject]]:
    for start in range(0, len(subjects), ROWS_AT_ONCE):
        yield subjects[start : start + ROWS_AT_ONCE]
