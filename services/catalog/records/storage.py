"""Putting a record into the tables: its row, what belongs to it, its links, its revision, its change."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.duplicates.storing import upsert_block
from services.catalog.records.documents import child_rows, columns_of
from services.catalog.records.kinds import Document, Kind
from services.catalog.records.models import (
    ARCHIVED,
    DRAFT,
    MERGED,
    PUBLISHED,
    REVIEW_AFTER,
    UNPUBLISHED,
    RecordLink,
    Revision,
)
from services.catalog.records.problems import broken_rule, slug_taken
from services.catalog.records.shapes import references
from services.common.access.caller import Caller
from services.common.clock import now
from services.common.feed.writer import record_change

EVENTS = {
    (DRAFT, PUBLISHED): "created",
    (PUBLISHED, PUBLISHED): "updated",
    (PUBLISHED, DRAFT): "archived",
    (PUBLISHED, ARCHIVED): "archived",
    (PUBLISHED, MERGED): "merged",
}
"""What the feed says of a change of status (former, now), every unpublished one taken as a draft."""


def event_of(former: str, status: str) -> str | None:
    """What the feed says of a change of status; None: what happens to a draft it does not say."""
    before, after = (DRAFT if each in UNPUBLISHED else each for each in (former, status))
    return EVENTS.get((before, after))


@dataclass(frozen=True, slots=True)
class Change:
    """Who changes a record, what for, and what is set besides its document."""

    action: str
    status: str
    caller: Caller | None = None
    reason: str | None = None
    columns: dict[str, Any] = field(default_factory=dict)
    event: str | None = None
    """The type of its change in the feed, e.g. `record.review_due`, where that does not follow from the status."""


def _common(document: Document, change: Change, version: int, at: datetime) -> dict[str, Any]:
    due = document.get("review_due")
    return {
        "slug": document["slug"],
        "status": change.status,
        "version": version,
        "updated_at": at,
        "review_due": date.fromisoformat(due) if due else (at + REVIEW_AFTER).date(),
        **change.columns,
    }


async def insert_record(
    session: AsyncSession, kind: Kind, record_id: UUID, document: Document, owner_id: UUID | None, change: Change
) -> None:
    """Store a new record of a resolved document; raises `Problem` (409) when its slug is taken, 422 for a rule."""
    at = now()
    columns = {
        "id": record_id,
        "owner_id": owner_id,
        "created_at": at,
        **columns_of(kind, document),
        **_common(document, change, 1, at),
    }
    await _execute(session, sa.insert(kind.table).values(columns), document)
    await _belongings(session, kind, record_id, document)
    await _leave(session, kind, record_id, 1, DRAFT, document, change, at)


async def update_record(
    session: AsyncSession,
    kind: Kind,
    record_id: UUID,
    version: int,
    former_status: str,
    document: Document,
    change: Change,
) -> None:
    """Store the next version of a record, which is locked; raises `Problem` as `insert_record` does."""
    at = now()
    columns = {**columns_of(kind, document), **_common(document, change, version + 1, at)}
    table = kind.table
    same_day = table.c.review_due == columns["review_due"]
    columns = {"review_told": sa.case((same_day, table.c.review_told), else_=False), **columns}
    await _execute(session, sa.update(table).where(table.c.id == record_id).values(columns), document)
    for name, column in kind.child_tables.items():
        child = table.metadata.tables[name]
        await session.exec(sa.delete(child).where(child.c[column] == record_id))
    links = RecordLink.__table__  # type: ignore[attr-defined]  # SQLModel's stubs do not know it
    await session.exec(sa.delete(links).where(links.c.source_id == record_id, links.c.relation.not_in(kind.linked)))
    await _belongings(session, kind, record_id, document)
    await _leave(session, kind, record_id, version + 1, former_status, document, change, at)


async def _belongings(session: AsyncSession, kind: Kind, record_id: UUID, document: Document) -> None:
    for table, rows in child_rows(kind, record_id, document).items():
        if rows:
            await _execute(session, sa.insert(table).values(rows), document)
    links = [
        {"source_id": record_id, "relation": relation, "target_id": target}
        for relation, target in sorted(references(kind.referring, document))
        if relation not in kind.linked
    ]
    if links:
        await _execute(session, sa.insert(RecordLink).values(links), document)
    await session.exec(upsert_block(kind, record_id, document))


async def _leave(
    session: AsyncSession,
    kind: Kind,
    record_id: UUID,
    version: int,
    former_status: str,
    document: Document,
    change: Change,
    at: datetime,
) -> None:
    """The traces of a write: its revision, and its change where others may know of it."""
    await session.exec(sa.insert(Revision).values(revision_row(kind, record_id, version, document, change, at)))
    event = event_of(former_status, change.status)
    if told := change.event or (event and f"{kind.name}.{event}"):
        await record_change(session, told, record_id, version, kind=kind.name)
    await _check_rules(session, kind, document)


def revision_row(
    kind: Kind, record_id: UUID, version: int, document: Document, change: Change, at: datetime
) -> dict[str, Any]:
    """The row of `revision` for one version."""
    caller = change.caller
    return {
        "record_id": record_id,
        "version": version,
        "kind": kind.name,
        "action": change.action,
        "status": change.status,
        "at": at,
        "partner_id": caller.partner_id if caller else None,
        "key_id": caller.key if caller else None,
        "reason": change.reason,
        "document": document,
    }


async def _check_rules(session: AsyncSession, kind: Kind, document: Document) -> None:
    """Have the rules over several rows checked now, while there is a document to name in the answer.

    By name: the feed's own trigger must wait for the commit.
    """
    if kind.rules:
        rules = ", ".join(kind.rules)
        await _execute(session, sa.text(f"set constraints {rules} immediate"), document)
        await _execute(session, sa.text(f"set constraints {rules} deferred"), document)


async def _execute(session: AsyncSession, statement: Any, document: Document) -> None:  # noqa: ANN401 - any statement
    try:
        await session.exec(statement)
    except IntegrityError as error:
        if "slug" in str(error.orig):
            raise slug_taken(document["slug"]) from error
        if (problem := broken_rule(error)) is not None:
            raise problem from error
        raise
