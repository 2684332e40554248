"""What can be done with a record of any kind: create it, change it, archive it.

Everything a write needs is checked here, whatever the kind: who may, what the writer has seen, what the document
names. What a change leaves behind is `storage`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.access.mandates.rules import may_act, require_mandate
from services.catalog.records.documents import document_errors, named_records, places_of, resolved, written_of
from services.catalog.records.finding import Locked, lock_for_change
from services.catalog.records.kinds import Document, Kind
from services.catalog.records.models import (
    ARCHIVED,
    DISCARDED,
    DRAFT,
    PUBLISHED,
    SUBMITTED,
    UNPUBLISHED,
    LoadedRow,
    RecordLink,
    RegisteredRecord,
    Revision,
)
from services.catalog.records.names import find_names
from services.catalog.records.ownership import owner_of_new, owns
from services.catalog.records.problems import in_use
from services.catalog.records.slugs import keep_former_slug, require_free_slug
from services.catalog.records.storage import Change, insert_record, revision_row, update_record
from services.catalog.records.transitions import BY_WRITING, require_step
from services.catalog.vocabularies.checks import Vocabularies
from services.common.access.caller import Caller
from services.common.ids import new_id
from services.common.merge_patch import patched
from services.common.problems import FORBIDDEN, FieldError, Problem, invalid, not_found

MODERATORS_PUBLISH = {
    "en": "Moderators publish records of this kind. Create it with the status 'submitted': they will look at it.",
    "fr": "La modération publie ce type de fiches. Créez-la avec le statut « submitted » : elle l'examinera.",
    "ar": "ينشر المشرفون هذا النوع من السجلات. أنشئه بالحالة 'submitted' ليطّلعوا عليه.",
}
MODERATORS_CREATE = {
    "en": "Moderators create records of this kind.",
    "fr": "La modération crée ce type de fiches.",
    "ar": "ينشئ المشرفون هذا النوع من السجلات.",
}


async def create(
    session: AsyncSession,
    kind: Kind,
    vocabularies: Vocabularies,
    caller: Caller,
    document: Document,
    reason: str | None = None,
) -> UUID:
    """Create a record of a valid document, the caller's own; returns its id.

    Raises `Problem`: 403 for who may not create or publish it, 409 for a slug that is taken, 422 for what is not known
    and for a rule that it breaks.
    """
    if kind.moderated and not caller.moderates:
        raise Problem(FORBIDDEN, MODERATORS_CREATE)
    record_id = new_id()
    document = await checked_document(session, kind, vocabularies, caller, record_id, document, None)
    if document["status"] == PUBLISHED:
        await require_publisher(session, kind, caller, document)
    await require_free_slug(session, kind, document["slug"], record_id)
    change = Change("created", document["status"], caller, reason)
    await insert_record(session, kind, record_id, document, owner_of_new(caller), change)
    return record_id


async def change(
    session: AsyncSession,
    kind: Kind,
    vocabularies: Vocabularies,
    caller: Caller,
    ref: str,
    if_match: str | None,
    patch: Mapping[str, Any],
    reason: str | None = None,
) -> UUID:
    """Apply a merge patch to a record as it is written; a patch that changes nothing makes no version.

    Raises `Problem`: 404 for one that the caller may not change, 412 and 428 of If-Match, 403, 409 and 422 as `create`.
    """
    locked = await lock_for_change(session, kind, ref, if_match, caller)
    await require_editor(session, kind, caller, locked)
    former = written_of(kind, locked.state)
    if "status" in patch and patch["status"] is None:
        raise invalid([FieldError(pointer="/status", detail="a record always has one", code="required")])
    document = patched(kind.write, former, patch).model_dump(mode="json")
    if "review_due" not in patch:
        document["review_due"] = None
    await write_version(session, kind, vocabularies, caller, locked, document, Edit("changed", reason))
    return locked.id


@dataclass(frozen=True, slots=True)
class Edit:
    """What is done to a record, and why."""

    action: str
    """As the revisions call it, unless its status changes: then they name that step."""
    reason: str | None = None
    as_it_stood: bool = False
    """The document's translations are those of its originals, however the record reads now."""


async def write_version(
    session: AsyncSession,
    kind: Kind,
    vocabularies: Vocabularies,
    caller: Caller,
    locked: Locked,
    document: Document,
    edit: Edit,
) -> None:
    """Make a document the next version of a locked record, unless it says nothing new."""
    former = written_of(kind, locked.state)
    revised = None if edit.as_it_stood else former
    document = await checked_document(session, kind, vocabularies, caller, locked.id, document, revised)
    status = document["status"]
    if status == DRAFT and locked.status in UNPUBLISHED - {SUBMITTED}:
        status = locked.status  # an edit of what was sent back is still to be submitted again
    action = edit.action
    if status != locked.status:
        action = require_step(locked.status, BY_WRITING[status], moderates=caller.moderates).done
    elif _same(document, former):
        return
    if locked.status == PUBLISHED:
        await require_publisher(session, kind, caller, former)
    if status == PUBLISHED:
        await require_publisher(session, kind, caller, document)
    elif locked.status == PUBLISHED:
        await require_unused(session, locked.id)
    if document["slug"] != locked.slug:
        await require_free_slug(session, kind, document["slug"], locked.id)
        await keep_former_slug(session, kind, locked)
    await keep_former_version(session, kind, locked)
    note = {"review_note": None} if status in {SUBMITTED, PUBLISHED} else {}
    await update_record(
        session,
        kind,
        locked.id,
        locked.version,
        locked.status,
        document,
        Change(action, status, caller, edit.reason, note),
    )


