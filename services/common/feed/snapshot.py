"""Everything published, as one file of NDJSON written in one transaction and then served from disk.

No slow client holds a transaction open. First line: the cursor to go on from. Last line: the counts.
"""

import asyncio
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import orjson

from services.common.feed.reader import read_head

KEPT_FILES = 3
"""Older snapshots stay this long, so that a download broken off can be resumed with Range."""

ROWS_AT_ONCE = 500
"""Rows fetched from the server and written to disk in one go: about 1 MB."""


@dataclass(frozen=True, slots=True)
class SnapshotFile:
    """A finished snapshot: its file, and the strong ETag that names its content."""

    path: Path
    etag: str


class Snapshots:
    """Writes a new file when the feed has moved on, and hands out the newest.

    `queries` gives for each kind, in the order of the file, a query whose rows are (id, version, bytes of the state's
    JSON).
    """

    def __init__(
        self, pool: Callable[[], asyncpg.Pool], queries: Mapping[str, str], folder: Path | None = None
    ) -> None:
        self._pool = pool
        self._queries = queries
        self._folder = folder
        self._lock = asyncio.Lock()

    async def current(self) -> SnapshotFile:
        """The snapshot of now. One is written at a time; who comes meanwhile gets the same one."""
        async with self._lock, self._pool().acquire() as connection:
            await asyncio.to_thread(self._make_folder)
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                head = (await read_head(connection)).cursor()
                path = self._path(head)
                if not await asyncio.to_thread(path.exists):
                    await connection.execute("set local statement_timeout = 0")
                    await connection.execute("set local idle_in_transaction_session_timeout = 0")
                    await self._write(connection, head, path)
        return SnapshotFile(path, f'"{head}"')

    def _make_folder(self) -> None:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="letsfood-snapshots-"))
        self._folder.mkdir(parents=True, exist_ok=True)

    def _path(self, head: str) -> Path:
        assert self._folder is not None  # noqa: S101 - made by the caller
        return self._folder / f"snapshot-{head}.ndjson"

    async def _write(self, connection: asyncpg.pool.PoolConnectionProxy, head: str, path: Path) -> None:
        unfinished = path.with_suffix(f".{os.getpid()}.tmp")
        counts: dict[str, int] = {}
        await _append(unfinished, [orjson.dumps({"cursor": head})], new=True)
        for kind, query in self._queries.items():
            counts[kind] = 0
            lines: list[bytes] = []
            async for row in connection.cursor(query, prefetch=ROWS_AT_ONCE):
                lines.append(snapshot_line(kind, str(row["id"]), row["version"], row["state"]))
                counts[kind] += 1
                if len(lines) == ROWS_AT_ONCE:
                    await _append(unfinished, lines)
                    lines = []
            await _append(unfinished, lines)
        await _append(unfinished, [orjson.dumps({"counts": counts})])
        await asyncio.to_thread(self._finish, unfinished, path)

    def _finish(self, unfinished: Path, path: Path) -> None:
        unfinished.replace(path)
        files = sorted(path.parent.glob("snapshot-*.ndjson"), key=lambda file: file.stat().st_mtime)
        for old in files[:-KEPT_FILES]:
            old.unlink(missing_ok=True)


def snapshot_line(kind: str, record_id: str, version: int, state: bytes) -> bytes:
    """One record of the file."""
    return orjson.dumps({"type": kind, "id": record_id, "version": version, "data": orjson.Fragment(state)})


async def _append(path: Path, lines: list[bytes], *, new: bool = False) -> None:
    def write() -> None:
        with path.open("wb" if new else "ab") as file:
            file.writelines(line + b"\n" for line in lines)

    await asyncio.to_thread(write)
