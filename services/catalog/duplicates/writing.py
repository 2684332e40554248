"""What a write finds out about duplicates, and what people say of pairs."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.duplicates.finding import find_possible
from services.catalog.duplicates.representation import represent_possible
from services.catalog.duplicates.storing import dismiss, keep_found, open_pairs, reconsider
from services.catalog.duplicates.traits import NAMING
from services.catalog.duplicates.wording import lexicon_of
from services.catalog.records.finding import Locked, lock, read_visible
from services.catalog.records.kinds import Kind
from services.catalog.records.representation import Reader, State
from services.catalog.records.writing import require_editor
from services.common.access.caller import Caller
from services.common.database import reads_of
from services.common.problems import CONFLICT, Problem, not_found

AT_LENGTH = frozenset(
    {*NAMING, "status", "territory", "territories", "parties", "point", "external_ids", "url", "carrier"}
)
"""Members whose change makes it worth looking for duplicates again: those by which records are found or told apart.
Years, themes and the like only shift a score."""


async def possible_duplicates(
    session: AsyncSession, kind: Kind, record_id: UUID, caller: Caller, reader: Reader
) -> State:
    """The member `possible_duplicates` of the answer to a write; the moderators' list gets the pairs."""
    before = await open_pairs(session, record_id)
    found = await find_possible(await reads_of(session), kind, record_id, lexicon_of(reader.vocabularies))
    await keep_found(session, kind, record_id, before, found)
    return {"possible_duplicates": represent_possible(found, caller, reader)}


async def after_change(
    session: AsyncSession, kind: Kind, record_id: UUID, patch: Mapping[str, Any], caller: Caller, reader: Reader
) -> State:
    """The same for a patch, where it changes what duplicates are found by, or publishes; nothing otherwise."""
    if AT_LENGTH.isdisjoint(patch):
        return {}
    return await possible_duplicates(session, kind, record_id, caller, reader)


async def set_apart(session: AsyncSession, kind: Kind, ref: str, other: str, caller: Caller, reason: str) -> None:
    """Keep that two records are not the same, for good: who may change one of them may say so.

    Raises `Problem`: 404 for one that the caller may not know of or for two that it may not change, 409 for a record
    and itself.
    """
    one, another = await _both(session, kind, ref, other, caller)
    try:
        await require_editor(session, kind, caller, one)
    except Problem:
        await require_editor(session, kind, caller, another)
    await dismiss(session, kind, one.id, another.id, caller, reason)


async def bring_together(session: AsyncSession, kind: Kind, ref: str, other: str, caller: Caller) -> None:
    """Take back that two records are not the same; raises `Problem` (404) where nobody said so."""
    one, another = await _both(session, kind, ref, other, caller)
    if not await reconsider(session, one.id, another.id):
        raise not_found(other)


async def _both(session: AsyncSession, kind: Kind, ref: str, other: str, caller: Caller) -> tuple[Locked, Locked]:
    reads = await reads_of(session)
    ids = sorted({(await read_visible(reads, kind.queries, each, caller))["id"] for each in (ref, other)})
    if len(ids) == 1:
        raise Problem(
            CONFLICT,
            {
                "en": "'{ref}' and '{other}' are one record.",
                "fr": "« {ref} » et « {other} » sont une seule fiche.",
                "ar": "'{ref}' و'{other}' سجل واحد.",
            },
            {"ref": ref, "other": other},
        )
    one, another = [await lock(session, kind, str(each), caller) for each in ids]
    return one, another
