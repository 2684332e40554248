"""The service of `limited_app` on a real server in a process of its own, and bare connections to it."""

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import psutil
import pytest

ROOT = Path(__file__).parents[3]
LONG_S = 20
"""More than any wait here takes: who waits so long was not let go."""

Start = Callable[..., "Server"]


class Server:
    """A running service and its process."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port = port
        self.process = process

    def rss(self) -> int:
        """Bytes of memory that the process holds."""
        held: int = psutil.Process(self.process.pid).memory_info().rss
        return held

    def client(self) -> httpx.AsyncClient:
        """A client of the service."""
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=LONG_S)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A bare connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.close()


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts servers with the settings given, and ends them."""
    processes: list[subprocess.Popen[bytes]] = []

    def begin(**settings: object) -> Server:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
            arguments = [str(listener.fileno()), json.dumps(settings)]
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.integration.common.limited_app", *arguments],
                pass_fds=[listener.fileno()],
                cwd=ROOT,
            )
        processes.append(process)
        _await_connection(port, process)
        return Server(port, process)

    yield begin
    for process in processes:
        process.kill()
        process.wait()


def _await_connection(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("the server did not start")


async def ended(reader: asyncio.StreamReader) -> bytes:
    """What comes until the server hangs up."""
    try:
        return await asyncio.wait_for(reader.read(), LONG_S)
    except ConnectionResetError:
        return b""
