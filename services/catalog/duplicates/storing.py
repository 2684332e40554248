"""What is kept of duplicates: each record's blocks, pairs that were found, and pairs that somebody set apart."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.duplicates.blocks import block_keys
from services.catalog.duplicates.finding import Possible
from services.catalog.duplicates.models import DuplicateBlock, DuplicatePair
from services.catalog.duplicates.traits import traits_of_document
from services.catalog.records.documents import written_of
from services.catalog.records.kinds import Document, Kind
from services.common.access.caller import Caller
from services.common.clock import now
from services.common.ids import new_id

BATCH = 1000

WRITING_PAIRS = sa.text("select pg_advisory_xact_lock('duplicate_pair'::regclass::bigint)")
"""One at a time: three that write records which are alike could each wait for a pair of the next one. It is the last
lock of a write but for the feed's, which is taken at the commit."""


def block_row(kind: Kind, record_id: UUID, document: Document) -> dict[str, Any]:
    """The row of `duplicate_block` of a record with this resolved document."""
    return {"record_id": record_id, "keys": block_keys(traits_of_document(kind, document))}


def upsert_block(kind: Kind, record_id: UUID, document: Document) -> sa.Insert:
    """The statement that keeps it."""
    row = block_row(kind, record_id, document)
    return (
        insert(DuplicateBlock)
        .values(row)
        .on_conflict_do_update(index_elements=["record_id"], set_={"keys": row["keys"]})
    )


async def fill_blocks(connection: asyncpg.Connection, kinds: Sequence[Kind]) -> int:
    """Give blocks to records without: those that a release before this one wrote. Returns how many they were."""
    filled = 0
    for kind in kinds:
        sql = (
            f"{kind.queries.state} where r.id in"  # noqa: S608 - constants
            " (select g.id from record g left join duplicate_block b"
            " on b.record_id = g.id where g.kind = $1 and b.record_id is null limit $2)"
        )
        while rows := await connection.fetch(sql, kind.name, BATCH):
            blocks = [block_row(kind, row["id"], written_of(kind, orjson.loads(row["state"]))) for row in rows]
            await connection.executemany(
                "insert into duplicate_block (record_id, keys) values ($1, $2) on conflict do nothing",
                [(block["record_id"], block["keys"]) for block in blocks],
            )
            filled += len(rows)
    return filled


def ordered(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    """The two as a pair is kept."""
    return (one, other) if one < other else (other, one)


async def open_pairs(session: AsyncSession, record_id: UUID) -> dict[tuple[UUID, UUID], float | None]:
    """The pairs of a record that nobody has set apart, with their scores."""
    first, second, score = col(DuplicatePair.first_id), col(DuplicatePair.second_id), col(DuplicatePair.score)
    of_record = sa.or_(first == record_id, second == record_id)
    query = select(first, second, score).where(of_record, col(DuplicatePair.dismissed_at).is_(None))
    return {(one, other): value for one, other, value in (await session.exec(query)).all()}


async def keep_found(
    session: AsyncSession,
    kind: Kind,
    record_id: UUID,
    before: Mapping[tuple[UUID, UUID], float | None],
    found: Sequence[Possible],
) -> None:
    """Make the open pairs of a record, which were those `before` the look, the ones that were found by it.

    One that stands already keeps its id and moment, and one that somebody else has found meanwhile stays.
    """
    wanted = {ordered(record_id, each.id): each.score for each in found}
    if before == wanted:
        return
    first, second = col(DuplicatePair.first_id), col(DuplicatePair.second_id)
    undecided = col(DuplicatePair.dismissed_at).is_(None)
    await (await session.connection()).execute(WRITING_PAIRS)
    gone = sa.tuple_(first, second).in_(before.keys() - wanted.keys())
    await session.exec(sa.delete(DuplicatePair).where(gone, undecided))
    if wanted:
        rows = [
            {"id": new_id(), "kind": kind.name, "score": value, "found_at": now(), "first_id": one, "second_id": other}
            for (one, other), value in wanted.items()
        ]
        statement = insert(DuplicatePair).values(rows)
        score = {"score": statement.excluded.score}
        await session.exec(
            statement.on_conflict_do_update(index_elements=["first_id", "second_id"], set_=score, where=undecided)
        )


async def dismiss(session: AsyncSession, kind: Kind, one: UUID, other: UUID, caller: Caller, reason: str) -> None:
    """Keep that two records are not the same, with who says so and why; the first to say it stands."""
    first, second = ordered(one, other)
    said = {"dismissed_at": now(), "partner_id": caller.partner_id, "key_id": caller.key, "reason": reason}
    row = {"first_id": first, "second_id": second, "id": new_id(), "kind": kind.name, "found_at": now(), **said}
    statement = insert(DuplicatePair).values(row)
    await session.exec(
        statement.on_conflict_do_update(
            index_elements=["first_id", "second_id"], set_=said, where=col(DuplicatePair.dismissed_at).is_(None)
        )
    )


async def reconsider(session: AsyncSession, one: UUID, other: UUID) -> bool:
    """Take back that two records are not the same; False where nobody said so."""
    first, second = ordered(one, other)
    gone = await session.exec(
        sa.delete(DuplicatePair).where(
            col(DuplicatePair.first_id) == first,
            col(DuplicatePair.second_id) == second,
            col(DuplicatePair.dismissed_at).is_not(None),
        )
    )
    return bool(gone.rowcount)
