"""Bringing back what a former version said."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.records.documents import written_of
from services.catalog.records.finding import lock_for_change
from services.catalog.records.kinds import Kind
from services.catalog.records.models import Revision
from services.catalog.records.writing import Edit, require_editor, write_version
from services.catalog.vocabularies.checks import Vocabularies
from services.common.access.caller import Caller
from services.common.merge_patch import patched
from services.common.problems import not_found


async def restore(
    session: AsyncSession,
    kind: Kind,
    vocabularies: Vocabularies,
    caller: Caller,
    ref: str,
    if_match: str | None,
    version: int,
    reason: str | None,
) -> UUID:
    """Make what a former version said the next version; slug and status stay. Returns the record's id.

    Raises `Problem`: 404 for no such version, 422 where what it names or says does not hold any more, and those of a
    change.
    """
    locked = await lock_for_change(session, kind, ref, if_match, caller)
    await require_editor(session, kind, caller, locked)
    former = await session.get(Revision, (locked.id, version))
    if former is None:
        raise not_found(str(version))
    now = written_of(kind, locked.state)
    said = {**former.document, "slug": now["slug"], "status": now["status"], "review_due": None}
    document = patched(kind.write, said, {}).model_dump(mode="json")
    edit = Edit("restored", reason, as_it_stood=True)
    await write_version(session, kind, vocabularies, caller, locked, document, edit)
    return locked.id
