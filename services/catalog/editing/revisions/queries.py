"""Reading a record's versions: the published ones, or all for its owner and the moderators."""

import re
from dataclasses import dataclass
from uuid import UUID

import orjson
from asyncpg import Record

from services.catalog.editing.register import unreadable_cursor
from services.catalog.editing.revisions.schemas import RevisionDocumentRead, RevisionRead
from services.catalog.records.finding import read_visible
from services.catalog.records.kinds import Document, Kind
from services.catalog.records.models import MERGED
from services.catalog.records.ownership import owns
from services.catalog.records.queries import fetch_one
from services.common.access.caller import Caller
from services.common.feed.reader import Reads
from services.common.paging import Page
from services.common.problems import not_found

VERSION = re.compile(r"[1-9]\d{0,8}")

_VERSIONS = """
select v.version, v.action, v.status, v.at, v.reason, v.key_id, v.document::text as document,
  p.id as partner_id, p.slug, p.name
from revision v left join partner p on p.id = v.partner_id
where v.record_id = $1 and (v.status = 'published' or $2)
"""


@dataclass(frozen=True, slots=True)
class History:
    """A record's versions as one reader may know them."""

    record_id: UUID
    whole: bool
    """Whether the reader gets those too that were not published, and whose key made them."""


async def history_of(reads: Reads, kind: Kind, ref: str, caller: Caller) -> History:
    """The history of the record that `ref` names. One that was merged keeps its own; an archived one has its owner's.

    Raises `Problem`: 404, 410 for an archived one, 308 for one that was renamed.
    """
    row = await fetch_one(reads, kind.queries, ref)
    if row is None or row["status"] != MERGED:
        row = await read_visible(reads, kind.queries, ref, caller, ended=True)
    return History(row["id"], owns(caller, row["owner_id"]))


async def read_versions(reads: Reads, history: History, page: Page) -> list[Record]:
    """One page of them, the newest first, and one beyond it when there is more."""
    values: list[object] = [history.record_id, history.whole, page.limit + 1]
    before = ""
    if page.after is not None:
        before = "and v.version < $4"
        if VERSION.fullmatch(page.after[0]) is None:
            raise unreadable_cursor()
        values.append(int(page.after[0]))
    return await reads.fetch(f"{_VERSIONS} {before} order by v.version desc limit $3", *values)


async def count_versions(reads: Reads, history: History) -> int:
    """How many there are."""
    counted = "select count(*) from revision v where v.record_id = $1 and (v.status = 'published' or $2)"
    total: int = await reads.fetchval(counted, history.record_id, history.whole)
    return total


async def read_version(reads: Reads, history: History, version: int) -> Record:
    """One of them; raises `Problem` (404) for one that there is not, or not for this reader."""
    row = await reads.fetchrow(f"{_VERSIONS} and v.version = $3", history.record_id, history.whole, version)
    if row is None:
        raise not_found(str(version))
    return row


async def newest_version(reads: Reads, history: History) -> int:
    """The number of the newest that the reader may know of; raises `Problem` (404) when there is none."""
    newest: int | None = await reads.fetchval(
        "select max(version) from revision v where v.record_id = $1 and (v.status = 'published' or $2)",
        history.record_id,
        history.whole,
    )
    if newest is None:
        raise not_found(str(history.record_id))
    return newest


def document_of(row: Record) -> Document:
    """What the version said."""
    document: Document = orjson.loads(row["document"])
    return document


def version_read(row: Record, history: History) -> RevisionRead:
    """A version as its reader gets it."""
    return RevisionRead.model_validate(_members(row, history))


def whole_version_read(row: Record, history: History) -> RevisionDocumentRead:
    """The same with what it said."""
    return RevisionDocumentRead.model_validate({**_members(row, history), "document": document_of(row)})


def _members(row: Record, history: History) -> dict[str, object]:
    partner = {"id": row["partner_id"], "slug": row["slug"], "name": row["name"]} if row["partner_id"] else None
    return {
        **{name: row[name] for name in ("version", "action", "status", "at", "reason")},
        "partner": partner,
        "key_id": row["key_id"] if history.whole else None,
    }
