"""The catalog with 100,000 initiatives and 30,000 territories: `make bench-catalog`.

What it does is measured beside the least that could do it, in one run and in turn. Reads: `letsfood serve catalog`,
the process that `make up-services` starts, against Starlette and asyncpg alone that run the same statement and send
bytes made beforehand, which are compared in every round; and, without a bound, against the same making them. The
load: `letsfood load` against a bare COPY of the same rows. Memory: the catalog's process, from its start to its end.
Each ratio is the median of the rounds' ratios. Exits 1 when one is out of its bounds. `--small` takes a tenth of the
records, to try it out.
"""

import asyncio
import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

import orjson

from benchmarks import catalog_load
from benchmarks.catalog_asked import ASKED, JSON, Asked, request
from benchmarks.catalog_data import write_data_set
from benchmarks.client import measure
from benchmarks.watching import Watched
from services.common.migrations import migrate
from services.local.postgres import EmbeddedPostgres

PROJECT = Path(__file__).parent.parent
TERRITORIES, INITIATIVES = 30_000, 100_000
ROUNDS, SECONDS = 9, 0.7

LOAD_BOUND = 0.3
"""A load's rows a second, as a part of a bare COPY's."""

DEEP_BOUND = 1.2
"""How many times as long the last pages of a list may take as the first."""

MEMORY_BOUND = 250 * 1024 * 1024

Line = tuple[str, str, str, str, bool]
"""What, us, the reference, the ratio with its bound, whether it is within."""


@contextmanager
def serving(command: Sequence[str], environment: dict[str, str], listener: socket.socket | None) -> Iterator[int]:
    """A server in a process of its own; its process id."""
    process = subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", *command],
        pass_fds=[listener.fileno()] if listener else [],
        cwd=PROJECT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def await_answer(port: int, path: str) -> None:
    """Wait until a server answers; exits when it does not within half a minute."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            get(port, path)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("a server did not start")


def get(port: int, path: str, accept: str = JSON) -> int:
    """Read an answer and throw it away; the bytes that it had."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("GET", path, headers={"Accept": accept})
    answer = connection.getresponse()
    size = 0
    while block := answer.read(1024 * 1024):
        size += len(block)
    connection.close()
    return size


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def compare(asked: Asked, port: int, bare: int, body: bytes) -> Line:
    """Ask all three in turn, and compare their bytes in every round."""
    ours: list[float] = []
    theirs: list[float] = []
    making: list[float] = []
    turns = ((ours, port, asked.path), (theirs, bare, f"/prepared/{asked.name}"), (making, bare, f"/{asked.name}"))
    for _ in range(ROUNDS):
        for rates, at, path in turns:
            rate, answered = measure(at, request(path, asked.accept), asked.connections, SECONDS)
            if answered != body:
                raise SystemExit(f"other bytes: {asked.name}")
            rates.append(rate)
    ratio, of_making = (
        statistics.median(one / other for one, other in zip(ours, rates, strict=True)) for rates in (theirs, making)
    )
    us, reference = (f"{statistics.median(rates):,.1f}/s" for rates in (ours, theirs))
    told = f"{ratio:.2f} (≥ {asked.bound}); {of_making:.2f} of one that makes the bytes"
    return asked.title, us, reference, told, ratio >= asked.bound


def deep(port: int, collection: str) -> Line:
    """Pages of 20 at the end of a list against those at its start, in turn."""
    cursors = [None, *walk(port, collection)]
    starts: list[float] = []
    ends: list[float] = []
    for near, far in zip(cursors[:ROUNDS], cursors[-ROUNDS - 1 : -1], strict=True):
        for times, cursor in ((starts, near), (ends, far)):
            path = f"/catalog/v1/{collection}?limit=20" + (f"&cursor={quote(cursor)}" if cursor else "")
            rate, _ = measure(port, request(path, JSON), 1, SECONDS / 2)
            times.append(1000 / rate)
    ratio = statistics.median(end / start for start, end in zip(starts, ends, strict=True))
    last, first = (f"{statistics.median(times):.1f} ms" for times in (ends, starts))
    return (
        f"last pages of {collection}, to the first",
        last,
        first,
        f"{ratio:.2f} (≤ {DEEP_BOUND})",
        ratio <= DEEP_BOUND,
    )


