"""A receiver of webhooks in a process of its own, on loopback: it behaves as the path of a request says.

`/ok` answers 200, `/status/503?retry_after=7&times=2` that status (twice to each webhook-id, then 200), `/slow/0.5`
after half a second, `/redirect?to=…` 302, `/hang` never; `/drip` sends its answer byte after byte, `/drip-body` only
the body; `/disconnect` closes, `/garbage` speaks no HTTP, `/headers` never ends its headers, `/endless` announces
10 GB and sends them. `/switch/NAME` behaves as `Receiver.become` said last, at first like `/ok`.

Everything that arrives is in an SQLite file, for any process to read.
"""

import argparse
import asyncio
import itertools
import json
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).parents[3]

SCHEMA = """
create table connection (arrived_at real);
create table request (path text, webhook_id text, arrived_at real, headers text, body blob);
create index request_of on request (path, webhook_id);
create table written (path text, bytes integer);
create table switch (name text primary key, behaviour text);
"""

ENDLESS_BYTES = 10 * 1024**3
PIECE = b"x" * 65_536
DRIP_S = 0.1


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came."""

    path: str
    arrived_at: float
    """Seconds since 1970."""

    headers: Mapping[str, str]
    """By lower-case name."""

    body: bytes

    @property
    def webhook_id(self) -> str:
        """The `webhook-id` header, empty without one."""
        return self.headers.get("webhook-id", "")


class Receiver:
    """The process, from the test's side: `with Receiver(folder) as receiver`."""

    def __init__(self, folder: Path, *, port: int = 0, certificate: Path | None = None) -> None:
        self.file = folder / "received.sqlite"
        self.port = port
        self._certificate = certificate
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Receiver":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it; on the port it had, when it has been running before."""
        command = [sys.executable, "-m", "tests.integration.webhooks.receiver", str(self.file), str(self.port)]
        command += [str(self._certificate)] if self._certificate else []
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def stop(self) -> None:
        """End it at once; what it received stays."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def url(self, path: str = "/ok", host: str = "127.0.0.1") -> str:
        """The address of a behaviour."""
        return f"{'https' if self._certificate else 'http'}://{host}:{self.port}{path}"

    def become(self, name: str, behaviour: str) -> None:
        """From now on `/switch/NAME` behaves as this path."""
        self._execute("insert or replace into switch values (?, ?)", name, behaviour)

    def requests(self, path: str | None = None) -> list[Received]:
        """What has come so far, in its order; `path` (with its query): only what came there."""
        rows = self._execute(
            "select path, arrived_at, headers, body from request where ?1 is null or path = ?1 order by rowid", path
        )
        return [Received(path, arrived_at, json.loads(headers), body) for path, arrived_at, headers, body in rows]

    def count(self, path: str | None = None) -> int:
        """How many requests have come."""
        return self._number("select count(*) from request where ?1 is null or path = ?1", path)

    def distinct(self, path: str | None = None) -> int:
        """How many webhook-ids have come: what a receiver has after leaving out repetitions."""
        return self._number("select count(distinct webhook_id) from request where ?1 is null or path = ?1", path)

    def connections(self) -> int:
        """How many TCP connections were opened, whether or not anything was sent."""
        return self._number("select count(*) from connection")

    def written(self, path: str) -> int:
        """How many bytes the last request to an endless answer took."""
        return self._number("select bytes from written where path = ? order by rowid desc limit 1", path)

    async def wait_until_written(self, path: str) -> None:
        """Until an endless answer to `path` has been broken off."""
        await until(lambda: self.written(path) > 0, 10, lambda: "nobody broke it off")

    async def wait_for(self, count: int, path: str | None = None, timeout_s: float = 10) -> list[Received]:
        """The requests, once there are `count` of them; fails when that takes longer."""
        await until(lambda: self.count(path) >= count, timeout_s, lambda: f"{self.count(path)} of {count} have come")
        return self.requests(path)

    def _number(self, query: str, *values: object) -> int:
        rows = self._execute(query, *values)
        return int(rows[0][0]) if rows else 0

    def _execute(self, statement: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(self.file, timeout=10, isolation_level=None)) as database:
            return database.execute(statement, values).fetchall()


async def until(condition: Callable[[], bool], timeout_s: float, otherwise: Callable[[], str]) -> None:
    """Wait for a condition; fails with the sentence of `otherwise` when that takes longer."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, otherwise()
        await asyncio.sleep(0.02)


Behaviour = Callable[[asyncio.StreamWriter, str, dict[str, str]], Coroutine[Any, Any, None]]


