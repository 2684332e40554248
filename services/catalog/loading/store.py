"""Putting documents into the database: new ones copied in bulk, changed ones updated, edits made here left alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from services.catalog.duplicates.models import DuplicateBlock
from services.catalog.duplicates.storing import block_row
from services.catalog.records.documents import Names, child_rows, columns_of, resolved, written_of
from services.catalog.records.kinds import Document, Kind
from services.catalog.records.models import PUBLISHED, REVIEW_AFTER, RecordLink, Revision
from services.catalog.records.pruning import pruned
from services.catalog.records.shapes import references
from services.catalog.records.storage import Change, revision_row
from services.common.clock import now


@dataclass(frozen=True, slots=True)
class Loaded:
    """A document to store, with what tells whether the file still says the same of it."""

    document: Document
    digest: str

    @property
    def slug(self) -> str:
        """The record's slug, by which the file and the database agree on it."""
        slug: str = self.document["slug"]
        return slug


@dataclass(frozen=True, slots=True)
class Known:
    """What the database has under a slug, and what the file said of it when it was last loaded."""

    id: UUID
    version: int
    digest: str | None
    loaded_version: int | None
    recorded: bool
    """Whether this version has its revision: one from before revisions has none."""


@dataclass(slots=True)
class Stored:
    """What became of the documents of one file."""

    counts: Counter[str] = field(default_factory=Counter)
    new: set[str] = field(default_factory=set)
    """Slugs that have a record now."""
    edited: list[str] = field(default_factory=list)
    """Slugs whose row has changed and whose record was edited here since: the edit stays."""


SLUGS = """
select kind, slug, id from record
union all
select f.kind, f.slug, f.record_id from former_slug f
where not exists (select from record r where r.kind = f.kind and r.slug = f.slug)
"""
"""Whom a slug means: the files go on calling a record that was renamed here by its former slug."""

KNOWN_NAMES = f"""
with recursive named as (
  select s.kind, s.slug, r.id, r.status, r.merged_into from ({SLUGS}) s join record r on r.id = s.id
  where r.status in ('published', 'merged')
  union all
  select n.kind, n.slug, r.id, r.status, r.merged_into from named n join record r on r.id = n.merged_into
  where n.status = 'merged')
select kind, slug, id from named where status = 'published'
"""  # noqa: S608 - constants
TAKEN = f"""
select slug from ({SLUGS}) s where kind = $1 union select slug from loaded_row where kind = $1 and version = 0
"""  # noqa: S608 - constants
"""Slugs of records that are there, and of rows whose record lost its slug here: they do not come back."""


async def known_names(connection: asyncpg.Connection) -> dict[tuple[str, str], UUID]:
    """The ids of what rows may refer to, by (kind, slug); one that was merged means the record that stands for it."""
    rows = await connection.fetch(KNOWN_NAMES)
    return {(row["kind"], row["slug"]): row["id"] for row in rows}


class Storing:
    """Stores the documents of one file in the open transaction, with their revisions and changes.

    `names` holds the ids of everything that they refer to, and those that new ones get.
    """

    def __init__(self, connection: asyncpg.Connection, kind: Kind, names: Names, source: str) -> None:
        self._connection = connection
        self._kind = kind
        self._names = names
        several_names = len(set(names.values())) < len(names)
        self._writer = _Writer(connection, kind, names, now(), f"loaded from {source}", several_names)
        self._changes = Changes(connection)
        self._stored = Stored()

    async def add(self, found: Sequence[Loaded]) -> None:
        """Store some of them: rows that are new, and those that say something else than when they were loaded."""
        kind, stored = self._kind, self._stored
        known = await _known(self._connection, kind, [each.slug for each in found])
        new = [each for each in found if each.slug not in known and (kind.name, each.slug) in self._names]
        gone = {each.slug for each in found} - known.keys() - {each.slug for each in new}
        stored.edited += sorted(gone)
        differing = [each for each in found if each.slug in known and known[each.slug].digest != each.digest]
        await self._writer.insert(new)
        changes = [(f"{kind.name}.created", self._names[kind.name, each.slug], 1) for each in new]
        versions = {each.slug: 1 for each in new}
        for each in differing:
            record = known[each.slug]
            if record.version != record.loaded_version or not await self._writer.update(each, record):
                stored.edited.append(each.slug)
                continue
            versions[each.slug] = record.version + 1
            changes.append((f"{kind.name}.updated", record.id, record.version + 1))
        await _remember(self._connection, kind.name, [each for each in found if each.slug in versions], versions)
        await self._changes.append(changes)
        stored.new.update(each.slug for each in new)
        stored.counts.update(
            new=len(new), changed=len(versions) - len(new), unchanged=len(found) - len(new) - len(differing)
        )

    async def finish(self) -> Stored:
        """What became of all of them, once those that name one another are linked."""
        await self._writer.link()
        if self._kind.rules:  # their locks before the feed's, which is taken at the commit
            await self._connection.execute(f"set constraints {', '.join(self._kind.rules)} immediate")
        self._stored.counts["edited"] = len(self._stored.edited)
        return self._stored