def walk(port: int, collection: str) -> list[str]:
    """The cursors of every page of 200 but the first."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    cursors: list[str] = []
    while True:
        path = f"/catalog/v1/{collection}?limit=200" + (f"&cursor={quote(cursors[-1])}" if cursors else "")
        connection.request("GET", path)
        following = orjson.loads(connection.getresponse().read())["next"]
        if following is None:
            return cursors
        cursors.append(following)


def reads(url: str, folder: Path) -> list[Line]:
    """Everything that is asked of a running catalog, its memory watched throughout."""
    port, bodies = free_port(), folder / "bodies"
    bodies.mkdir()
    settings = {
        "CATALOG_DATABASE_URL": url,
        "CATALOG_ENVIRONMENT": "development",
        "CATALOG_RATE_LIMIT_READ": "100000000/minute",  # every request is counted, and none is one too many
        "CATALOG_SNAPSHOT_FOLDER": str(folder / "snapshots"),
    }
    with ExitStack() as stack:
        pid = stack.enter_context(serving(["services.cli", "serve", "catalog", "--port", str(port)], settings, None))
        watched = stack.enter_context(Watched(pid))
        await_answer(port, "/catalog/health/ready")
        for asked in ASKED:
            (bodies / asked.name).write_bytes(measure(port, request(asked.path, asked.accept), 1, 0.1)[1])
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        bare: int = listener.getsockname()[1]
        command = ["benchmarks.catalog_apps", url, str(listener.fileno()), str(bodies)]
        stack.enter_context(serving(command, {}, listener))
        await_answer(bare, f"/{ASKED[0].name}")
        lines = [compare(asked, port, bare, (bodies / asked.name).read_bytes()) for asked in ASKED]
        lines += [deep(port, collection) for collection in ("initiatives", "territories")]
        crowd = ASKED[-1]
        measure(port, request(crowd.path, crowd.accept), 6, 2)  # large answers to several at once
        get(port, "/catalog/v1/snapshot")
    most = watched.most
    return [*lines, ("the catalog's memory, at most", _mb(most), "", f"(≤ {_mb(MEMORY_BOUND)})", most <= MEMORY_BOUND)]


def _mb(size: int) -> str:
    return f"{size / 1024 / 1024:.0f} MB"


def loads(urls: tuple[str, str], data: Path, folder: Path, records: int) -> list[Line]:
    """The load into the first database, and the same rows copied into the second."""
    ours, memory = catalog_load.load(urls[0], data)
    (folder / "tables").mkdir()
    asyncio.run(catalog_load.save(urls[0], folder / "tables"))
    theirs = catalog_load.copied(urls[1], folder / "tables")
    ratio = theirs / ours
    us, reference = (f"{records / seconds:,.0f}/s" for seconds in (ours, theirs))
    return [
        ("load: records", us, reference, f"{ratio:.2f} (≥ {LOAD_BOUND})", ratio >= LOAD_BOUND),
        ("the load's memory, at most", _mb(memory), "", "", True),
    ]


def report(lines: Sequence[Line]) -> bool:
    """Print the table; whether everything is within its bounds."""
    print(f"{'':44} {'catalog':>12} {'bare':>12}  ratio")
    for what, us, reference, ratio, within in lines:
        print(f"{what:44} {us:>12} {reference:>12}  {ratio}{'' if within else '  OUT OF BOUNDS'}")
    return all(within for *_, within in lines)


def main() -> None:
    """Prepare, measure, print; exits 1 when out of bounds."""
    part = 10 if "--small" in sys.argv[1:] else 1
    territories, initiatives = TERRITORIES // part, INITIATIVES // part
    with tempfile.TemporaryDirectory(prefix="letsfood-bench-") as temporary:
        folder = Path(temporary)
        write_data_set(folder / "data", PROJECT / "data", territories, initiatives)
        with EmbeddedPostgres(folder / "postgres", settings={"fsync": "off"}) as postgres:
            urls = postgres.url("catalog"), postgres.url("copied")
            for name, url in zip(("catalog", "copied"), urls, strict=True):
                postgres.create_database(name)
                asyncio.run(migrate(PROJECT / "services" / "catalog" / "migrations", url))
            lines = loads(urls, folder / "data", folder, territories + initiatives)
            within = report([*lines, *reads(urls[0], folder)])
    raise SystemExit(0 if within else 1)


if __name__ == "__main__":
    main()
