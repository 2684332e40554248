import json
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest

from services.local.errors import LocalError
from services.local.state import State, reset, stop_running

Query = Callable[[str, str], Awaitable[object]]
URL = "http://127.0.0.1:8000"


def wait_for(folder: Path, pattern: str) -> None:
    """Return as soon as the folder has such a path."""
    deadline = time.monotonic() + 20
    while not any(folder.glob(pattern)):
        assert time.monotonic() < deadline, f"{folder} never had a {pattern}"
        time.sleep(0.001)


Launch = Callable[..., Any]  # of the arguments of conftest's launch, to its Owner


async def test_kill_9_then_a_new_start_then_sigterm(tmp_path: Path, launch: Launch, query: Query) -> None:
    first = launch(tmp_path / "state")
    await query(first.url, "CREATE TABLE kept AS SELECT 7 AS value")
    first.kill()
    assert first.postgres_runs()

    second = launch(tmp_path / "state")
    assert not first.postgres_runs()
    assert await query(second.url, "SELECT value FROM kept") == 7
    second.terminate()
    assert not second.postgres_runs()


def test_of_two_starts_at_once_exactly_one_wins(tmp_path: Path, launch: Launch) -> None:
    owners = [launch(tmp_path / "state", wait=False) for _ in range(2)]
    deadline = time.monotonic() + 30
    while all(owner.process.poll() is None for owner in owners) and time.monotonic() < deadline:
        time.sleep(0.01)
    losers = [owner for owner in owners if owner.process.poll() is not None]
    assert [owner.process.returncode for owner in losers] == [1]
    winner = next(owner for owner in owners if owner not in losers).read()
    assert losers[0].failure() == f"Already running (pid {winner.process.pid}) on {URL}: 'make down' stops it.\n"


def test_an_interrupted_initdb_leaves_nothing_and_stops_nobody(tmp_path: Path, launch: Launch) -> None:
    owner = launch(tmp_path / "state", wait=False)
    folder = tmp_path / "state" / "postgres"
    wait_for(folder, "initdb-*/base")
    owner.kill()
    assert not (folder / "data").exists()

    launch(tmp_path / "state").terminate()
    assert not list(folder.glob("initdb-*"))
    assert (folder / "data").exists()


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("initdb-*", signal.SIGTERM),
        ("initdb-*/base", signal.SIGINT),
        ("data", signal.SIGTERM),
        ("data/postmaster.pid", signal.SIGINT),
        ("data/global/pg_internal.init", signal.SIGTERM),  # a first connection
    ],
)
def test_a_signal_while_it_starts_leaves_no_process(
    tmp_path: Path, launch: Launch, moment: str, number: signal.Signals
) -> None:
    """The check that nothing is left is every test's (conftest)."""
    owner = launch(tmp_path / "state", wait=False)
    folder = tmp_path / "state" / "postgres"
    wait_for(folder, moment)
    owner.process.send_signal(number)
    owner.process.send_signal(number)
    owner.process.communicate(timeout=30)
    assert not (folder / "data" / "postmaster.pid").exists()


def test_an_owner_that_only_exits_leaves_no_process(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from services.local.postgres import EmbeddedPostgres;"
        "server = EmbeddedPostgres(Path(sys.argv[1]), settings={'fsync': 'off'}); server.start(); sys.exit(3)"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(tmp_path / "postgres")], check=False)
    assert ended.returncode == 3
    assert not (tmp_path / "postgres" / "data" / "postmaster.pid").exists()


def test_down_stops_the_running_process_and_is_idempotent(tmp_path: Path, launch: Launch) -> None:
    owner = launch(tmp_path / "state")
    assert stop_running(tmp_path / "state") is True
    assert not owner.postgres_runs()
    assert stop_running(tmp_path / "state") is False
    assert stop_running(tmp_path / "never") is False


def test_down_stops_the_postgresql_of_a_killed_process(tmp_path: Path, launch: Launch) -> None:
    folder = tmp_path / ("d" * 100)  # its socket is below the temporary folder, then
    owner = launch(folder)
    socket_folder = Path(parse_qs(urlsplit(owner.url).query)["host"][0])
    assert socket_folder.exists()
    assert not socket_folder.is_relative_to(folder)
    owner.kill()
    assert stop_running(folder) is True
    assert not owner.postgres_runs()
    assert not socket_folder.exists()
    assert stop_running(folder) is False


@pytest.mark.parametrize("wrong", ["create_time", "command", "both"])
def test_down_never_signals_a_process_that_it_cannot_verify(
    tmp_path: Path, innocent: subprocess.Popen[bytes], wrong: str
) -> None:
    process = psutil.Process(innocent.pid)
    record = {
        "pid": innocent.pid,
        "create_time": process.create_time() - (3600 if wrong != "command" else 0),
        "command": process.cmdline() if wrong == "create_time" else ["letsfood", "up"],
        "url": URL,
    }
    with State.acquire(tmp_path / "state", URL):
        (tmp_path / "state" / "running.json").write_text(json.dumps(record))
        with pytest.raises(LocalError, match="cannot be verified"):
            stop_running(tmp_path / "state")
    assert innocent.poll() is None


def test_a_record_without_a_lock_is_not_a_running_process(tmp_path: Path, innocent: subprocess.Popen[bytes]) -> None:
    State.acquire(tmp_path / "state", URL).release()
    process = psutil.Process(innocent.pid)
    record = {"pid": process.pid, "create_time": process.create_time(), "command": process.cmdline(), "url": URL}
    (tmp_path / "state" / "running.json").write_text(json.dumps(record))
    assert stop_running(tmp_path / "state") is False
    assert innocent.poll() is None


def test_reset_removes_everything_but_not_while_it_runs(tmp_path: Path, launch: Launch) -> None:
    owner = launch(tmp_path / "state")
    with pytest.raises(LocalError, match=f"Already running .pid {owner.process.pid}."):
        reset(tmp_path / "state")
    owner.kill()  # its PostgreSQL lives on
    assert reset(tmp_path / "state") is True
    assert not (tmp_path / "state").exists()
    assert not owner.postgres_runs()
    assert reset(tmp_path / "state") is False


def test_neither_reset_nor_start_touches_a_folder_that_is_not_ours(tmp_path: Path) -> None:
    letter = tmp_path / "home" / "letter.txt"
    letter.parent.mkdir()
    letter.write_text("dear")
    with pytest.raises(LocalError, match="not a state folder"):
        reset(letter.parent)
    with pytest.raises(LocalError, match="not a state folder"):
        State.acquire(letter.parent, URL)
    assert stop_running(letter.parent) is False
    assert list(letter.parent.iterdir()) == [letter]


def test_an_interrupted_reset_can_be_repeated(tmp_path: Path) -> None:
    State.acquire(tmp_path / "state", URL).release()
    for path in (tmp_path / "state").iterdir():
        if path.name != ".letsfood-state":
            path.unlink()
    assert reset(tmp_path / "state") is True
    assert not (tmp_path / "state").exists()


def test_reset_follows_no_link_out_of_the_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    State.acquire(tmp_path / "state", URL).release()
    (tmp_path / "state" / "link").symlink_to(outside)
    assert reset(tmp_path / "state") is True
    assert (outside / "kept").exists()


def test_a_file_in_the_way_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LocalError, match=r"^.*/file is not a folder: .*STATE_DIR=$"):
        State.acquire(tmp_path / "file" / "state", URL)
