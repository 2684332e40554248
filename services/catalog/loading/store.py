"""Putting drafts into the database: new ones copied in bulk, changed ones updated, edits made here left alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.catalog.loading.drafts import Draft, Reference
from services.catalog.records.models import OWN_TEXT_LICENCE, PUBLISHED, now
from services.common.ids import new_id

CHILDREN = {
    "territory": {"territory_problem": "territory_id", "network_membership": "territory_id"},
    "cooperation": {"cooperation_party": "cooperation_id"},
}
"""By kind: the tables whose rows belong to a record, and their column that names it."""

CHILDREN_WITH_ID = {"territory_problem"}
ARRAYS = {"themes"}
"""Columns of codes; every other list is JSON."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the database has under a slug, and what the file said of it when it was last loaded."""

    id: UUID
    version: int
    digest: str | None
    loaded_version: int | None


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of the drafts of one kind."""

    counts: Counter[str]
    edited: Sequence[str]
    """Slugs whose row has changed and whose record was edited here since: the edit stays."""


Ids = Mapping[Reference, UUID]


async def known_ids(connection: asyncpg.Connection) -> dict[Reference, UUID]:
    """The ids of what rows may refer to."""
    found: dict[Reference, UUID] = {}
    for table in ("network", "territory"):
        rows = await connection.fetch(f"select slug, id from {table} where status = 'published'")  # noqa: S608 - constants
        found.update({Reference(table, row["slug"]): row["id"] for row in rows})
    return found


async def store(connection: asyncpg.Connection, kind: str, drafts: Sequence[Draft], ids: Ids) -> Stored:
    """Store the drafts of one kind in one transaction with their changes."""
    async with connection.transaction():
        known = await _known(connection, kind)
        new = [draft for draft in drafts if draft.slug not in known]
        differing = [draft for draft in drafts if draft.slug in known and known[draft.slug].digest != draft.digest()]
        edited = [draft for draft in differing if known[draft.slug].version != known[draft.slug].loaded_version]
        changes = [(f"{kind}.created", record_id, 1) for record_id in await _insert(connection, kind, new, ids)]
        changed = []
        for draft in differing:
            record = known[draft.slug]
            if draft in edited:
                continue
            if not await _update(connection, draft, record, ids):
                edited.append(draft)  # just now, since it was read above
                continue
            changed.append(draft)
            changes.append((f"{kind}.updated", record.id, record.version + 1))
        versions = {draft.slug: 1 for draft in new} | {draft.slug: known[draft.slug].version + 1 for draft in changed}
        await _remember(connection, kind, [*new, *changed], versions)
        await append_changes(connection, changes)
    unchanged = len(drafts) - len(new) - len(differing)
    counts = Counter(new=len(new), changed=len(changed), unchanged=unchanged, edited=len(edited))
    return Stored(counts, [draft.slug for draft in edited])


async def append_changes(connection: asyncpg.Connection, changes: Sequence[tuple[str, UUID, int]]) -> None:
    """Put changes (type, id, version) into the feed as one batch of the open transaction."""
    if not changes:
        return
    batch = await connection.fetchval("insert into change_batch default values returning id")
    await connection.copy_records_to_table(
        "change",
        columns=["batch_id", "ordinal", "type", "kind", "subject_id", "version"],
        records=[
            (batch, ordinal, event, event.partition(".")[0], record_id, version)
            for ordinal, (event, record_id, version) in enumerate(changes, start=1)
        ],
    )


async def _known(connection: asyncpg.Connection, kind: str) -> dict[str, Known]:
    rows = await connection.fetch(
        f"select r.slug, r.id, r.version, l.digest, l.version as loaded_version from {kind} r"  # noqa: S608 - constant
        " left join loaded_row l on l.kind = $1 and l.slug = r.slug",
        kind,
    )
    return {row["slug"]: Known(row["id"], row["version"], row["digest"], row["loaded_version"]) for row in rows}


async def _insert(connection: asyncpg.Connection, kind: str, drafts: Sequence[Draft], ids: Ids) -> list[UUID]:
    if not drafts:
        return []
    moment = now()
    record_ids = [new_id() for _ in drafts]
    fixed = {"version": 1, "status": PUBLISHED, "created_at": moment, "updated_at": moment, "licence": OWN_TEXT_LICENCE}
    rows = [
        {"id": record_id, "slug": draft.slug, **fixed, **draft.columns}
        for record_id, draft in zip(record_ids, drafts, strict=True)
    ]
    await _copy(connection, kind, rows, ids)
    for table, column in CHILDREN.get(kind, {}).items():
        children = [
            _child(table, column, record_id, row)
            for record_id, draft in zip(record_ids, drafts, strict=True)
            for row in draft.children[table]
        ]
        await _copy(connection, table, children, ids)
    return record_ids


def _child(table: str, column: str, record_id: UUID, row: Mapping[str, Any]) -> dict[str, Any]:
    own_id = {"id": new_id()} if table in CHILDREN_WITH_ID else {}
    return {column: record_id, **own_id, **row}


async def _update(connection: asyncpg.Connection, draft: Draft, record: Known, ids: Ids) -> bool:
    """Whether the record still was at the version known, and is now as the draft says."""
    columns = {**draft.columns, "version": record.version + 1, "updated_at": now()}
    assignments = ", ".join(f"{column} = ${place}" for place, column in enumerate(columns, start=2))
    values = [_value(column, value, ids) for column, value in columns.items()]
    where = f"where id = $1 and version = {record.version}"
    done = await connection.execute(f"update {draft.kind} set {assignments} {where}", record.id, *values)  # noqa: S608
    if done == "UPDATE 0":
        return False
    for table, column in CHILDREN.get(draft.kind, {}).items():
        await connection.execute(f"delete from {table} where {column} = $1", record.id)  # noqa: S608 - constants
        rows = [_child(table, column, record.id, row) for row in draft.children[table]]
        await _copy(connection, table, rows, ids)
    return True


async def _copy(connection: asyncpg.Connection, table: str, rows: Sequence[Mapping[str, Any]], ids: Ids) -> None:
    if rows:
        columns = list(rows[0])
        records = [tuple(_value(column, row[column], ids) for column in columns) for row in rows]
        await connection.copy_records_to_table(table, columns=columns, records=records)


def _value(column: str, value: Any, ids: Ids) -> Any:  # noqa: ANN401 - any column's value
    if isinstance(value, Reference):
        return ids[value]
    if isinstance(value, dict | list) and column not in ARRAYS:
        return orjson.dumps(value).decode()
    return value


async def _remember(
    connection: asyncpg.Connection, kind: str, drafts: Sequence[Draft], versions: Mapping[str, int]
) -> None:
    await connection.executemany(
        "insert into loaded_row (kind, slug, digest, version) values ($1, $2, $3, $4)"
        " on conflict (kind, slug) do update set digest = excluded.digest, version = excluded.version",
        [(kind, draft.slug, draft.digest(), versions[draft.slug]) for draft in drafts],
    )
