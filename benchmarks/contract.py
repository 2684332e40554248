"""What the contract layer costs on one hot GET: `make bench-contract`.

uvicorn processes answer `GET /catalog/v1/initiatives/{ref}` on the whole data set with the same bytes: `contract`, the
catalog as it is served; `handler`, what its handler does on a bare FastAPI route (and, to compare, `starlette` on a
bare Starlette route); `bare`, Starlette and asyncpg with the same SQL and bytes made beforehand. One client asks them
in turn over HTTP on loopback, in rounds; each number is the median. Exits 1 when a ratio is out of its bounds.
"""

import asyncio
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from benchmarks.client import measure
from services.catalog.loading.loader import load
from services.common.migrations import migrate
from services.local.postgres import EmbeddedPostgres

PROJECT = Path(__file__).parent.parent
REF = "pole-logistique-mutualise-lyon"
REQUEST = (
    f"GET /catalog/v1/initiatives/{REF} HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: bench\r\n"
    "accept: application/json\r\naccept-language: en\r\n\r\n"
).encode()

CONNECTIONS = 8
ROUNDS = 9
SECONDS = 1.5

LAYER_BOUND = 1.5
"""The whole request costs at most so many times what its handler costs alone."""

BARE_BOUND = 0.4
"""The whole request is answered at least so many times as often as the bare handler."""


@dataclass
class Server:
    """A running app and what was measured of it: answers a second, and processor time an answer in microseconds."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)

    def round(self, seconds: float) -> bytes:
        """Measure once; returns the answer's body."""
        watched = psutil.Process(self.process.pid)
        before = sum(watched.cpu_times()[:2])
        rate, body = measure(self.port, REQUEST, CONNECTIONS, seconds)
        self.rates.append(rate)
        self.costs.append((sum(watched.cpu_times()[:2]) - before) / (rate * seconds) * 1e6)
        return body


@contextmanager
def serving(name: str, url: str, body_file: Path) -> Iterator[Server]:
    """The app in a process of its own, on a free port of loopback."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "benchmarks.contract_apps", name, url, str(listener.fileno()), str(body_file)],
            pass_fds=[listener.fileno()],
            cwd=PROJECT,
            stderr=subprocess.DEVNULL,
        )
    try:
        _await_answer(port, process)
        yield Server(name, port, process)
    finally:
        process.terminate()
        process.wait(10)


def _await_answer(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/catalog/v1/initiatives/{REF}", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    message = "a server did not start"
    raise SystemExit(message)


def run(url: str, folder: Path) -> Sequence[Server]:
    """Measure all in turn, round by round."""
    body_file = folder / "body.json"
    with ExitStack() as stack:
        handler = stack.enter_context(serving("handler", url, body_file))
        body_file.write_bytes(handler.round(0.5))
        others = [stack.enter_context(serving(name, url, body_file)) for name in ("contract", "starlette", "bare")]
        servers = [*others, handler]
        for server in servers:  # warm up, and see that the bytes are the same
            if server.round(0.5) != body_file.read_bytes():
                message = f"'{server.name}' answers with other bytes"
                raise SystemExit(message)
            server.rates.clear()
            server.costs.clear()
        for _ in range(ROUNDS):
            for server in servers:
                server.round(SECONDS)
        return servers


def report(servers: Sequence[Server]) -> bool:
    """Print the table and the ratios; returns whether both are within their bounds."""
    rate = {server.name: statistics.median(server.rates) for server in servers}
    cost = {server.name: statistics.median(server.costs) for server in servers}
    print(f"{'':10} {'answers/s':>10} {'µs of CPU':>10}")
    for name in ("bare", "starlette", "handler", "contract"):
        print(f"{name:10} {rate[name]:10.0f} {cost[name]:10.0f}")
    layer, whole = rate["handler"] / rate["contract"], rate["contract"] / rate["bare"]
    print(f"contract costs {layer:.2f} × its handler (bound: at most {LAYER_BOUND})")
    print(f"contract answers {whole:.2f} × as often as bare (bound: at least {BARE_BOUND})")
    return layer <= LAYER_BOUND and whole >= BARE_BOUND


def main() -> None:
    """Prepare a database, measure, print; exits 1 when out of bounds."""
    with tempfile.TemporaryDirectory(prefix="letsfood-bench-") as temporary:
        folder = Path(temporary)
        with EmbeddedPostgres(folder / "postgres", settings={"fsync": "off"}) as postgres:
            postgres.create_database("catalog")
            url = postgres.url("catalog")
            asyncio.run(migrate(PROJECT / "services" / "catalog" / "migrations", url))
            loaded = asyncio.run(load(url, PROJECT / "data"))
            if loaded.errors:
                raise SystemExit(str(loaded.errors[0]))
            within = report(run(url, folder))
    raise SystemExit(0 if within else 1)


if __name__ == "__main__":
    main()
