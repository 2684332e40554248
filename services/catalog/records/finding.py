"""Finding a record, whatever its address: by its id, its slug, a slug that it had, or one that was merged into it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from asyncpg import Record
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.records.kinds import Kind
from services.catalog.records.models import ENDED, MERGED, RegisteredRecord
from services.catalog.records.ownership import owns, sees
from services.catalog.records.problems import gone
from services.catalog.records.queries import RecordQueries, fetch_one
from services.catalog.records.representation import State
from services.catalog.records.survivors import survivors
from services.common.access.caller import Caller
from services.common.database import reads_of
from services.common.etags import require_match
from services.common.feed.reader import Reads
from services.common.ids import parse_id
from services.common.problems import MOVED, Problem, not_found

_FORMER = """
select r.slug, r.status, r.owner_id from former_slug f join record r on r.id = f.record_id
where f.kind = $1 and f.slug = $2
"""
_SLUG = "select slug from record where id = $1"


def moved(ref: str, slug: str) -> Problem:
    """The record answers to another slug now (308); the handler makes the new address of the one asked for."""
    return Problem(
        MOVED,
        {
            "en": "'{ref}' is called '{slug}' now.",
            "fr": "« {ref} » s'appelle désormais « {slug} ».",
            "ar": "'{ref}' يُسمّى الآن '{slug}'.",
        },
        {"ref": ref, "slug": slug},
    )


async def read_visible(
    reads: Reads, queries: RecordQueries, ref: str, caller: Caller, *, ended: bool = False
) -> Record:
    """The record that `ref` (id or slug) names: published, or an unpublished one that the caller may see.

    `ended`: an archived one too, for its owner and the moderators.

    Raises `Problem`: 404 for none and for what the caller may not know of, 410 for an archived one, 308 for one that
    was renamed or merged.
    """
    row = await fetch_one(reads, queries, ref)
    if row is None:
        await _raise_moved(reads, queries.kind, ref, caller)
        raise not_found(ref)
    if not sees(caller, row["status"], row["owner_id"]):
        raise not_found(ref)
    if row["status"] == MERGED:
        survivor = (await survivors(reads, [row["id"]]))[row["id"]]
        raise moved(ref, await reads.fetchval(_SLUG, survivor))
    if row["status"] in ENDED and not (ended and owns(caller, row["owner_id"])):
        raise gone(row["archive_reason"])
    return row


async def _raise_moved(reads: Reads, kind: str, ref: str, caller: Caller) -> None:
    if parse_id(ref) is None and "\0" not in ref:
        former = await reads.fetchrow(_FORMER, kind, ref)
        if former is not None and sees(caller, former["status"], former["owner_id"]):
            raise moved(ref, former["slug"])


@dataclass(frozen=True, slots=True)
class Locked:
    """A record that nobody else can change until the transaction ends."""

    id: UUID
    slug: str
    version: int
    status: str
    owner_id: UUID | None
    state: State

    @property
    def state_at(self) -> datetime:
        """When this version was made."""
        return datetime.fromisoformat(self.state["updated_at"])


async def lock(session: AsyncSession, kind: Kind, ref: str, caller: Caller, *, ended: bool = False) -> Locked:
    """The record under a lock; raises `Problem` as `read_visible` does."""
    record_id = parse_id(ref)
    condition = col(RegisteredRecord.id) == record_id if record_id else col(RegisteredRecord.slug) == ref
    if "\0" not in ref:
        # The register's row before the record's own: who refers to the record holds that one.
        query = select(RegisteredRecord.id).where(RegisteredRecord.kind == kind.name, condition).with_for_update()
        record_id = (await session.exec(query)).one_or_none()
    if record_id is not None:
        await session.exec(select(kind.model.id).where(col(kind.model.id) == record_id).with_for_update())
    row = await read_visible(await reads_of(session), kind.queries, ref, caller, ended=ended)
    if row["id"] != record_id:
        raise not_found(ref)  # it came between the two looks, and nobody holds it
    return Locked(row["id"], row["slug"], row["version"], row["status"], row["owner_id"], orjson.loads(row["state"]))


async def lock_for_change(
    session: AsyncSession, kind: Kind, ref: str, if_match: str | None, caller: Caller, *, ended: bool = False
) -> Locked:
    """The record under a lock, once If-Match names its version; raises `Problem` (428, 412) besides."""
    locked = await lock(session, kind, ref, caller, ended=ended)
    require_match(if_match, locked.version)
    return locked
