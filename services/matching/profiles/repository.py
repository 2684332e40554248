"""Queries of the projection."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson
from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.matching.profiles.models import FollowedFeed, ProjectedRecord

CATALOG = "catalog"

ROWS_AT_ONCE = 500
"""Rows of one statement or one fetch: about 1 MB, and far from the limit on its parameters."""

ALL_PUBLISHED = "select kind, id, version, state from projected_record where state is not null"


@dataclass(frozen=True, slots=True)
class Row:
    """One record of the projection; `state` is None once it has left publication."""

    kind: str
    id: str
    version: int
    state: dict[str, Any] | None


async def read_cursor(pool: asyncpg.Pool) -> str | None:
    """Where the projection stands; None before the first snapshot was taken in whole."""
    cursor: str | None = await pool.fetchval("select cursor from followed_feed where service = $1", CATALOG)
    return cursor


async def read_published(pool: asyncpg.Pool) -> AsyncIterator[list[Row]]:
    """Everything published, in batches, as of one moment."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        batch: list[Row] = []
        async for row in connection.cursor(ALL_PUBLISHED, prefetch=ROWS_AT_ONCE):
            batch.append(Row(row["kind"], row["id"], row["version"], orjson.loads(row["state"])))
            if len(batch) == ROWS_AT_ONCE:
                yield batch
                batch = []
        yield batch


async def keep_newest(session: AsyncSession, rows: Sequence[Row]) -> list[Row]:
    """Write the rows that are not older than what is kept, and return those. Each record at most once."""
    kept: set[tuple[str, str]] = set()
    for start in range(0, len(rows), ROWS_AT_ONCE):
        values = [
            {"kind": row.kind, "id": row.id, "version": row.version, "state": row.state}
            for row in rows[start : start + ROWS_AT_ONCE]
        ]
        statement = insert(ProjectedRecord).values(values)
        statement = statement.on_conflict_do_update(
            index_elements=["kind", "id"],
            set_={"version": statement.excluded.version, "state": statement.excluded.state},
            where=statement.excluded.version >= col(ProjectedRecord.version),
        )
        answer = await session.exec(statement.returning(col(ProjectedRecord.kind), col(ProjectedRecord.id)))
        kept.update((kind, record_id) for kind, record_id in answer.all())
    return [row for row in rows if (row.kind, row.id) in kept]


async def forget_all(session: AsyncSession) -> None:
    """Empty the projection, within a transaction that may wait long for what replaces it."""
    connection = await session.connection()
    await connection.execute(text("set local idle_in_transaction_session_timeout = 0"))
    await session.exec(delete(ProjectedRecord))


async def write_cursor(session: AsyncSession, cursor: str) -> None:
    """Where the projection stands once this transaction is through."""
    statement = insert(FollowedFeed).values(service=CATALOG, cursor=cursor)
    await session.exec(
        statement.on_conflict_do_update(index_elements=["service"], set_={"cursor": statement.excluded.cursor})
    )
