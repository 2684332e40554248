"""Merging: one record stands for two, both addresses lead to it, and whoever named the one names the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from pydantic import ValidationError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.access.models import Mandate
from services.catalog.editing.merging import problems
from services.catalog.kinds import BY_NAME
from services.catalog.records.documents import written_of
from services.catalog.records.finding import Locked, lock, lock_for_change, read_visible
from services.catalog.records.kinds import Kind
from services.catalog.records.models import (
    MERGED,
    PUBLISHED,
    UNPUBLISHED,
    FormerSlug,
    RecordLink,
    RegisteredRecord,
)
from services.catalog.records.pruning import repointed
from services.catalog.records.storage import Change, update_record
from services.catalog.records.survivors import survivors
from services.catalog.records.writing import Edit, keep_former_version, stay_as_loaded, write_version
from services.catalog.vocabularies.checks import Vocabularies
from services.common.access.caller import Caller
from services.common.database import reads_of
from services.common.ids import parse_id
from services.common.problems import Problem

MOST_REPOINTED = 500
"""Records that one merge rewrites, at most: it is one transaction, and they stay locked until its end."""

ONE_AT_A_TIME = sa.text("select pg_advisory_xact_lock(hashtextextended('merge records', 0))")
"""Two merges at once could each wait for what the other one holds, or make a circle."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What was merged into what."""

    id: UUID
    version: int
    survivor_id: UUID
    survivor_slug: str
    repointed: int


async def merge(
    session: AsyncSession,
    kind: Kind,
    vocabularies: Vocabularies,
    caller: Caller,
    ref: str,
    if_match: str | None,
    into: str,
    reason: str | None,
) -> Merged:
    """Merge the record `ref` into the published record `into` of the same kind.

    Raises `Problem`: 422 for an `into` that is not published or is the record itself, 409 when too many records name
    it, or one of them would say nonsense afterwards; 404, 410, 308 and those of If-Match for `ref`.
    """
    await (await session.connection()).execute(ONE_AT_A_TIME)
    loser_id: UUID = (await read_visible(await reads_of(session), kind.queries, ref, caller))["id"]
    survivor_id = await _survivor(session, kind, into)
    if survivor_id == loser_id:
        raise problems.into_itself()
    users = await _users(session, loser_id)
    if len(users) > MOST_REPOINTED:
        raise problems.too_many(MOST_REPOINTED)
    # First those that name the loser, then what they name: as whoever changes one of them takes the locks.
    locked_users = [(BY_NAME[name], await lock(session, BY_NAME[name], str(user), caller)) for name, user in users]
    loser = await lock_for_change(session, kind, ref, if_match, caller)
    survivor = await lock(session, kind, str(survivor_id), caller)
    if survivor.status != PUBLISHED or await _users(session, loser_id) != users:
        raise problems.changed_meanwhile()
    await _step_aside(session, kind, caller, loser, survivor_id, reason)
    for of, user in locked_users:
        await _repoint(session, of, vocabularies, caller, user, loser, survivor, reason)
    return Merged(loser.id, loser.version + 1, survivor.id, survivor.slug, len(users))


async def _survivor(session: AsyncSession, kind: Kind, into: str) -> UUID:
    """The id of the published record that `into` names, or that stands for the one that it names."""
    ident = parse_id(into)
    named = col(RegisteredRecord.id) == ident if ident else col(RegisteredRecord.slug) == into
    query = select(RegisteredRecord.id, RegisteredRecord.status).where(RegisteredRecord.kind == kind.name, named)
    found = (await session.exec(query)).one_or_none()
    if found is not None and found[1] == MERGED:
        last = (await survivors(await reads_of(session), [found[0]]))[found[0]]
        query = select(RegisteredRecord.id, RegisteredRecord.status).where(RegisteredRecord.id == last)
        found = (await session.exec(query)).one()
    if found is None or found[1] != PUBLISHED:
        raise problems.not_published(kind.name, into)
    return found[0]


async def _users(session: AsyncSession, record_id: UUID) -> Sequence[tuple[str, UUID]]:
    """The kinds and ids of the records that name this one now, in the order of creation; one more than are taken."""
    query = (
        select(RegisteredRecord.kind, RegisteredRecord.id)
        .join(RecordLink, col(RecordLink.source_id) == col(RegisteredRecord.id))
        .where(
            RecordLink.target_id == record_id,
            RecordLink.source_id != record_id,
            col(RegisteredRecord.status).in_({PUBLISHED, *UNPUBLISHED}),
        )
        .distinct()
        .order_by(col(RegisteredRecord.id))
        .limit(MOST_REPOINTED + 1)
    )
    return [(name, user) for name, user in (await session.exec(query)).all()]


async def _step_aside(
    session: AsyncSession, kind: Kind, caller: Caller, loser: Locked, survivor_id: UUID, reason: str | None
) -> None:
    """Make the loser a signpost; what led to it leads to the survivor, and who spoke for it speaks for that one."""
    await keep_former_version(session, kind, loser)
    columns = {"merged_into": survivor_id, "review_note": None}
    done = Change("merged", MERGED, caller, reason, columns)
    document = written_of(kind, loser.state)
    await update_record(session, kind, loser.id, loser.version, loser.status, document, done)
    await session.exec(sa.update(FormerSlug).where(col(FormerSlug.record_id) == loser.id).values(record_id=survivor_id))
    if kind.name == "territory":
        mandates = sa.update(Mandate).where(col(Mandate.territory_id) == loser.id)
        await session.exec(mandates.values(territory_id=survivor_id, version=col(Mandate.version) + 1))


async def _repoint(
    session: AsyncSession,
    kind: Kind,
    vocabularies: Vocabularies,
    caller: Caller,
    user: Locked,
    loser: Locked,
    survivor: Locked,
    reason: str | None,
) -> None:
    """Have one record name the survivor; raises `Problem` (409) where it would say nonsense."""
    said = written_of(kind, user.state)
    document = repointed(kind, said, str(loser.id), str(survivor.id), str(user.id))
    try:
        document = kind.write.model_validate(document).model_dump(mode="json")
        await write_version(session, kind, vocabularies, caller, user, document, Edit("repointed", reason))
        await stay_as_loaded(session, kind, user)
    except ValidationError as error:
        raise problems.would_be_nonsense(kind.collection, user.slug, problems.field_errors(error)) from error
    except Problem as problem:
        raise problems.would_be_nonsense(kind.collection, user.slug, problem.errors) from problem
