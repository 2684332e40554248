"""Queries of events, of what is known of their subjects, and of where the feeds stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.common.feed.reader import Reads
from services.webhooks.events.facts import Facts

Subject = tuple[str, str]
"""Kind and id."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event as it is taken in; its column names are those of the table."""

    id: UUID
    feed: str
    change_id: str
    type: str
    subject_kind: str
    subject_id: str
    subject_version: int
    occurred_at: datetime
    api_version: str
    state: Mapping[str, Any] | None
    facts: Facts
    former_facts: Facts | None = None
    merged_into: str | None = None
    partner_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class KnownSubject:
    """What was last heard of a subject."""

    kind: str
    id: str
    feed: str
    version: int
    published: bool
    facts: Facts


INSERT_EVENTS = """
insert into event (id, feed, change_id, type, subject_kind, subject_id, subject_version, occurred_at, received_at,
                   api_version, state, facts, former_facts, merged_into, partner_id)
select id, feed, change_id, type, subject_kind, subject_id, subject_version, occurred_at, clock_timestamp(),
       api_version, state, facts, former_facts, merged_into, partner_id
from rows from (jsonb_to_recordset($1::jsonb) as (
  id uuid, feed text, change_id uuid, type text, subject_kind text, subject_id uuid, subject_version integer,
  occurred_at timestamptz, api_version text, state jsonb, facts jsonb, former_facts jsonb, merged_into uuid,
  partner_id uuid
)) with ordinality
order by ordinality
on conflict on constraint event_of_change do nothing
returning id
"""

KEEP_SUBJECTS = """
insert into event_subject (kind, id, feed, version, published, facts)
select kind, id, feed, version, published, facts
from jsonb_to_recordset($1::jsonb) as (kind text, feed text, id uuid, version integer, published boolean, facts jsonb)
order by kind, id
on conflict (kind, id) do update
set version = excluded.version, published = excluded.published, facts = excluded.facts
"""

READ_SUBJECTS = """
select s.kind, s.id, s.feed, s.version, s.published, s.facts
from event_subject s join unnest($1::text[], $2::uuid[]) as wanted (kind, id) using (kind, id)
"""

READ_PUBLISHED = "select kind, id, feed, version, published, facts from event_subject where published and feed = $1"


async def read_cursor(reads: Reads, feed: str) -> str | None:
    """Where a feed has been read to; None before the first time."""
    cursor: str | None = await reads.fetchval("select cursor from source_feed where feed = $1", feed)
    return cursor


async def hold_cursor(connection: Reads, feed: str) -> str | None:
    """The same, held to the end of the transaction."""
    cursor: str | None = await connection.fetchval("select cursor from source_feed where feed = $1 for update", feed)
    return cursor


async def advance(connection: Reads, feed: str, before: str, after: str) -> bool:
    """Move a feed's cursor on, and hold its row; False when another process has done so already."""
    moved = await connection.fetchval(
        "update source_feed set cursor = $3 where feed = $1 and cursor = $2 returning true", feed, before, after
    )
    return bool(moved)


async def set_cursor(connection: Reads, feed: str, cursor: str) -> None:
    """Write a feed's cursor, whatever it was."""
    await connection.execute(
        "insert into source_feed (feed, cursor) values ($1, $2) on conflict (feed) do update set cursor = $2",
        feed,
        cursor,
    )


async def insert_events(connection: Reads, events: Sequence[NewEvent]) -> list[UUID]:
    """Keep events, in this order; returns the ids of those that are new."""
    # The ids that asyncpg reads are of a subclass of UUID, which orjson writes by `default`.
    rows = await connection.fetch(INSERT_EVENTS, orjson.dumps(events, default=str).decode())
    return [row["id"] for row in rows]


async def read_subjects(connection: Reads, subjects: Sequence[Subject]) -> dict[Subject, KnownSubject]:
    """What is known of these; those never heard of are left out."""
    rows = await connection.fetch(READ_SUBJECTS, [kind for kind, _ in subjects], [one for _, one in subjects])
    return {(subject.kind, subject.id): subject for subject in map(_known, rows)}


async def read_published(connection: Reads, feed: str) -> list[KnownSubject]:
    """Every subject of a feed that was published when last heard of."""
    return [_known(row) for row in await connection.fetch(READ_PUBLISHED, feed)]


async def keep_subjects(connection: Reads, subjects: Sequence[KnownSubject]) -> None:
    """Write what is known of these, each once."""
    await connection.execute(KEEP_SUBJECTS, orjson.dumps(subjects).decode())


def _known(row: asyncpg.Record) -> KnownSubject:
    facts = orjson.loads(row["facts"])
    return KnownSubject(row["kind"], str(row["id"]), row["feed"], row["version"], row["published"], facts)
