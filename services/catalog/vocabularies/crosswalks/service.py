"""Keeping crosswalks: a partner its own scheme, moderators every one."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.records.ownership import owner_of_new, owns
from services.catalog.vocabularies.checks import unknown_term
from services.catalog.vocabularies.crosswalks.schemas import EntryWrite
from services.catalog.vocabularies.models import CrosswalkEntry, CrosswalkScheme, Vocabulary, VocabularyTerm
from services.common.access.caller import Caller
from services.common.clock import now
from services.common.etags import require_match
from services.common.problems import CONFLICT, FORBIDDEN, Problem, invalid, not_found

MAX_ENTRIES = 5000
"""Of one scheme: it is read whole."""


async def put_entry(
    session: AsyncSession, caller: Caller, scheme: str, vocabulary: str, code: str, written: EntryWrite
) -> CrosswalkEntry:
    """Say what a code of a scheme is called here; the first entry makes the scheme, the caller's own.

    Raises `Problem`: 403 for another partner's scheme, 404 for no vocabulary of ours, 409 for a scheme that is full,
    422 for a target that the vocabulary has not.
    """
    if await session.get(Vocabulary, vocabulary) is None:
        raise not_found(vocabulary)
    if written.target is not None and await session.get(VocabularyTerm, (vocabulary, written.target)) is None:
        raise invalid([unknown_term("/target", vocabulary, written.target)])
    made = insert(CrosswalkScheme).values(name=scheme, owner_id=owner_of_new(caller), version=0)
    await session.exec(made.on_conflict_do_nothing())
    kept = await _lock(session, caller, scheme)
    entry = await session.get(CrosswalkEntry, (scheme, vocabulary, code))
    if entry is None:
        count = select(sa.func.count()).select_from(CrosswalkEntry).where(CrosswalkEntry.scheme == scheme)
        if (await session.exec(count)).one() >= MAX_ENTRIES:
            raise _full(scheme)
        entry = CrosswalkEntry(scheme=scheme, vocabulary=vocabulary, code=code)
    elif (entry.target, entry.relation, entry.note) == (written.target, written.relation, written.note):
        return entry
    entry.target, entry.relation, entry.note = written.target, written.relation, written.note
    entry.changed_at = now()
    kept.version += 1
    session.add_all([entry, kept])
    await session.flush()
    return entry


async def remove_entry(
    session: AsyncSession, caller: Caller, scheme: str, vocabulary: str, code: str, if_match: str | None
) -> None:
    """Say nothing of a code any more; raises `Problem`: 403, 404, and 412 and 428 of If-Match on the scheme."""
    kept = await _lock(session, caller, scheme)
    entry = await session.get(CrosswalkEntry, (scheme, vocabulary, code))
    if entry is None:
        raise not_found(code)
    require_match(if_match, kept.version)
    kept.version += 1
    session.add(kept)
    await session.delete(entry)


async def _lock(session: AsyncSession, caller: Caller, scheme: str) -> CrosswalkScheme:
    """The scheme, once the caller may change it and nobody else does."""
    query = select(CrosswalkScheme).where(col(CrosswalkScheme.name) == scheme).with_for_update()
    kept = (await session.exec(query)).one_or_none()
    if kept is None:
        raise not_found(scheme)
    if not owns(caller, kept.owner_id):
        raise Problem(
            FORBIDDEN,
            {
                "en": "The scheme '{scheme}' is another's: its partner and the moderators change it. Choose another "
                "name for your own codes.",
                "fr": "Le schéma « {scheme} » n'est pas le vôtre : son organisation et la modération le modifient. "
                "Choisissez un autre nom pour vos propres codes.",
                "ar": "المخطط '{scheme}' ليس لمنظمتك: يعدّله شريكه والمشرفون. اختر اسمًا آخر لرموزك.",
            },
            {"scheme": scheme},
        )
    return kept


def _full(scheme: str) -> Problem:
    return Problem(
        CONFLICT,
        {
            "en": "'{scheme}' has {most} entries: no more fit into one scheme.",
            "fr": "« {scheme} » compte {most} entrées : un schéma n'en admet pas plus.",
            "ar": "يحتوي '{scheme}' على {most} مدخلًا: لا يتسع المخطط للمزيد.",
        },
        {"scheme": scheme, "most": MAX_ENTRIES},
    )
