"""Root, then ordinary users, in the same folders. Only root can play these parts."""

import os
import pwd
import shutil
import stat
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

import services
from services.local.binaries import find_binaries
from services.local.postgres import EmbeddedPostgres
from services.local.privileges import CAP_DAC_READ_SEARCH
from services.local.state import reset, stop_running

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or sys.platform != "linux",
    reason="only root can become other users, and keeps what it needs on Linux",
)

Query = Callable[[str, str], Awaitable[object]]
Launch = Callable[..., Any]  # of the arguments of conftest's launch, to its Owner


@pytest.fixture
def user() -> pwd.struct_passwd:
    """An ordinary user of this machine."""
    return next(entry for entry in pwd.getpwall() if 0 < entry.pw_uid < 60_000)


@pytest.fixture
def clone(short_folder: Path, user: pwd.struct_passwd) -> Path:
    """A folder of the user's, in which root works now and then."""
    folder = short_folder / "clone"
    folder.mkdir(mode=0o755)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return folder


def as_user(user: pwd.struct_passwd) -> tuple[str, ...]:
    return "--as-user", str(user.pw_uid), str(user.pw_gid)


def uid_of(pid: int) -> int:
    return psutil.Process(pid).uids().effective


def effective_capabilities(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("CapEff:")[2].split()[0], 16)


def closed_to_others(folder: Path) -> bool:
    return any(not path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents))


def modes(folder: Path) -> list[tuple[str, int, int]]:
    """Modes and owners of the folder and of everything above it."""
    return [(str(path), path.stat().st_mode, path.stat().st_uid) for path in (folder, *folder.parents)]


async def test_in_a_folder_closed_to_others_it_runs_as_nobody_and_opens_nothing(tmp_path: Path, query: Query) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    before = modes(closed)
    with EmbeddedPostgres(closed / "postgres", settings={"fsync": "off"}) as server:
        assert server.pid is not None
        server.create_database("catalog")
        assert await query(server.url("catalog"), "SELECT 1") == 1
        assert uid_of(server.pid) == pwd.getpwnam("nobody").pw_uid
        assert effective_capabilities(server.pid) == 1 << CAP_DAC_READ_SEARCH
    assert modes(closed) == before


def test_with_binaries_in_a_closed_folder_it_runs_as_well(
    tmp_path: Path, short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a clone in /root: .venv is closed to others, and the data may be elsewhere."""
    installed = find_binaries().postgres.parents[2]
    wheel = tmp_path / "closed" / installed.name
    wheel.parent.mkdir(mode=0o700)
    for name in (f"{installed.name}/pginstall18", f"{installed.name}.libs"):
        shutil.copytree(installed.parent / name, wheel.parent / name)
    spec = SimpleNamespace(submodule_search_locations=[str(wheel)])
    monkeypatch.setattr("importlib.util.find_spec", lambda _: spec)
    with EmbeddedPostgres(short_folder / "postgres", settings={"fsync": "off"}) as server:
        assert server.pid is not None
        assert str(wheel) in psutil.Process(server.pid).exe()
        assert uid_of(server.pid) == pwd.getpwnam("nobody").pw_uid


def test_in_a_folder_open_to_others_it_keeps_no_capability(short_folder: Path) -> None:
    if closed_to_others(Path(services.__file__).parents[1]):
        pytest.skip("the clone itself, with the binaries in it, is closed to others")
    with EmbeddedPostgres(short_folder / "postgres", settings={"fsync": "off"}) as server:
        assert server.pid is not None
        assert uid_of(server.pid) == pwd.getpwnam("nobody").pw_uid
        assert effective_capabilities(server.pid) == 0


def test_root_then_the_user_then_root(clone: Path, user: pwd.struct_passwd, launch: Launch) -> None:
    state = clone / ".state"
    root = launch(state)
    assert uid_of(root.postmaster) == user.pw_uid
    root.terminate()
    assert {path.lstat().st_uid for path in (state, *state.rglob("*"))} == {user.pw_uid}

    launch(state, *as_user(user)).terminate()
    launch(state).terminate()
    launch(state, *as_user(user)).terminate()


def test_root_killed_then_the_user(clone: Path, user: pwd.struct_passwd, launch: Launch) -> None:
    """What root was just writing is still root's then: one line says so, and root's next start mends it."""
    root = launch(clone / ".state")
    root.kill()
    refused = launch(clone / ".state", *as_user(user), wait=False)
    assert "belongs to root" in refused.failure()

    launch(clone / ".state").terminate()
    assert not root.postgres_runs()
    launch(clone / ".state", *as_user(user)).terminate()


def test_a_user_is_refused_in_the_state_of_root(short_folder: Path, user: pwd.struct_passwd, launch: Launch) -> None:
    launch(short_folder / "state").terminate()
    refused = launch(short_folder / "state", *as_user(user), wait=False)
    assert refused.failure() == (
        f"{short_folder / 'state'} is not writable: choose another state folder with STATE_DIR=\n"
    )
    assert refused.process.returncode == 1


def test_a_user_is_refused_on_data_of_another(clone: Path, user: pwd.struct_passwd, launch: Launch) -> None:
    launch(clone / ".state", *as_user(user)).terminate()
    nobody = pwd.getpwnam("nobody")
    os.chown(clone / ".state" / "postgres" / "data", nobody.pw_uid, nobody.pw_gid)
    refused = launch(clone / ".state", *as_user(user), wait=False)
    assert "data belongs to nobody: start as that user" in refused.failure()


def test_an_unwritable_folder_is_one_clear_line(short_folder: Path, user: pwd.struct_passwd, launch: Launch) -> None:
    refused = launch(short_folder / "none" / "state", *as_user(user), wait=False)
    assert refused.failure() == f"{short_folder} is not writable: choose another state folder with STATE_DIR=\n"
    assert refused.process.returncode == 1


def test_root_stops_and_clears_what_a_user_left(clone: Path, user: pwd.struct_passwd, launch: Launch) -> None:
    owner = launch(clone / ".state", *as_user(user))
    assert stop_running(clone / ".state") is True
    assert not owner.postgres_runs()
    assert reset(clone / ".state") is True


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv takes root's capabilities away")
@pytest.mark.parametrize("missing", ["-sys_ptrace", "-dac_read_search", "-sys_ptrace,-dac_read_search"])
def test_root_of_a_container_that_lacks_capabilities(tmp_path: Path, launch: Launch, missing: str) -> None:
    """Without CAP_SYS_PTRACE, not even root sees where another user's process works."""
    prefix = ("setpriv", f"--bounding-set={missing}")
    first = launch(tmp_path / "state", prefix=prefix)
    first.kill()
    second = launch(tmp_path / "state", prefix=prefix)
    assert not first.postgres_runs()
    second.terminate()
