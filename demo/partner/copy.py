"""The partner's own records: an SQLite file that is always a whole state of the feed, and says which."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = """
create table if not exists record (kind text, id text, version integer, data text, primary key (kind, id));
create table if not exists cursor (value text);
create table if not exists delivery (webhook_id text primary key);
"""


class SnapshotIncomplete(Exception):
    """Its counts are not those of what came: keep what is there."""


class Copy:
    """Records by kind and id. Content and cursor change in one transaction, so that neither is ahead of the other."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with self._transaction() as database:
            database.executescript(SCHEMA)

    def cursor(self) -> str | None:
        """Where in the feed this is; None before the first snapshot."""
        with self._transaction() as database:
            row = database.execute("select value from cursor").fetchone()
        return row and str(row[0])

    def versions(self) -> dict[str, int]:
        """The version of each record, by `kind/id`."""
        with self._transaction() as database:
            return dict(database.execute("select kind || '/' || id, version from record"))

    def is_new(self, webhook_id: str) -> bool:
        """Note a delivery; False for one that has come before."""
        with self._transaction() as database:
            return database.execute("insert or ignore into delivery values (?)", (webhook_id,)).rowcount == 1

    def deliveries(self) -> int:
        """How many have come, repetitions left out."""
        with self._transaction() as database:
            return int(database.execute("select count(*) from delivery").fetchone()[0])

    def replace(self, lines: Iterable[bytes]) -> None:
        """Become a snapshot: the cursor in its first line, a record in each, the counts in its last."""
        first, *records, last = map(json.loads, lines)
        counts = {kind: count for kind, count in last["counts"].items() if count}
        if counts != Counter(record["type"] for record in records):
            raise SnapshotIncomplete
        with self._transaction() as database:
            database.execute("delete from record")
            for record in records:
                _keep(database, record["type"], record["id"], record["version"], record["data"])
            _stand_at(database, first["cursor"])

    def apply(self, page: dict[str, Any]) -> None:
        """Take in one page of the feed. Changes that come again change nothing."""
        with self._transaction() as database:
            for item in page["items"]:
                subject, data = item["subject"], item["data"]
                if data is None:
                    database.execute("delete from record where (kind, id) = (?, ?)", (subject["type"], subject["id"]))
                else:
                    version = max(item["version"], data.get("version", 0))  # the state is that of now
                    _keep(database, subject["type"], subject["id"], version, data)
            _stand_at(database, page["next"])

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self._file, timeout=10)
        try:
            with database:
                yield database
        finally:
            database.close()


def _keep(database: sqlite3.Connection, kind: str, record_id: str, version: int, data: dict[str, Any]) -> None:
    database.execute(
        "insert into record values (?, ?, ?, ?) on conflict do update set version = excluded.version, "
        "data = excluded.data where excluded.version >= version",
        (kind, record_id, version, json.dumps(data, ensure_ascii=False)),
    )


def _stand_at(database: sqlite3.Connection, cursor: str) -> None:
    database.execute("delete from cursor")
    database.execute("insert into cursor values (?)", (cursor,))
