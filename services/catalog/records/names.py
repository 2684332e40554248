"""Which records a document's references mean."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.records.documents import Names
from services.catalog.records.models import MERGED, PUBLISHED, UNPUBLISHED, RegisteredRecord
from services.catalog.records.ownership import owns
from services.catalog.records.survivors import survivors
from services.common.access.caller import Caller
from services.common.database import reads_of
from services.common.ids import parse_id


async def find_names(
    session: AsyncSession, caller: Caller, named: Iterable[tuple[str, str]], *, published: bool
) -> Names:
    """The ids of these (kind, id or slug): of published records, and of the caller's own drafts for its drafts.

    One that was merged means the record that stands for it. The rows stay locked against being archived until the
    transaction ends.
    """
    wanted = sorted(named)
    if not wanted:
        return {}
    ids = {parsed for _, ref in wanted if (parsed := parse_id(ref))}
    slugs = {ref for _, ref in wanted}
    meant = sa.or_(col(RegisteredRecord.id).in_(ids), col(RegisteredRecord.slug).in_(slugs))
    of_kinds = col(RegisteredRecord.kind).in_({kind for kind, _ in wanted})
    rows = await _locked(session, sa.and_(meant, of_kinds))
    merged = [record for record in rows if record.status == MERGED]
    instead = await survivors(await reads_of(session), [record.id for record in merged])
    last = await _locked(session, col(RegisteredRecord.id).in_(set(instead.values()))) if instead else []
    standing = {record.id: record for record in last}
    found: dict[tuple[str, str], UUID] = {}
    for record in rows:
        meaning = standing.get(instead.get(record.id, record.id), record)
        own_draft = meaning.status in UNPUBLISHED and owns(caller, meaning.owner_id)
        if meaning.status == PUBLISHED or (own_draft and not published):
            found[record.kind, record.slug] = meaning.id
            found[record.kind, str(record.id)] = meaning.id
    return found


async def _locked(session: AsyncSession, condition: sa.ColumnElement[bool]) -> list[RegisteredRecord]:
    query = (
        select(RegisteredRecord)
        .where(condition)
        .order_by(col(RegisteredRecord.id))
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    return list((await session.exec(query)).all())
