"""Starts the command line as a user does and watches what it leaves behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

START_LIMIT_S = 90
"""A first start makes a cluster, loads the data set and builds an index: seconds, more on a busy machine."""


@dataclass
class Up:
    """A running `letsfood up`, or one that has ended."""

    process: subprocess.Popen[str]
    base: str
    state: Path
    log: Path

    def wait_until_served(self) -> "Up":
        until = time.monotonic() + START_LIMIT_S
        while time.monotonic() < until:
            if "Serving" in self.output():
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        pytest.fail(f"it does not serve: {self.output()}")

    def output(self) -> str:
        return self.log.read_text()

    def get(self, path: str, **parameters: str) -> httpx.Response:
        return httpx.get(f"{self.base}{path}", params=parameters or None, timeout=30)

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=60)

    def processes(self) -> list[str]:
        """The command lines of whatever still works in the state folder."""
        found = []
        for process in psutil.process_iter():
            try:
                if str(self.state) in " ".join(process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(" ".join(process.cmdline()))
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return found


Start = Callable[..., Up]


def free_ports(count: int) -> int:
    """The first of `count` free ports in a row."""
    for first in range(20_000 + os.getpid() % 10_000, 60_000, 7):
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    pytest.fail("no free ports")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts `letsfood up` (or another command) on a free port, in a state folder of the test's own."""
    started: list[Up] = []

    def run(command: str = "up", *, state: Path | None = None, port: int | None = None) -> Up:
        number = port or free_ports(4)
        folder = state or tmp_path / "state"
        log = tmp_path / f"log-{len(started)}"
        with log.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "services.cli", command, "--port", str(number), "--state-dir", str(folder)],
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
                env={name: value for name, value in os.environ.items() if not name.endswith("_DATABASE_URL")},
            )
        started.append(Up(process, f"http://127.0.0.1:{number}", folder, log))
        return started[-1]

    yield run
    for up in started:
        if up.process.poll() is None:
            up.end(signal.SIGTERM)
    for up in started:
        subprocess.run([sys.executable, "-m", "services.cli", "down", "--state-dir", str(up.state)], check=True)