class Process:
    """The process itself."""

    def __init__(self, file: Path) -> None:
        self.database = sqlite3.connect(file, isolation_level=None)
        self.database.execute("pragma journal_mode = wal")
        self.database.execute("pragma synchronous = off")
        if not self.database.execute("select 1 from sqlite_master").fetchone():
            self.database.executescript(SCHEMA)

    async def serve(self, port: int, certificate: Path | None) -> None:
        """Serve until killed; prints the port once it takes connections."""
        context = None
        if certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate)
        server = await asyncio.start_server(self.connection, "127.0.0.1", port, ssl=context, backlog=1024)
        print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - for who started it
        await server.serve_forever()

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Requests of one connection, one after the other."""
        self.database.execute("insert into connection values (?)", (time.time(),))
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                await self.request(reader, writer)
        writer.close()

    async def request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Note one request, then behave."""
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
        target = first.split(" ")[1]
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.database.execute(
            "insert into request values (?, ?, ?, ?, ?)",
            (target, headers.get("webhook-id", ""), time.time(), json.dumps(headers), body),
        )
        behaviour = urlsplit(self._switched(target))
        word, _, rest = behaviour.path.strip("/").partition("/")
        options = {name: values[0] for name, values in parse_qs(behaviour.query).items()}
        if "times" in options and self._came(target, headers.get("webhook-id", "")) > int(options["times"]):
            word = "ok"
        await getattr(self, "do_" + word.replace("-", "_"))(writer, rest or target, options)

    def _switched(self, target: str) -> str:
        if not target.startswith("/switch/"):
            return target
        name = target.removeprefix("/switch/")
        row = self.database.execute("select behaviour from switch where name = ?", (name,)).fetchone()
        return str(row[0]) if row else "/ok"

    def _came(self, target: str, webhook_id: str) -> int:
        query = "select count(*) from request where path = ? and webhook_id = ?"
        return int(self.database.execute(query, (target, webhook_id)).fetchone()[0])

    async def do_ok(self, writer: asyncio.StreamWriter, _rest: str, _options: dict[str, str]) -> None:
        """Taken."""
        await answer(writer, 200)

    async def do_status(self, writer: asyncio.StreamWriter, rest: str, options: dict[str, str]) -> None:
        """A status of one's own."""
        pause = options.get("retry_after")
        await answer(writer, int(rest), f"Retry-After: {pause}\r\n" if pause else "")

    async def do_redirect(self, writer: asyncio.StreamWriter, _rest: str, options: dict[str, str]) -> None:
        """Elsewhere."""
        await answer(writer, 302, f"Location: {options['to']}\r\n")

    async def do_slow(self, writer: asyncio.StreamWriter, rest: str, _options: dict[str, str]) -> None:
        """Taken, after a while."""
        await asyncio.sleep(float(rest))
        await answer(writer, 200)

    async def do_hang(self, _writer: asyncio.StreamWriter, _rest: str, _options: dict[str, str]) -> None:
        """No answer."""
        await asyncio.Event().wait()

    async def do_drip(self, writer: asyncio.StreamWriter, _rest: str, _options: dict[str, str]) -> None:
        """An answer that takes about ten minutes to arrive."""
        await drip(writer, b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 6000 + b"\r\n\r\n")

    async def do_drip_body(self, writer: asyncio.StreamWriter, _rest: str, _options: dict[str, str]) -> None:
        """Taken, and then ten minutes of talking about it."""
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6000\r\n\r\n")
        await drip(writer, b"x" * 6000)

    async def do_disconnect(self, _writer: asyncio.StreamWriter, _rest: str, _options: dict[str, str]) -> None:
        """Nothing, and gone."""
        raise ConnectionError

    async def do_garbage(self, writer: asyncio.StreamWriter, _rest: str, _options: dict[str, str]) -> None:
        """Something other than HTTP."""
        writer.write(b"220 mail.example ESMTP\r\n\r\n")
        await writer.drain()

    async def do_headers(self, writer: asyncio.StreamWriter, rest: str, _options: dict[str, str]) -> None:
        """Headers without end."""
        writer.write(b"HTTP/1.1 200 OK\r\n")
        await self._pour(writer, rest, lambda number: b"X-%d: " % number + PIECE + b"\r\n")

    async def do_endless(self, writer: asyncio.StreamWriter, rest: str, _options: dict[str, str]) -> None:
        """10 GB."""
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % ENDLESS_BYTES)
        await self._pour(writer, rest, lambda _: PIECE)

    async def _pour(self, writer: asyncio.StreamWriter, target: str, piece: Callable[[int], bytes]) -> None:
        written = 0
        try:
            for number in itertools.count():
                if written >= ENDLESS_BYTES:
                    break
                writer.write(piece(number))
                await writer.drain()
                written += len(PIECE)
        finally:
            self.database.execute("insert into written values (?, ?)", (target, written))


async def answer(writer: asyncio.StreamWriter, status: int, headers: str = "") -> None:
    """A whole answer with a short body."""
    body = json.dumps({"answered": status}).encode()
    head = (
        f"HTTP/1.1 {status} As asked\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    )
    writer.write(head.encode("latin-1") + body)
    await writer.drain()


async def drip(writer: asyncio.StreamWriter, content: bytes) -> None:
    """Byte after byte."""
    for place in range(len(content)):
        writer.write(content[place : place + 1])
        await writer.drain()
        await asyncio.sleep(DRIP_S)


def main() -> None:
    """`python -m tests.integration.webhooks.receiver FILE PORT [CERTIFICATE]`; port 0: a free one."""
    options = argparse.ArgumentParser()
    options.add_argument("file", type=Path)
    options.add_argument("port", type=int)
    options.add_argument("certificate", type=Path, nargs="?")
    given = options.parse_args()
    asyncio.run(Process(given.file).serve(given.port, given.certificate))


if __name__ == "__main__":
    main()
