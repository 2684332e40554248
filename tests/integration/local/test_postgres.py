import asyncio
import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import psutil
import pytest

from services.local import processes
from services.local.errors import LocalError
from services.local.postgres import EmbeddedPostgres
from services.local.sockets import choose_socket_folder

Query = Callable[[str, str], Awaitable[object]]
Innocent = subprocess.Popen[bytes]


async def test_it_serves_an_ordinary_role_over_the_private_socket_only(
    postgres: EmbeddedPostgres, query: Query
) -> None:
    postgres.start()
    postgres.create_database("catalog")
    url = postgres.url("catalog")

    assert await query(url, "SELECT current_user") == "letsfood"
    assert (
        await query(url, "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
        is False
    )
    assert await query(url, "SHOW server_encoding") == "UTF8"
    assert await query(url, "SELECT upper('é')") == "É"
    assert await query(url, "SHOW listen_addresses") == ""
    assert psutil.Process(postgres.pid).net_connections("tcp") == []
    assert stat.S_IMODE(postgres._running_socket_folder().stat().st_mode) == 0o700
    assert stat.S_IMODE(postgres.log.stat().st_mode) == 0o600


async def test_its_url_holds_whatever_the_environment_says(
    postgres: EmbeddedPostgres, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PGPORT", "PGHOST", "PGUSER", "PGDATABASE", "PGDATA", "PGOPTIONS"):
        monkeypatch.setenv(name, "1")
    postgres.start()
    postgres.create_database("catalog")

    assert await query(postgres.url("catalog"), "SELECT current_database()") == "catalog"


async def test_what_was_committed_survives_stop_and_start(postgres: EmbeddedPostgres, query: Query) -> None:
    postgres.start()
    postgres.create_database("catalog")
    await query(postgres.url("catalog"), "CREATE TABLE kept AS SELECT 7 AS value")
    postgres.stop()
    assert processes.processes_in(postgres.data, postgres._runner) == []

    postgres.start()
    assert await query(postgres.url("catalog"), "SELECT value FROM kept") == 7


def test_a_second_start_is_refused_and_stops_nothing(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    with pytest.raises(LocalError, match="was started already"):
        postgres.start()
    assert postgres.pid is not None


async def test_it_can_be_called_beside_a_running_event_loop(postgres: EmbeddedPostgres, query: Query) -> None:
    await asyncio.to_thread(postgres.start)
    await asyncio.to_thread(postgres.create_database, "catalog")
    assert await query(postgres.url("catalog"), "SELECT 1") == 1


def test_stop_twice_and_url_without_start(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    postgres.stop()
    postgres.stop()
    with pytest.raises(LocalError, match="not running"):
        postgres.url("catalog")


async def test_databases_are_created_copied_and_dropped(postgres: EmbeddedPostgres, query: Query) -> None:
    postgres.start()
    postgres.create_database("first")
    await query(postgres.url("first"), "CREATE TABLE kept AS SELECT 7 AS value")
    postgres.create_database("copy", template="first")
    postgres.create_database("first", exist_ok=True)

    assert await query(postgres.url("copy"), "SELECT value FROM kept") == 7
    assert await query(postgres.url("first"), "SELECT value FROM kept") == 7
    with pytest.raises(LocalError, match="already exists"):
        postgres.create_database("first")
    with pytest.raises(LocalError, match="cannot be the name"):
        postgres.create_database('x"; DROP DATABASE first; --')

    postgres.drop_database("first")
    postgres.drop_database("first")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await query(postgres.url("first"), "SELECT 1")


def test_a_stale_pid_file_of_another_process_harms_nobody(
    postgres: EmbeddedPostgres, innocent: Innocent, short_folder: Path
) -> None:
    postgres = EmbeddedPostgres(postgres.folder, short_folder / "socket", {"fsync": "off"})
    postgres.start()
    postgres.stop()
    pid_file = postgres.data / "postmaster.pid"
    pid_file.write_text(f"{innocent.pid}\n{postgres.data}\n1700000000\n5432\n\n\n\nready\n")
    (short_folder / "socket").mkdir(mode=0o700)
    (short_folder / "socket" / ".s.PGSQL.5432.lock").write_text(f"{innocent.pid}\n")

    with postgres:
        assert innocent.poll() is None
        assert processes.recorded_pid(pid_file) == postgres.pid


def test_not_even_one_with_our_command_line(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    """Its name and its command line are a postmaster's of our data folder; only its working folder is another."""
    postgres.start()
    postgres.stop()
    program = tmp_path / "postgres-of-another" / "postgres"
    program.parent.mkdir()
    shutil.copy("/bin/sh", program)
    command = [str(program), "-c", "read line", "sh", "-D", str(postgres.data)]
    with subprocess.Popen(command, cwd=program.parent, stdin=subprocess.PIPE) as lookalike:
        (postgres.data / "postmaster.pid").write_text(f"{lookalike.pid}\n{postgres.data}\n")
        postgres.start()
        assert lookalike.poll() is None
        postgres.stop()
        assert lookalike.poll() is None
        lookalike.communicate(b"\n")


@pytest.mark.parametrize("content", ["", "garbage\n", "999999999999\n", "-1\n", "0\n"])
def test_a_broken_pid_file_is_replaced(postgres: EmbeddedPostgres, content: str) -> None:
    postgres.start()
    postgres.stop()
    (postgres.data / "postmaster.pid").write_text(content)
    postgres.start()
    assert processes.recorded_pid(postgres.data / "postmaster.pid") == postgres.pid


async def test_it_does_not_start_beside_a_backend_of_a_killed_postmaster(
    postgres: EmbeddedPostgres, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_BACKENDS_LEAVE_SECONDS", 0.2)
    postgres.start()
    postgres.create_database("catalog")
    connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(postgres.url("catalog"))
    backend = psutil.Process(await connection.fetchval("SELECT pg_backend_pid()"))
    backend.suspend()
    assert postgres.pid is not None
    os.kill(postgres.pid, signal.SIGKILL)
    with pytest.raises(LocalError, match=f"still work in .*: {backend.pid}"):
        postgres.stop()

    successor = EmbeddedPostgres(postgres.folder, settings={"fsync": "off"})
    with pytest.raises(LocalError, match=f"still work in .*: {backend.pid}"):
        successor.start()
    backend.resume()
    with successor:
        assert await query(successor.url("catalog"), "SELECT 1") == 1
    connection.terminate()


def test_one_that_hangs_is_stopped_nevertheless(postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "SHUTDOWN", tuple((number, 0.2) for number, _ in processes.SHUTDOWN))
    postgres.start()
    psutil.Process(postgres.pid).suspend()
    postgres.stop()
    assert postgres.pid is None


def test_two_objects_never_share_a_folder(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    other = EmbeddedPostgres(postgres.folder)
    with pytest.raises(LocalError, match="Another process runs the PostgreSQL"):
        other.start()
    with pytest.raises(LocalError, match="Another process runs the PostgreSQL"):
        other.stop_orphan()
    assert postgres.pid is not None


@pytest.mark.parametrize("name", ["d" * 120, "Mes données, ici: 100%", "plus+and=equals&more"])
async def test_any_path_will_do(tmp_path: Path, query: Query, name: str) -> None:
    with EmbeddedPostgres(tmp_path / name / "postgres", settings={"fsync": "off"}) as server:
        server.create_database("catalog")
        assert await query(server.url("catalog"), "SELECT 1") == 1
        socket_folder = server._running_socket_folder()
        assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700
    assert not socket_folder.exists()


def test_a_socket_folder_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    server = EmbeddedPostgres(tmp_path / "postgres", socket_folder=tmp_path / "open")
    with pytest.raises(LocalError, match="not the private folder"):
        server.start()


def test_a_socket_folder_behind_a_link_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    server = EmbeddedPostgres(tmp_path / ("d" * 120))
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    uid = 65534 if os.geteuid() == 0 else os.geteuid()
    expected = choose_socket_folder(server.folder / "socket", uid)
    expected.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LocalError, match="not the private folder"):
        server.start()
    expected.unlink()


def test_data_of_another_version_is_left_alone(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    postgres.stop()
    (postgres.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(LocalError, match="is of 15, not of PostgreSQL 18"):
        postgres.start()


def test_why_it_does_not_start_is_told_in_one_line(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres", settings={"fsync": "off", "shared_buffers": "plenty"})
    with pytest.raises(LocalError, match=r'^PostgreSQL did not start: .*"shared_buffers".*$') as caught:
        server.start()
    assert "\n" not in str(caught.value)


def test_where_there_is_no_wheel_it_says_what_to_do(
    postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(LocalError, match=r"No embedded PostgreSQL for this platform .* CATALOG_DATABASE_URL"):
        postgres.start()
