import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil
import pytest

from services.local.postgres import EmbeddedPostgres
from services.local.processes import is_alive

OWNER = Path(__file__).with_name("owner.py")


@dataclass
class Owner:
    """A process that runs owner.py."""

    process: subprocess.Popen[str]
    url: str = ""
    postmaster: int = 0

    def read(self) -> "Owner":
        """Wait until it serves."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            pytest.fail(f"the owner did not start: {self.failure()}")
        told = json.loads(line)
        self.url, self.postmaster = told["url"], told["postmaster"]
        return self

    def failure(self) -> str:
        """What it says on stderr before it ends."""
        return self.process.communicate(timeout=30)[1]

    def kill(self) -> None:
        """As kill -9 does: it can leave nothing in order."""
        self.process.kill()
        self.process.wait()

    def postgres_runs(self) -> bool:
        """Whether its postmaster is more than a zombie: orphans may wait long for whoever reaps them."""
        try:
            return is_alive(psutil.Process(self.postmaster))
        except psutil.NoSuchProcess:
            return False

    def terminate(self) -> None:
        self.process.terminate()
        assert self.process.wait(timeout=30) == 0


Launch = Callable[..., Owner]


@pytest.fixture
def launch() -> Iterator[Launch]:
    """Starts owner.py on a folder, with a prefix such as `setpriv …` before it where one is given."""
    owners: list[Owner] = []

    def start(folder: Path, *arguments: str, prefix: tuple[str, ...] = (), wait: bool = True) -> Owner:
        process = subprocess.Popen(
            [*prefix, sys.executable, str(OWNER), str(folder), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        owners.append(Owner(process))
        return owners[-1].read() if wait else owners[-1]

    yield start
    for owner in owners:
        if owner.process.poll() is None:
            owner.process.terminate()
        owner.process.communicate(timeout=30)


def processes_below(folder: Path) -> list[psutil.Process]:
    """The live processes that work in the folder or name it in their command line."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                continue
            if Path(process.cwd()).is_relative_to(folder) or str(folder) in " ".join(process.cmdline()):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


@pytest.fixture(autouse=True)
def nothing_left_behind(tmp_path: Path) -> Iterator[None]:
    """Fails every test that ends with a process of its own still alive."""
    yield
    left = processes_below(tmp_path)
    told = [" ".join(process.cmdline()) for process in left]
    for process in left:
        process.kill()
    assert told == []


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A throw-away PostgreSQL, not started."""
    server = EmbeddedPostgres(tmp_path / "postgres", settings={"fsync": "off"})
    yield server
    server.stop()


async def ask(url: str, statement: str) -> object:
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@pytest.fixture
def query() -> Callable[..., object]:
    """Runs a statement that answers one value."""
    return ask


@pytest.fixture
def innocent() -> Iterator[subprocess.Popen[bytes]]:
    """A process of somebody else, which nothing here may touch."""
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path leaves room for a socket's, open to everybody; pytest's own are neither."""
    folder = Path(tempfile.mkdtemp(prefix="lf-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
