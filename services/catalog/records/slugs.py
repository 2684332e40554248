"""Slugs: one record's alone, kept when it is renamed, released by a moderator when it is archived."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.records.finding import Locked
from services.catalog.records.kinds import Kind
from services.catalog.records.models import ENDED, FormerSlug, LoadedRow, RegisteredRecord
from services.catalog.records.problems import slug_taken
from services.common.problems import CONFLICT, Problem, not_found


async def require_free_slug(session: AsyncSession, kind: Kind, slug: str, record_id: UUID) -> None:
    """Raise `Problem` (409) when another record has this slug or had it."""
    former = await session.get(FormerSlug, (kind.name, slug))
    if former is not None and former.record_id != record_id:
        raise slug_taken(slug)
    if former is not None:
        await session.delete(former)
        await session.flush()


async def keep_former_slug(session: AsyncSession, kind: Kind, locked: Locked) -> None:
    """Have the slug that the record is losing lead on to it."""
    kept = insert(FormerSlug).values(kind=kind.name, slug=locked.slug, record_id=locked.id)
    # Another record that was renamed while this one took its slug has left its own row.
    key = [col(FormerSlug.kind), col(FormerSlug.slug)]
    await session.exec(kept.on_conflict_do_update(index_elements=key, set_={"record_id": locked.id}))


async def release(session: AsyncSession, kind: Kind, slug: str) -> None:
    """Free a slug: that of an archived record, or one that a record had before it was renamed.

    Raises `Problem`: 404 when nothing has or had it, 409 when a record has it that is not archived.
    """
    # A row of a file that was loaded under the slug says nothing of whoever has it next.
    loaded = sa.update(LoadedRow).where(col(LoadedRow.kind) == kind.name, col(LoadedRow.slug) == slug)
    await session.exec(loaded.values(version=0))
    if await session.get(FormerSlug, (kind.name, slug)) is not None:
        gone = sa.delete(FormerSlug).where(col(FormerSlug.kind) == kind.name, col(FormerSlug.slug) == slug)
        await session.exec(gone)
        return
    query = select(RegisteredRecord).where(RegisteredRecord.kind == kind.name, RegisteredRecord.slug == slug)
    record = (await session.exec(query.with_for_update())).one_or_none()
    if record is None:
        raise not_found(slug)
    if record.status not in ENDED:
        raise Problem(
            CONFLICT,
            {
                "en": "'{slug}' is in use: the slug of an archived record can be released.",
                "fr": "« {slug} » est utilisé : seul l'identifiant d'une fiche archivée peut être libéré.",
                "ar": "المعرّف '{slug}' مستخدم: لا يُحرَّر إلا معرّف سجل مؤرشف.",
            },
            {"slug": slug},
        )
    table = kind.table
    await session.exec(sa.update(table).where(table.c.id == record.id).values(slug=f"released-{record.id}"))