async def archive(
    session: AsyncSession, kind: Kind, caller: Caller, ref: str, if_match: str | None, reason: str
) -> None:
    """Take a record away: its address answers 410, for a draft to those only who could see it.

    Raises `Problem`: 409 while published records name it.
    """
    locked = await lock_for_change(session, kind, ref, if_match, caller)
    await require_editor(session, kind, caller, locked)
    if kind.moderated and not caller.moderates:
        raise not_found(ref)
    document = written_of(kind, locked.state)
    if locked.status == PUBLISHED:
        await require_publisher(session, kind, caller, document)
        await require_unused(session, locked.id)
    await keep_former_version(session, kind, locked)
    status = DISCARDED if locked.status in UNPUBLISHED else ARCHIVED
    done = Change("archived", status, caller, reason, {"archive_reason": reason})
    await update_record(session, kind, locked.id, locked.version, locked.status, document, done)


async def require_editor(session: AsyncSession, kind: Kind, caller: Caller, locked: Locked) -> None:
    """Raise `Problem` (404) unless the caller may change the record: its own, or a territory under a mandate."""
    if owns(caller, locked.owner_id):
        return
    if kind.name == "territory" and locked.status == PUBLISHED and await may_act(session, caller, locked.id):
        return
    raise not_found(locked.slug)


async def require_publisher(session: AsyncSession, kind: Kind, caller: Caller, document: Document) -> None:
    """Raise `Problem` (403) unless the caller may publish the record: under a mandate for a place that it is in."""
    if caller.moderates or kind.name == "territory":
        return
    places = places_of(kind, document)
    if not places:
        raise Problem(FORBIDDEN, MODERATORS_PUBLISH)
    for place in places[:-1]:
        if await may_act(session, caller, place):
            return
    await require_mandate(session, caller, places[-1])


async def require_unused(session: AsyncSession, record_id: UUID) -> None:
    """Raise `Problem` (409) while published records name this one."""
    query = (
        select(RegisteredRecord.kind, RegisteredRecord.slug)
        .join(RecordLink, col(RecordLink.source_id) == col(RegisteredRecord.id))
        .where(RecordLink.target_id == record_id, RegisteredRecord.status == PUBLISHED)
        .distinct()
    )
    count = (await session.exec(select(sa.func.count()).select_from(query.subquery()))).one()
    if count:
        users = [{"kind": kind, "slug": slug} for kind, slug in (await session.exec(query.limit(3))).all()]
        raise in_use(users, count)


async def keep_former_version(session: AsyncSession, kind: Kind, locked: Locked) -> None:
    """Make sure that the version about to be replaced has its revision: one from before revisions has none."""
    found = await session.get(Revision, (locked.id, locked.version))
    if found is None:
        was = Change("unrecorded", locked.status)
        document = written_of(kind, locked.state)
        row = revision_row(kind, locked.id, locked.version, document, was, locked.state_at)
        await session.exec(sa.insert(Revision).values(row))


async def stay_as_loaded(session: AsyncSession, kind: Kind, former: Locked) -> None:
    """Say that the version just made is no person's edit: the row of a file that made the former one may go on
    changing the record."""
    loaded = sa.update(LoadedRow).where(col(LoadedRow.kind) == kind.name, col(LoadedRow.slug) == former.slug)
    version = select(RegisteredRecord.version).where(RegisteredRecord.id == former.id).scalar_subquery()
    await session.exec(loaded.where(col(LoadedRow.version) == former.version).values(version=version))


async def checked_document(
    session: AsyncSession,
    kind: Kind,
    vocabularies: Vocabularies,
    caller: Caller,
    record_id: UUID,
    document: Document,
    former: Document | None,
) -> Document:
    """The document resolved; raises `Problem` (422) naming everything that is wrong with it."""
    published = document["status"] == PUBLISHED
    names = await find_names(session, caller, named_records(kind, document), published=published)
    errors = document_errors(kind, document, vocabularies, names)
    if not errors:
        document = resolved(kind, document, former, names)
        errors = await kind.check(session, document, record_id) if kind.check else []
    if errors:
        raise invalid(errors)
    return document


def _same(document: Document, former: Document) -> bool:
    """Whether nothing is said anew; a day of review that nobody set is no statement."""
    if document["review_due"] is None:
        document = {**document, "review_due": former["review_due"]}
    return document == former
