"""The moderators' list of pairs."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import Request, Response
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.access.models import Partner
from services.catalog.duplicates.models import DuplicatePair
from services.catalog.duplicates.schemas import PairRead, PairSideRead
from services.catalog.records.models import PUBLISHED, UNPUBLISHED, RegisteredRecord
from services.catalog.records.representation import Reader
from services.catalog.records.schemas import OwnerRefRead
from services.common.http.answers import find_page, found_response
from services.common.paging import Page
from services.common.schemas import TextRead

LIVE = frozenset({PUBLISHED, *UNPUBLISHED})


async def pairs_page(
    request: Request,
    session: AsyncSession,
    page: Page,
    reader: Reader,
    kind: str | None,
    *,
    dismissed: bool,
) -> Response:
    """A page of the pairs, both of whose records are there, of one kind where one is given."""
    told = col(DuplicatePair.dismissed_at)
    query = select(DuplicatePair).where(told.is_not(None) if dismissed else told.is_(None))
    for side in (DuplicatePair.first_id, DuplicatePair.second_id):
        there = select(RegisteredRecord.id).where(RegisteredRecord.id == side, col(RegisteredRecord.status).in_(LIVE))
        query = query.where(there.exists())
    if kind is not None:
        query = query.where(DuplicatePair.kind == kind)
    found = await find_page(session, query, col(DuplicatePair.id), page)
    records = await _records(session, {side for pair in found.rows for side in (pair.first_id, pair.second_id)})
    partners = await _partners(session, {pair.partner_id for pair in found.rows if pair.partner_id})
    items = [_read(pair, records, partners, reader) for pair in found.rows]
    return found_response(request, found, items)


async def _records(session: AsyncSession, ids: set[UUID]) -> Mapping[UUID, RegisteredRecord]:
    rows = await session.exec(select(RegisteredRecord).where(col(RegisteredRecord.id).in_(ids)))
    return {row.id: row for row in rows.all()}


async def _partners(session: AsyncSession, ids: set[UUID]) -> Mapping[UUID, OwnerRefRead]:
    rows = await session.exec(select(Partner).where(col(Partner.id).in_(ids)))
    return {row.id: OwnerRefRead(id=row.id, slug=row.slug, name=row.name) for row in rows.all()}


def _read(
    pair: DuplicatePair,
    records: Mapping[UUID, RegisteredRecord],
    partners: Mapping[UUID, OwnerRefRead],
    reader: Reader,
) -> PairRead:
    return PairRead(
        id=pair.id,
        kind=pair.kind,
        first=_side(records[pair.first_id], reader),
        second=_side(records[pair.second_id], reader),
        score=None if pair.score is None else round(pair.score, 3),
        found_at=pair.found_at,
        dismissed_at=pair.dismissed_at,
        dismissed_by=partners.get(pair.partner_id) if pair.partner_id else None,
        reason=pair.reason,
    )


def _side(record: RegisteredRecord, reader: Reader) -> PairSideRead:
    name = TextRead.model_validate(reader.text(record.name))
    return PairSideRead(id=record.id, slug=record.slug, name=name, status=record.status)
