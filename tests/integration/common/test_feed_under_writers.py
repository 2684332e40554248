"""The change feed while many write: nothing is lost, nobody is held up."""

import asyncio
import random
import time
from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
import pytest

from services.common.database import Database
from services.common.feed.position import Position
from services.common.feed.reader import FeedChange, read_page
from services.common.feed.writer import record_change
from services.common.ids import new_id

WRITERS = 8
SECONDS = 10
LONGEST_OPEN_S = 0.020
ROLLED_BACK = 0.1
BULK_ROWS = 100_000
ROUNDS, ROUND_S = 5, 3
HELD_AT_MOST_S = 0.100
"""The bound that the feed promises other writers, here while a transaction of 100,000 changes commits."""


@dataclass
class Journal:
    """What writers committed and rolled back, and how long the stamp at COMMIT took."""

    committed: list[tuple[UUID, int]] = field(default_factory=list)
    rolled_back: list[UUID] = field(default_factory=list)
    locked_s: list[float] = field(default_factory=list)


WAITED = """
select extract(epoch from clock_timestamp() - asked)::float8
from (select clock_timestamp() as asked, pg_advisory_xact_lock('change_batch'::regclass::bigint) is null as had
  offset 0)
where not had
"""
"""Seconds until the stamp's lock is had, by the server's clock: this process is busy with other things."""


class DeliberateFailure(Exception):
    """Makes a writer roll back."""


async def write(database: Database, journal: Journal, until: float, dice: random.Random) -> None:
    subject, version = new_id(), 0
    while time.monotonic() < until:
        rolled_back = dice.random() < ROLLED_BACK
        try:
            async with database.transaction() as session:
                await record_change(session, "initiative.updated", subject, version + 1)
                await session.flush()
                await asyncio.sleep(dice.uniform(0, LONGEST_OPEN_S))
                if rolled_back:
                    raise DeliberateFailure
            version += 1
            journal.committed.append((subject, version))
        except DeliberateFailure:
            journal.rolled_back.append(subject)


async def write_in_bulk(url: str, journal: Journal, subjects: list[UUID]) -> None:
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            batch = await connection.fetchval("insert into change_batch default values returning id")
            await connection.copy_records_to_table(
                "change",
                columns=["batch_id", "ordinal", "type", "kind", "subject_id", "version"],
                records=[
                    (batch, place, "territory.created", "territory", subject, 1)
                    for place, subject in enumerate(subjects, start=1)
                ],
            )
    finally:
        await connection.close()
    journal.committed += [(subject, 1) for subject in subjects]


async def watch_lock(url: str, journal: Journal, until: float) -> None:
    """Waits for the stamp's lock again and again, as a committing writer does, and notes how long that took."""
    connection = await asyncpg.connect(url)
    try:
        while time.monotonic() < until:
            journal.locked_s.append(await connection.fetchval(WAITED))
            await asyncio.sleep(0.005)
    finally:
        await connection.close()


async def follow(url: str, changes: list[FeedChange], finished: asyncio.Event) -> None:
    """Reads page after page while others write, and once more when they have finished."""
    connection = await asyncpg.connect(url)
    try:
        after: Position | None = None
        while True:
            last_round = finished.is_set()
            page = await read_page(connection, after, 1000)
            changes += page
            if page:
                after = page[-1].position
            elif last_round:
                return
            else:
                await asyncio.sleep(0.005)
    finally:
        await connection.close()


async def contend(url: str, seconds: float) -> tuple[Journal, list[FeedChange]]:
    """Eight writers and a bulk load against each other for some seconds, and what a reader saw meanwhile."""
    database = Database(url, pool_size=WRITERS)
    await database.open()
    journal, changes, finished = Journal(), list[FeedChange](), asyncio.Event()
    bulk = [new_id() for _ in range(BULK_ROWS)]
    until = time.monotonic() + seconds
    follower = asyncio.create_task(follow(url, changes, finished))
    watcher = asyncio.create_task(watch_lock(url, journal, until))
    writers = [write(database, journal, until, random.Random(seed)) for seed in range(WRITERS)]
    await asyncio.gather(*writers, watcher, write_in_bulk(url, journal, bulk))
    finished.set()
    await follower
    await database.close()
    return journal, changes


async def test_no_change_is_lost_while_eight_write_and_a_bulk_load_runs(durable_database: str) -> None:
    journal, changes = await contend(durable_database, SECONDS)
    seen = [(change.subject_id, change.version) for change in changes]
    lost = set(journal.committed) - set(seen)
    assert not lost, f"{len(lost)} of {len(journal.committed)} lost"
    assert set(seen) == set(journal.committed), "a change that was rolled back is in the feed"
    assert len(seen) == len(set(seen))
    tried = len(journal.committed) - BULK_ROWS + len(journal.rolled_back)
    assert len(journal.rolled_back) > tried * ROLLED_BACK / 2
    versions: dict[UUID, list[int]] = defaultdict(list)
    for subject, version in seen:
        versions[subject].append(version)
    assert all(numbers == sorted(set(numbers)) for numbers in versions.values())
    positions = [(change.position.seq, change.position.ordinal) for change in changes]
    assert positions == sorted(positions)


async def test_no_writer_is_held_while_a_bulk_load_commits(durable_database: str) -> None:
    """The best of some rounds counts: a busy machine only lengthens a wait, a lock held too long spoils every round."""
    longest = []
    for _ in range(ROUNDS):
        journal, _ = await contend(durable_database, ROUND_S)
        longest.append(max(journal.locked_s))
        if longest[-1] < HELD_AT_MOST_S:
            return
    pytest.fail(f"writers were held for {[f'{seconds * 1000:.0f} ms' for seconds in longest]}")


async def test_an_open_transaction_hides_nothing_that_commits_meanwhile(empty_catalog_database: str) -> None:
    database = Database(empty_catalog_database)
    await database.open()
    early, late = new_id(), new_id()
    async with database.transaction() as session:
        await record_change(session, "territory.created", early, 1)
        await session.flush()
        async with database.transaction() as other:
            await record_change(other, "territory.created", late, 1)
        first = await read_page(database.pool, None, 10)
    second = await read_page(database.pool, first[-1].position, 10)
    await database.close()
    assert [change.subject_id for change in first] == [late]
    assert [change.subject_id for change in second] == [early]


async def test_a_session_idle_in_its_transaction_is_ended(empty_catalog_database: str) -> None:
    connection = await asyncpg.connect(
        empty_catalog_database, server_settings={"idle_in_transaction_session_timeout": "200"}
    )
    database = Database(empty_catalog_database)
    await database.open()
    limit = await database.pool.fetchval("show idle_in_transaction_session_timeout")
    await connection.execute("begin")
    await connection.execute("insert into change_batch default values")
    ended = asyncio.Event()
    connection.add_termination_listener(lambda _: ended.set())
    await asyncio.wait_for(ended.wait(), 5)
    subject = new_id()
    async with database.transaction() as session:
        await record_change(session, "territory.created", subject, 1)
    assert [change.subject_id for change in await read_page(database.pool, None, 10)] == [subject]
    await database.close()
    assert limit == "10s"
