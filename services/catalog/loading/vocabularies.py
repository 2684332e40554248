"""Putting the vocabularies and the crosswalk into the database."""

import hashlib
from collections.abc import Sequence

import asyncpg
import orjson

from services.catalog.loading.rows import CrosswalkRow, VocabularyFile
from services.catalog.loading.store import Changes
from services.common.ids import new_id

ORDER = (
    "themes",
    "problems",
    "mufpp_categories",
    "devices",
    "cooperation_stages",
    "territory_kinds",
    "actor_kinds",
    "sectors",
    "maturities",
    "network_kinds",
)
"""The order in which vocabularies are listed; others come after, by name."""


async def store_vocabularies(connection: asyncpg.Connection, vocabularies: Sequence[VocabularyFile]) -> int:
    """Store what has changed, each with a `vocabulary.changed`; returns how many did."""
    changes = []
    async with connection.transaction():
        known = {
            row["slug"]: row["digest"]
            for row in await connection.fetch("select slug, digest from loaded_row where kind = 'vocabulary'")
        }
        for vocabulary in vocabularies:
            digest = hashlib.blake2b(vocabulary.model_dump_json().encode(), digest_size=16).hexdigest()
            if known.get(vocabulary.name) == digest:
                continue
            row = await _store(connection, vocabulary)
            await connection.execute(
                "insert into loaded_row (kind, slug, digest, version) values ('vocabulary', $1, $2, $3)"
                " on conflict (kind, slug) do update set digest = excluded.digest, version = excluded.version",
                vocabulary.name,
                digest,
                row["version"],
            )
            changes.append(("vocabulary.changed", row["id"], row["version"]))
        await Changes(connection).append(changes)
    return len(changes)


async def _store(connection: asyncpg.Connection, vocabulary: VocabularyFile) -> asyncpg.Record:
    position = ORDER.index(vocabulary.name) if vocabulary.name in ORDER else len(ORDER)
    [row] = await connection.fetch(
        "insert into vocabulary (name, id, version, position, label, source) values ($1, $2, 1, $3, $4, $5)"
        " on conflict (name) do update set version = vocabulary.version + 1, position = excluded.position,"
        " label = excluded.label, source = excluded.source returning id, version",
        vocabulary.name,
        new_id(),
        position,
        orjson.dumps(vocabulary.label).decode(),
        vocabulary.source,
    )
    # What was added or changed here stays: a file knows nothing of it.
    await connection.execute(
        "delete from vocabulary_term where vocabulary = $1 and changed_at is null", vocabulary.name
    )
    changed = await connection.fetch("select code from vocabulary_term where vocabulary = $1", vocabulary.name)
    kept = {row["code"] for row in changed}
    await connection.copy_records_to_table(
        "vocabulary_term",
        columns=[
            "vocabulary",
            "code",
            "position",
            "label",
            "alt_labels",
            "definition",
            "broader",
            "mufpp_category",
            "matches",
        ],
        records=[
            (
                vocabulary.name,
                term.code,
                place,
                orjson.dumps(term.label).decode(),
                orjson.dumps(term.alt_labels).decode(),
                orjson.dumps(term.definition).decode() if term.definition else None,
                orjson.dumps(term.broader).decode(),
                term.mufpp_category,
                orjson.dumps([match.model_dump() for match in term.matches]).decode(),
            )
            for place, term in enumerate(vocabulary.terms)
            if term.code not in kept
        ],
    )
    return row


async def store_crosswalk(connection: asyncpg.Connection, rows: Sequence[CrosswalkRow]) -> None:
    """Make the crosswalk of the schemes that these rows are of say what the rows say, and what was put in here."""
    async with connection.transaction():
        schemes = sorted({row.scheme for row in rows})
        await connection.execute(
            "insert into crosswalk_scheme (name, version) select unnest($1::text[]), 1 on conflict do nothing", schemes
        )
        await connection.execute("delete from crosswalk where scheme = any($1) and changed_at is null", schemes)
        put = await connection.fetch("select scheme, vocabulary, code from crosswalk where scheme = any($1)", schemes)
        kept = {tuple(row) for row in put}
        columns = ["scheme", "vocabulary", "code", "target", "relation", "note"]
        records = [
            tuple(getattr(row, column) for column in columns)
            for row in rows
            if (row.scheme, row.vocabulary, row.code) not in kept
        ]
        await connection.copy_records_to_table("crosswalk", columns=columns, records=records)
