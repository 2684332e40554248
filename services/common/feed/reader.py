"""Reading the change feed in the order of its positions."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from services.common.feed.position import Position

Reads = asyncpg.Connection | PoolConnectionProxy | asyncpg.Pool
"""A connection, by itself or out of a pool, or the pool itself for one statement."""

States = Callable[[Reads, str, Sequence[UUID]], Awaitable[Mapping[UUID, bytes]]]
"""(connection, kind, ids) → id → the published state now, as bytes of JSON; what is not published is left out."""


@dataclass(frozen=True, slots=True)
class FeedChange:
    """One change as it stands in the feed."""

    position: Position
    type: str
    kind: str
    subject_id: UUID
    version: int
    occurred_at: datetime


HOLDS = """
select exists (
  select from change_batch b join change c on c.batch_id = b.id
  where b.seq = $1 and c.ordinal = $2 and c.id = $3
)
"""

PAGE = """
select b.seq, c.ordinal, c.id, c.type, c.kind, c.subject_id, c.version, c.occurred_at
from (select id, seq from change_batch where seq >= $1 order by seq limit $3) b
cross join lateral (
  select * from change where batch_id = b.id and (b.seq > $1 or ordinal > $2) order by ordinal limit $3
) c
order by b.seq, c.ordinal
limit $3
"""

HEAD = """
select b.seq, c.ordinal, c.id
from (select id, seq from change_batch where seq is not null order by seq desc limit 1) b
join change c on c.batch_id = b.id
order by c.ordinal desc limit 1
"""

GENESIS_POSITION = """
select b.seq, c.ordinal, c.id from change_batch b join change c on c.batch_id = b.id where b.seq = 0
"""

BEHIND = """
select count(*) as behind,
       coalesce(extract(epoch from clock_timestamp() - min(c.occurred_at)), 0)::float8 as seconds
from change_batch b join change c on c.batch_id = b.id
where b.seq >= $1 and (b.seq > $1 or c.ordinal > $2)
"""


OPEN = """
with open as (
  select pid, extract(epoch from clock_timestamp() - xact_start) as age
  from pg_stat_activity
  where datname = current_database() and backend_xid is not null and pid <> pg_backend_pid()
)
select coalesce(max(age), 0)::float8 as stalled,
       coalesce(max(age) filter (where pid in (
         select pid from pg_locks
         where relation = 'change_batch'::regclass and mode = 'RowExclusiveLock' and granted
       )), 0)::float8 as pending
from open
"""
"""Writing transactions have an id of their own; those that recorded a change hold a lock on its table. Sessions of
other roles are seen by members of pg_read_all_stats only."""


async def holds(connection: Reads, position: Position) -> bool:
    """Whether this database has exactly this change at this place."""
    held: bool = await connection.fetchval(HOLDS, position.seq, position.ordinal, position.change_id)
    return held


async def read_page(
    connection: Reads,
    after: Position | None,
    limit: int,
) -> list[FeedChange]:
    """At most `limit` changes after a position, in order; from the beginning without one."""
    seq, ordinal = (after.seq, after.ordinal) if after else (0, 0)
    rows = await connection.fetch(PAGE, seq, ordinal, limit)
    return [
        FeedChange(
            Position(row["seq"], row["ordinal"], row["id"]),
            row["type"],
            row["kind"],
            row["subject_id"],
            row["version"],
            row["occurred_at"],
        )
        for row in rows
    ]


async def read_head(connection: Reads) -> Position:
    """The newest visible position; the feed always holds its genesis."""
    return _position(await connection.fetch(HEAD))


async def read_genesis(connection: Reads) -> Position:
    """The position before the first change."""
    return _position(await connection.fetch(GENESIS_POSITION))


def _position(rows: Sequence[asyncpg.Record]) -> Position:
    return Position(rows[0]["seq"], rows[0]["ordinal"], rows[0]["id"])


async def read_behind(connection: Reads, after: Position) -> tuple[int, float]:
    """How many changes come after a position, and the age in seconds of the oldest of them."""
    [row] = await connection.fetch(BEHIND, after.seq, after.ordinal)
    return row["behind"], row["seconds"]


async def read_open(connection: Reads) -> tuple[float, float]:
    """Ages in seconds (0: none) of the oldest open transaction that has written, and that has recorded changes."""
    [row] = await connection.fetch(OPEN)
    return row["stalled"], row["pending"]


async def read_states(connection: Reads, states: States, changes: Sequence[FeedChange]) -> dict[UUID, bytes]:
    """The published state now of everything that these changes are about."""
    wanted: dict[str, list[UUID]] = defaultdict(list)
    for change in changes:
        wanted[change.kind].append(change.subject_id)
    found: dict[UUID, bytes] = {}
    for kind, ids in wanted.items():
        found.update(await states(connection, kind, list(dict.fromkeys(ids))))
    return found