@dataclass
class Changes:
    """What the open transaction adds to the feed, as one batch of it."""

    connection: asyncpg.Connection
    batch: int | None = None
    count: int = 0

    async def append(self, changes: Sequence[tuple[str, UUID, int]]) -> None:
        """Add changes (type, id, version)."""
        if not changes:
            return
        if self.batch is None:
            self.batch = await self.connection.fetchval("insert into change_batch default values returning id")
        await self.connection.copy_records_to_table(
            "change",
            columns=["batch_id", "ordinal", "type", "kind", "subject_id", "version"],
            records=[
                (self.batch, ordinal, event, event.partition(".")[0], record_id, version)
                for ordinal, (event, record_id, version) in enumerate(changes, start=self.count + 1)
            ],
        )
        self.count += len(changes)


async def _known(connection: asyncpg.Connection, kind: Kind, slugs: Sequence[str]) -> dict[str, Known]:
    rows = await connection.fetch(
        "select s.slug, r.id, r.version, l.digest, l.version as loaded_version,"  # noqa: S608 - constants
        " exists(select from revision v where v.record_id = r.id and v.version = r.version) as recorded"
        f" from ({SLUGS}) s join record r on r.id = s.id"
        " left join loaded_row l on l.kind = s.kind and l.slug = s.slug where s.kind = $1 and s.slug = any($2)",
        kind.name,
        slugs,
    )
    return {slug: Known(*values) for slug, *values in rows}


_LINK: sa.Table = RecordLink.__table__  # type: ignore[attr-defined]  # SQLModel's stubs do not know it
_BLOCK: sa.Table = DuplicateBlock.__table__  # type: ignore[attr-defined]  # the same
_REVISION: sa.Table = Revision.__table__  # type: ignore[attr-defined]  # the same


