"""A data set folder to change, and what loading it left in the database."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from services.catalog.kinds import BY_NAME, KINDS
from services.catalog.loading.data_set import WRITTEN
from services.catalog.loading.loader import LoadReport
from services.catalog.records.documents import named_records

Row = dict[str, Any]

MAIN = {"territory": "territories", "initiative": "initiatives", "cooperation": "cooperations", "network": "networks"}
NEWER = {kind: file.removesuffix(".jsonl") for kind, file in WRITTEN.items()}
"""Kind → the file of its rows, without the ending."""
FILLED = (
    "vocabulary",
    "vocabulary_term",
    "crosswalk",
    "crosswalk_scheme",
    *(kind.name for kind in KINDS),
    "territory_problem",
    "network_membership",
    "cooperation_party",
    "record",
    "record_link",
    "duplicate_block",
    "revision",
    "change",
    "change_batch",
)
"""Tables that loading fills."""


class Folder:
    """A data set folder to change."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self, name: str) -> list[Row]:
        return [json.loads(line) for line in (self.path / f"{name}.jsonl").read_text().splitlines()]

    def write(self, name: str, rows: list[Row]) -> None:
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (self.path / f"{name}.jsonl").write_text(text)

    def keep_consistent(self) -> None:
        """Drop the rows of the newer files that name records of which there is no row."""
        there = {(kind, row["slug"]) for kind, file in MAIN.items() for row in self.lines(file)}
        there |= {(kind, row["slug"]) for kind, file in NEWER.items() for row in self.lines(file)}
        dropped = True
        while dropped:
            dropped = False
            for kind, name in NEWER.items():
                rows = self.lines(name)
                kept = [row for row in rows if _named(kind, row) <= there]
                there -= {(kind, row["slug"]) for row in rows if row not in kept}
                dropped = dropped or len(kept) < len(rows)
                self.write(name, kept)

    def change(self, name: str, place: int, **changes: object) -> Row:
        rows = self.lines(name)
        rows[place] |= changes
        self.write(name, rows)
        return rows[place]

    def change_vocabulary(self, name: str, change: Callable[[Row], object]) -> None:
        path = self.path / "vocabularies" / f"{name}.json"
        vocabulary = json.loads(path.read_text())
        change(vocabulary)
        path.write_text(json.dumps(vocabulary))

    def raw(self, name: str, place: int, line: bytes) -> None:
        path = self.path / f"{name}.jsonl"
        lines = path.read_bytes().splitlines()
        lines[place] = line
        path.write_bytes(b"\n".join(lines) + b"\n")


def _named(kind: str, row: Row) -> set[tuple[str, str]]:
    document = BY_NAME[kind].write.model_validate(row).model_dump(mode="json")
    return named_records(BY_NAME[kind], document)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def contents(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that loading fills, as text."""
    async with connected(url) as connection:
        return {
            table: [tuple(row) for row in await connection.fetch(f"select t::text from {table} t order by 1")]  # noqa: S608 - constants
            for table in FILLED
        }


async def changes_since(url: str, count: int) -> list[tuple[str, int]]:
    """Type and version of every change after the first `count`."""
    query = """select c.type, c.version from change c join change_batch b on b.id = c.batch_id
               order by b.seq, c.ordinal offset $1"""
    async with connected(url) as connection:
        return [(row["type"], row["version"]) for row in await connection.fetch(query, count)]


async def count_of(url: str, table: str) -> int:
    async with connected(url) as connection:
        return int(await connection.fetchval(f"select count(*) from {table}"))  # noqa: S608 - constant


async def forget_files(url: str) -> None:
    async with connected(url) as connection:
        await connection.execute("delete from loaded_file")


def unchanged(report: LoadReport) -> bool:
    return not any(counts["new"] or counts["changed"] or counts["edited"] for counts in report.counts.values())
