"""An embedded PostgreSQL whose life is ours: no TCP, a private socket, no process left behind.

Everything here blocks: on the request path of an asyncio program, call it through asyncio.to_thread.
"""

import atexit
import os
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from services.local import administration
from services.local.administration import OWNER
from services.local.binaries import Binaries, find_binaries
from services.local.cluster import ENVIRONMENT, ensure_cluster
from services.local.errors import LocalError
from services.local.locks import FileLock
from services.local.ownership import inherit_owner, make_folder
from services.local.privileges import Runner, choose_runner
from services.local.processes import await_backends, find_postmaster, recorded_pid, shut_down
from services.local.sockets import (
    PORT,
    choose_socket_folder,
    discard_socket_folder,
    is_usable,
    prepare_socket_folder,
    remove_sockets,
)
from services.local.threads import uninterrupted

DEFAULT_SETTINGS: Mapping[str, str] = {
    "max_connections": "100",
    "shared_buffers": "128MB",
    "idle_in_transaction_session_timeout": "5min",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

_READY_SECONDS = 60.0
_POLL_SECONDS = 0.01
_LARGEST_LOG = 10_000_000  # bytes; at a start, a longer one becomes postgresql.log.1


class EmbeddedPostgres:
    """A PostgreSQL 18 with its data, log and (where the path allows) socket in `folder`.

    `settings` override PostgreSQL's and ours by name ({"fsync": "off"} for a test's throw-away cluster). The databases
    belong to the role `letsfood`, which is no superuser. Use it as a context manager, or call start() and stop().
    """

    def __init__(
        self, folder: Path, socket_folder: Path | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.log = self.folder / "postgresql.log"
        self._wanted_socket_folder = socket_folder
        self._socket_folder: Path | None = None
        self._settings = {**DEFAULT_SETTINGS, **(settings or {})}
        self._lock = FileLock(self.folder / "lock")
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._runner = Runner()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The postmaster's pid while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Return when PostgreSQL answers. What an earlier owner that was killed left running is stopped first.

        Raises LocalError, in one line, for everything that can be wrong with the machine.
        """
        if self._process is not None:
            raise LocalError(f"The PostgreSQL in {self.folder} was started already")
        # For an owner that ends without stop(): by an exception at the wrong moment, say, or by sys.exit.
        atexit.register(self._stop)
        try:
            uninterrupted(self._start)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop PostgreSQL and return when none of its processes is left. Does nothing when it does not run."""
        uninterrupted(self._stop)
        atexit.unregister(self._stop)

    def stop_orphan(self) -> bool:
        """Stop the PostgreSQL that a killed owner left running here. True when there was one.

        Raises LocalError when its owner lives, or when it cannot be verified to be ours.
        """
        if not self.data.exists():
            return False
        try:
            if not self._lock.acquire():
                raise LocalError(f"Another process runs the PostgreSQL in {self.folder}")
            self._runner = choose_runner(self.data, needed=(*find_binaries().needed, self.folder))
            ended = self._end_previous()
            discard_socket_folder(choose_socket_folder(self.folder / "socket", self._runner.uid), self._runner)
            return ended
        except OSError as error:
            raise LocalError(f"Cannot use {error.filename or self.folder}: {error.strerror}") from error
        finally:
            self._lock.release()

    def url(self, database: str) -> str:
        """`postgresql://…` of that database over the private socket, for asyncpg; SQLAlchemy takes it with `+asyncpg`.

        Raises LocalError before start().
        """
        return f"postgresql://{OWNER}@/{database}?host={self._running_socket_folder()}&port={PORT}"

    def create_database(self, name: str, template: str | None = None, *, exist_ok: bool = False) -> None:
        """Create a database, empty or as a copy of `template` (to which nobody may be connected then).

        With `exist_ok`, one of that name is left as it is. Raises LocalError when PostgreSQL refuses.
        """
        administration.create_database(self._running_socket_folder(), name, template, exist_ok=exist_ok)

    def drop_database(self, name: str) -> None:
        """Drop the database and end its connections; a missing one is fine.

        Raises LocalError when PostgreSQL refuses.
        """
        administration.drop_database(self._running_socket_folder(), name)

    def _start(self) -> None:
        with self._turn:
            try:
                make_folder(self.folder, 0o711)
                if not self._lock.acquire():
                    raise LocalError(f"Another process runs the PostgreSQL in {self.folder}")
                self._start_locked()
            except OSError as error:
                path = error.filename or self.folder
                raise LocalError(f"PostgreSQL cannot use {path}: {error.strerror}") from error

    def _stop(self) -> None:
        with self._turn:
            try:
                if self._process is not None:
                    shut_down(self._process)
                    await_backends(self.data, self._runner)
                    self._process = None
                if self._socket_folder is not None:
                    discard_socket_folder(self._socket_folder, self._runner)
                    self._socket_folder = None
            finally:
                self._lock.release()

    def _start_locked(self) -> None:
        binaries = find_binaries()
        wanted = self._wanted_socket_folder
        if wanted is not None and not is_usable(wanted.resolve()):
            raise LocalError(f"{wanted} cannot be the folder of PostgreSQL's socket: too long, or unusual characters")
        self._runner = choose_runner(
            self.data,
            needed=(*binaries.needed, self.folder, *([wanted.resolve().parent] if wanted else ())),
        )
        folder = wanted.resolve() if wanted else choose_socket_folder(self.folder / "socket", self._runner.uid)
        prepare_socket_folder(folder, self._runner)
        self._socket_folder = folder
        ensure_cluster(self.data, binaries, self._runner, durable=self._settings.get("fsync") != "off")
        self._end_previous()
        self._launch(binaries, folder)
        try:
            self._await_ready()
        except LocalError:
            # An owner killed just after its launch leaves a postmaster whose pid file comes later than our look.
            if self.pid is not None or not self._end_previous():
                raise
            self._launch(binaries, folder)
            self._await_ready()
        administration.ensure_owner(folder)

    def _end_previous(self) -> bool:
        """Leave neither process nor pid file of an earlier postmaster on our data. True when one was running."""
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return False
        previous = find_postmaster(self.data, self._runner)
        if previous is not None:
            shut_down(previous)
        await_backends(self.data, self._runner)
        # PostgreSQL looks only whether some process has the recorded pid: it would take a stranger's for its own.
        pid_file.unlink(missing_ok=True)
        return previous is not None

    def _launch(self, binaries: Binaries, socket_folder: Path) -> None:
        remove_sockets(socket_folder)  # no postmaster of ours lives: they are stale
        settings = {
            **self._settings,
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(socket_folder),
            "unix_socket_permissions": "0700",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        if self.log.exists() and self.log.stat().st_size > _LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with open(self.log, "ab", opener=_private) as log:
            inherit_owner(self.log)
            self._process = self._runner.start(
                [str(binaries.postgres), "-D", str(self.data), *options], output=log, environment=ENVIRONMENT
            )

    def _await_ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while self.pid is not None:
            if self._is_ready():
                return
            if time.monotonic() > deadline:
                raise LocalError(f"PostgreSQL is not ready after {_READY_SECONDS:.0f} s: see {self.log}")
            time.sleep(_POLL_SECONDS)
        raise LocalError(f"PostgreSQL did not start: {self._last_complaint()} ({self.log})")

    def _is_ready(self) -> bool:
        """Line 8 of the pid file is the postmaster's state; the file may still be an earlier postmaster's."""
        pid_file = self.data / "postmaster.pid"
        try:
            lines = pid_file.read_text().splitlines()
        except FileNotFoundError:
            return False
        return recorded_pid(pid_file) == self.pid and len(lines) >= 8 and lines[7].strip() == "ready"

    def _last_complaint(self) -> str:
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 10_000))
            lines = log.read().decode(errors="replace").splitlines()
        complaints = [line.partition("FATAL:")[2].strip() for line in lines if "FATAL:" in line]
        return complaints[-1] if complaints else "no reason given"

    def _running_socket_folder(self) -> Path:
        if self._process is None or self._socket_folder is None:
            raise LocalError("PostgreSQL is not running")
        return self._socket_folder


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
