"""What every write of a record does: find it under a lock, check what the writer has seen, leave a change."""

from collections.abc import Mapping
from typing import Any, TypeVar

import sqlalchemy as sa
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.records.models import ARCHIVED, PUBLISHED, RecordBase, now
from services.catalog.records.responses import gone
from services.common.etags import require_match
from services.common.feed.writer import record_change
from services.common.ids import parse_id
from services.common.problems import CONFLICT, FieldError, Problem, invalid, not_found

R = TypeVar("R", bound=RecordBase)
M = TypeVar("M", bound=BaseModel)


async def find_for_update(session: AsyncSession, model: type[R], ref: str, if_match: str | None) -> R:
    """The published record under a row lock, once If-Match names its version; raises `Problem` otherwise."""
    record_id = parse_id(ref)
    condition = model.id == record_id if record_id else model.slug == ref
    record = (await session.exec(select(model).where(condition).with_for_update())).one_or_none()
    if record is None:
        raise not_found(ref)
    if record.status == ARCHIVED:
        raise gone(record.archive_reason)
    require_match(if_match, record.version)
    return record


async def store_new(session: AsyncSession, kind: str, record: RecordBase) -> None:
    """Insert a record with its change; raises `Problem` (409) when its slug is taken."""
    session.add(record)
    try:
        await session.flush()
    except IntegrityError as error:
        if "slug" in str(error.orig):
            raise slug_taken(record.slug) from error
        raise
    await record_change(session, f"{kind}.created", record.id, record.version)


async def store_changed(session: AsyncSession, kind: str, record: RecordBase) -> None:
    """Count the version up and record the change."""
    record.version += 1
    record.updated_at = now()
    session.add(record)
    await record_change(session, f"{kind}.updated", record.id, record.version)


async def archive(session: AsyncSession, kind: str, record: RecordBase, reason: str) -> None:
    """Take a record out of publication: its address answers 410, the feed carries a tombstone."""
    record.version += 1
    record.updated_at = now()
    record.status = ARCHIVED
    record.archive_reason = reason
    session.add(record)
    await record_change(session, f"{kind}.archived", record.id, record.version)


async def is_published(session: AsyncSession, model: type[RecordBase], ref: str) -> bool:
    """Whether `ref` names a published record."""
    record_id = parse_id(ref)
    condition = model.id == record_id if record_id else model.slug == ref
    found = await session.exec(select(sa.literal(1)).where(condition, model.status == PUBLISHED))
    return found.first() is not None


def keep_slug(record: RecordBase, slug: str) -> None:
    """Raise `Problem` (422) for an attempt to rename a slug: other systems refer to it."""
    if record.slug != slug:
        raise invalid([FieldError(pointer="/slug", detail="a slug stays as it is", code="immutable")])


def slug_taken(slug: str) -> Problem:
    """Another record, perhaps an archived one, has this slug."""
    return Problem(
        CONFLICT,
        {
            "en": "The slug '{slug}' is taken, perhaps by an archived record.",
            "fr": "L'identifiant « {slug} » est déjà pris, peut-être par une fiche archivée.",
            "ar": "المعرّف '{slug}' مستخدم، ربما من سجل مؤرشف.",
        },
        {"slug": slug},
        errors=[FieldError(pointer="/slug", detail="taken", code="taken")],
    )


def merge_patch(document: Any, patch: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The document after a merge patch (RFC 7396)."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(document) if isinstance(document, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def patched(model: type[M], document: Mapping[str, Any], patch: Mapping[str, Any]) -> M:
    """The whole record as it would stand after the patch; raises the same error as a body that is wrong."""
    try:
        return model.model_validate(merge_patch(document, patch))
    except ValidationError as error:
        raise RequestValidationError([dict(item, loc=("body", *item["loc"])) for item in error.errors()]) from error
