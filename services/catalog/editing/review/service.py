"""Taking a record through its review."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.editing.review.schemas import REASONED, ReviewWrite
from services.catalog.records.documents import written_of
from services.catalog.records.finding import Locked, lock_for_change
from services.catalog.records.kinds import Kind
from services.catalog.records.models import ENDED, PUBLISHED, SUBMITTED
from services.catalog.records.storage import Change, update_record
from services.catalog.records.transitions import Action, require_step
from services.catalog.records.writing import (
    checked_document,
    keep_former_version,
    require_editor,
    require_publisher,
    require_unused,
)
from services.catalog.vocabularies.checks import Vocabularies
from services.common.access.caller import Caller
from services.common.clock import now
from services.common.problems import not_found


async def review(
    session: AsyncSession,
    kind: Kind,
    vocabularies: Vocabularies,
    caller: Caller,
    ref: str,
    if_match: str | None,
    wanted: ReviewWrite,
) -> UUID:
    """Take one step with a record; every step is a version. Returns its id.

    Raises `Problem`: 409 for a step that its status does not have and while published records name what is withdrawn,
    403 for one that is not the caller's, 422 for a draft that cannot be published as it is, and those of If-Match.
    """
    locked = await lock_for_change(session, kind, ref, if_match, caller, ended=wanted.action == "reopen")
    await require_editor(session, kind, caller, locked)
    if locked.status in ENDED and kind.moderated and not caller.moderates:
        raise not_found(ref)
    step = require_step(locked.status, wanted.action, moderates=caller.moderates)
    document = written_of(kind, locked.state)
    document["status"] = step.to if step.to in {SUBMITTED, PUBLISHED} else "draft"
    document["review_due"] = next_review(wanted.action, document["review_due"], now().date())
    if step.to == PUBLISHED != locked.status:
        document = await checked_document(session, kind, vocabularies, caller, locked.id, document, document)
    if PUBLISHED in {step.to, locked.status}:
        await require_publisher(session, kind, caller, document)
    if locked.status == PUBLISHED != step.to:
        await require_unused(session, locked.id)
    await keep_former_version(session, kind, locked)
    done = Change(step.done, step.to, caller, wanted.reason, _columns(locked, wanted, step.to))
    await update_record(session, kind, locked.id, locked.version, locked.status, document, done)
    return locked.id


def next_review(action: Action, due: str | None, today: date) -> str | None:
    """The day of the next review; None: a year on. Publishing keeps one still ahead, confirming sets it anew."""
    if action == "confirm" or (action == "publish" and due is not None and date.fromisoformat(due) <= today):
        return None
    return due


def _columns(locked: Locked, wanted: ReviewWrite, to: str) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if wanted.action in REASONED:
        columns["review_note"] = wanted.reason
    elif to in {SUBMITTED, PUBLISHED} or locked.status in ENDED:
        columns["review_note"] = None
    if locked.status in ENDED:
        columns["archive_reason"] = None
    return columns