@dataclass(frozen=True)
class _Writer:
    """Writes the rows of one kind's records into the open transaction."""

    connection: asyncpg.Connection
    kind: Kind
    names: Names
    at: datetime
    reason: str
    merged: bool
    """Whether some records have several names, so that what a row names apart may be one."""
    later: list[Mapping[str, Any]] = field(default_factory=list)
    """Links to records of the same kind: they may be among those still to come."""

    async def insert(self, found: Sequence[Loaded]) -> None:
        """Copy new records in, table by table."""
        rows: dict[sa.Table, list[Mapping[str, Any]]] = {self.kind.table: []}
        for each in found:
            record_id = self.names[self.kind.name, each.slug]
            document = self._resolved(each, record_id)
            fixed = {"id": record_id, "slug": each.slug, "status": PUBLISHED, "created_at": self.at}
            rows[self.kind.table].append({**fixed, **self._columns(document, 1)})
            self._belongings(rows, record_id, document, 1)
        await self._copy(rows)

    async def link(self) -> None:
        """Link records of the file to one another."""
        await _copy(self.connection, _LINK, self.later)

    async def update(self, each: Loaded, record: Known) -> bool:
        """Whether the record still was at the version known, and is now as the document says."""
        if not record.recorded:
            await self._keep_former_version(record)
        document = self._resolved(each, record.id)
        columns = self._columns(document, record.version + 1)
        table = self.kind.table
        assignments = ", ".join(f"{column} = ${place}" for place, column in enumerate(columns, start=2))
        values = _values(table, columns)
        where = f"where id = $1 and version = {record.version}"
        done = await self.connection.execute(f"update {table.name} set {assignments} {where}", record.id, *values)  # noqa: S608 - names of our own
        if done == "UPDATE 0":
            return False
        for name, column in self.kind.child_tables.items():
            await self.connection.execute(f"delete from {name} where {column} = $1", record.id)  # noqa: S608 - the same
        delete = "delete from record_link where source_id = $1 and relation <> all($2)"
        await self.connection.execute(delete, record.id, list(self.kind.linked))
        await self.connection.execute("delete from duplicate_block where record_id = $1", record.id)
        rows: dict[sa.Table, list[Mapping[str, Any]]] = {}
        self._belongings(rows, record.id, document, record.version + 1)
        await self._copy(rows)
        return True

    def _resolved(self, each: Loaded, record_id: UUID) -> Document:
        document = resolved(self.kind, each.document, None, self.names)
        return pruned(self.kind, document, str(record_id)) if self.merged else document

    async def _keep_former_version(self, record: Known) -> None:
        await self.connection.execute("select from record where id = $1 for update", record.id)
        [row] = await self.connection.fetch(f"{self.kind.queries.state} where r.id = $1", record.id)
        state = orjson.loads(row["state"])
        if state["version"] == record.version:
            was = Change("unrecorded", row["status"])
            at = datetime.fromisoformat(state["updated_at"])
            document = written_of(self.kind, state)
            former = revision_row(self.kind, record.id, record.version, document, was, at)
            await _copy(self.connection, _REVISION, [former])

    async def _copy(self, rows: Mapping[sa.Table, Sequence[Mapping[str, Any]]]) -> None:
        for table, records in rows.items():
            await _copy(self.connection, table, records)

    def _columns(self, document: Document, version: int) -> dict[str, Any]:
        due = document["review_due"]
        return {
            **columns_of(self.kind, document),
            "version": version,
            "updated_at": self.at,
            "review_due": datetime.fromisoformat(due).date() if due else (self.at + REVIEW_AFTER).date(),
            "review_told": False,
        }

    def _belongings(
        self, rows: dict[sa.Table, list[Mapping[str, Any]]], record_id: UUID, document: Document, version: int
    ) -> None:
        for table, children in child_rows(self.kind, record_id, document).items():
            rows.setdefault(table, []).extend(children)
        own = self.kind.own_relations
        for relation, target in references(self.kind.referring, document):
            if relation in self.kind.linked:
                continue
            link = {"source_id": record_id, "relation": relation, "target_id": target}
            (self.later if relation in own else rows.setdefault(_LINK, [])).append(link)
        rows.setdefault(_BLOCK, []).append(block_row(self.kind, record_id, document))
        change = Change("created" if version == 1 else "changed", PUBLISHED, None, self.reason)
        rows.setdefault(_REVISION, []).append(revision_row(self.kind, record_id, version, document, change, self.at))


async def _copy(connection: asyncpg.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        columns = list(rows[0])
        records = [_values(table, row) for row in rows]
        await connection.copy_records_to_table(table.name, columns=columns, records=records)


def _values(table: sa.Table, row: Mapping[str, Any]) -> list[Any]:
    """A row's values as the driver wants them: JSON as text."""
    json = _json_columns(table)
    return [
        orjson.dumps(value).decode() if column in json and value is not None else value for column, value in row.items()
    ]


@cache
def _json_columns(table: sa.Table) -> frozenset[str]:
    return frozenset(column.name for column in table.columns if isinstance(column.type, JSONB))


async def _remember(
    connection: asyncpg.Connection, kind: str, found: Sequence[Loaded], versions: Mapping[str, int]
) -> None:
    await connection.execute(
        "insert into loaded_row (kind, slug, digest, version)"
        " select $1, * from unnest($2::text[], $3::text[], $4::integer[])"
        " on conflict (kind, slug) do update set digest = excluded.digest, version = excluded.version",
        kind,
        [each.slug for each in found],
        [each.digest for each in found],
        [versions[each.slug] for each in found],
    )
