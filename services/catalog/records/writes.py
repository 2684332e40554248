"""What every write of a record does: find it under a lock, check what the writer has seen, leave a change."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.records.models import ARCHIVED, DISCARDED, DRAFT, ENDED, PUBLISHED, RecordBase, now
from services.catalog.records.responses import gone
from services.common.etags import require_match
from services.common.feed.writer import record_change
from services.common.ids import parse_id
from services.common.problems import CONFLICT, FieldError, Problem, invalid, not_found

R = TypeVar("R", bound=RecordBase)
M = TypeVar("M", bound=BaseModel)


async def find_for_update(
    session: AsyncSession, model: type[R], ref: str, if_match: str | None, allowed: Callable[[R], Awaitable[bool]]
) -> R:
    """The record under a row lock, once If-Match names its version.

    Raises `Problem`: 404 for none, and for one that the caller is not `allowed` to change, 410 for an archived one,
    428 and 412 of If-Match.
    """
    if "\0" in ref:
        raise not_found(ref)
    record_id = parse_id(ref)
    condition = model.id == record_id if record_id else model.slug == ref
    record = (await session.exec(select(model).where(condition).with_for_update())).one_or_none()
    if record is None or not await allowed(record):
        raise not_found(ref)
    if record.status in ENDED:
        raise gone(record.archive_reason)
    require_match(if_match, record.version)
    return record


async def store_new(session: AsyncSession, kind: str, record: RecordBase) -> None:
    """Insert a record, with its change unless it is a draft; raises `Problem` (409) when its slug is taken."""
    session.add(record)
    try:
        await session.flush()
    except IntegrityError as error:
        if "slug" in str(error.orig):
            raise slug_taken(record.slug) from error
        raise
    await _record(session, kind, record, DRAFT)


async def store_changed(session: AsyncSession, kind: str, record: RecordBase, status: str | None = None) -> None:
    """Count the version up, take over the publication status, and record the change."""
    former = record.status
    record.version += 1
    record.updated_at = now()
    record.status = status or former
    session.add(record)
    await _record(session, kind, record, former)


async def archive(session: AsyncSession, kind: str, record: RecordBase, reason: str) -> None:
    """Take a record away: its address answers 410, for a draft to those only who could see it."""
    record.archive_reason = reason
    await store_changed(session, kind, record, DISCARDED if record.status == DRAFT else ARCHIVED)


EVENTS = {
    (DRAFT, PUBLISHED): "created",
    (PUBLISHED, PUBLISHED): "updated",
    (PUBLISHED, DRAFT): "archived",
    (PUBLISHED, ARCHIVED): "archived",
}
"""What the feed says of a change of status (former, now). What happens to a draft it does not say."""


async def _record(session: AsyncSession, kind: str, record: RecordBase, former: str) -> None:
    if event := EVENTS.get((former, record.status)):
        await record_change(session, f"{kind}.{event}", record.id, record.version)


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
    if "status" in patch and patch["status"] is None:
        raise invalid([FieldError(pointer="/status", detail="a record always has one", code="required")])
    try:
        return model.model_validate(merge_patch(document, patch))
    except ValidationError as error:
        raise RequestValidationError([dict(item, loc=("body", *item["loc"])) for item in error.errors()]) from error
