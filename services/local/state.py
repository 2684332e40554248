"""The one folder that a local installation keeps everything in, and the one process that may use it at a time."""

import json
import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from services.local.errors import LocalError
from services.local.locks import FileLock
from services.local.ownership import (
    hand_over,
    inherit_owner,
    make_folder,
    nearest_existing,
    refuse_foreign,
    remove_tree,
)
from services.local.postgres import EmbeddedPostgres
from services.local.processes import end, is_alive

_MARKER = ".letsfood-state"
_MARKER_TEXT = "Made by 'make up'; 'make reset' removes this folder with everything in it.\n"
_LOCK = "lock"
_RECORD = "running.json"
_POSTGRES = "postgres"

_TERMINATE_SECONDS = 30.0
_KILL_SECONDS = 5.0
_RECORD_SECONDS = 0.5  # between a process' taking the lock and its record
# The kernel tells a start time relative to the boot, psutil adds a clock that may have been set since.
_CLOCK_SECONDS = 60.0


@dataclass(frozen=True)
class Running:
    """Who uses a state folder: enough to tell that process from a later one with the same pid."""

    pid: int
    create_time: float
    command: list[str]
    url: str

    def process(self) -> psutil.Process | None:
        """The live process that this describes; None when it is gone or its pid is another's now."""
        try:
            process = psutil.Process(self.pid)
            matches = (
                is_alive(process)
                and abs(process.create_time() - self.create_time) < _CLOCK_SECONDS
                and process.cmdline() == self.command
            )
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return None
        return process if matches else None


class State:
    """A state folder that is ours until release(), or until this process is gone, however it went."""

    def __init__(self, folder: Path, lock: FileLock) -> None:
        self.folder = folder
        self._lock = lock

    @classmethod
    def acquire(cls, folder: Path, url: str) -> Self:
        """Take the folder, creating it when missing; `url` is where this process will serve.

        Raises LocalError when it cannot be written, is in use (naming by whom and where), or is not a state folder.
        """
        folder = folder.expanduser().resolve()
        lock = FileLock(folder / _LOCK)
        try:
            _prepare(folder)
            if not lock.acquire():
                raise LocalError(_in_use(folder))
            me = psutil.Process()
            _write_record(folder, Running(me.pid, me.create_time(), me.cmdline(), url))
            hand_over(folder, _postgres_data(folder))
            refuse_foreign(folder, _postgres_data(folder))
        except OSError as error:
            lock.release()
            raise LocalError(f"The state folder {folder} cannot be used: {error.strerror}") from error
        except LocalError:
            lock.release()
            raise
        return cls(folder, lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def release(self) -> None:
        """Let go of the folder. As root in another user's folder, what was written into it becomes that user's."""
        try:
            hand_over(self.folder, _postgres_data(self.folder))
            (self.folder / _RECORD).unlink(missing_ok=True)
        finally:
            self._lock.release()

    def subfolder(self, name: str) -> Path:
        """A folder in the state folder for one purpose ("search", "snapshots"), private and created when missing."""
        path = self.folder / name
        make_folder(path, 0o700)
        return path

    def postgres(self, settings: Mapping[str, str] | None = None) -> EmbeddedPostgres:
        """The PostgreSQL that lives in this folder, not started yet."""
        return EmbeddedPostgres(self.folder / _POSTGRES, settings=settings)


def refuse_running(folder: Path) -> None:
    """Raise LocalError, naming by whom and where, when a process uses the folder; a folder not there yet is free."""
    folder = folder.expanduser().resolve()
    if (folder / _LOCK).exists():
        lock = FileLock(folder / _LOCK)
        with suppress(OSError):  # whatever else is wrong with the folder, acquire() says it
            if not lock.acquire():
                raise LocalError(_in_use(folder))
            lock.release()


def stop_running(folder: Path) -> bool:
    """Stop the process that uses the folder, and the PostgreSQL of one that was killed. True when there was any.

    SIGTERM, then after 30 s SIGKILL; returns when all are gone. Raises LocalError when the lock's holder cannot be
    verified to be the recorded process: then nothing is signalled.
    """
    folder = folder.expanduser().resolve()
    lock = FileLock(folder / _LOCK)
    try:
        if not (folder / _MARKER).exists():
            return False
        stopped = not lock.acquire()
        if stopped:
            _terminate(_holder(folder), folder)
            if not lock.acquire():
                raise LocalError(f"Another process has started in {folder} meanwhile")
        (folder / _RECORD).unlink(missing_ok=True)
        return EmbeddedPostgres(folder / _POSTGRES).stop_orphan() or stopped
    except OSError as error:
        raise LocalError(f"The state folder {folder} cannot be used: {error.strerror}") from error
    finally:
        lock.release()


def reset(folder: Path) -> bool:
    """Remove the state folder with everything in it. True when there was one.

    Raises LocalError while it is in use, when it is not a state folder, and when something in it cannot be removed.
    """
    folder = folder.expanduser().resolve()
    lock = FileLock(folder / _LOCK)
    try:
        if not folder.exists():
            return False
        _refuse_unmarked(folder)
        if not lock.acquire():
            raise LocalError(f"{_in_use(folder)} It is not reset while it runs.")
        refuse_foreign(folder, _postgres_data(folder))
        EmbeddedPostgres(folder / _POSTGRES).stop_orphan()
        # The marker last: an interrupted reset leaves a folder that the next one still knows.
        last = [folder / _MARKER, folder / _LOCK]
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                remove_tree(path)
            elif path not in last:
                path.unlink()
        for path in last:
            path.unlink(missing_ok=True)
        with suppress(OSError):
            folder.rmdir()  # a mount point, or in somebody else's folder: then it stays, empty
    except OSError as error:
        raise LocalError(f"{error.filename or folder} cannot be removed: {error.strerror}") from error
    finally:
        lock.release()
    return True


def _prepare(folder: Path) -> None:
    existing = nearest_existing(folder)
    if not existing.is_dir():
        raise LocalError(f"{existing} is not a folder: choose another state folder with STATE_DIR=")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise LocalError(f"{existing} is not writable: choose another state folder with STATE_DIR=")
    make_folder(folder, 0o711)  # PostgreSQL's user, where it is another, has to pass
    _refuse_unmarked(folder)
    marker = folder / _MARKER
    if not marker.exists():
        marker.write_text(_MARKER_TEXT)
        inherit_owner(marker)


def _refuse_unmarked(folder: Path) -> None:
    if not (folder / _MARKER).exists() and any(folder.iterdir()):
        raise LocalError(f"{folder} holds other files: it is not a state folder of ours, and stays as it is")


def _postgres_data(folder: Path) -> frozenset[Path]:
    """What belongs to PostgreSQL's user, who is not always the folder's owner."""
    postgres = folder / _POSTGRES
    return frozenset((postgres / "data", postgres / "socket", *postgres.glob("initdb-*")))


def _write_record(folder: Path, running: Running) -> None:
    draft = folder / f"{_RECORD}.new"
    draft.write_text(json.dumps(asdict(running)))
    inherit_owner(draft)
    draft.replace(folder / _RECORD)


def _read_record(folder: Path) -> Running | None:
    try:
        return Running(**json.loads((folder / _RECORD).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _holder(folder: Path) -> tuple[Running, psutil.Process] | None:
    """The verified process that holds the folder's lock; waits for one that is just writing its record."""
    deadline = time.monotonic() + _RECORD_SECONDS
    while True:
        running = _read_record(folder)
        process = running.process() if running else None
        if running and process:
            return running, process
        if time.monotonic() > deadline:
            return None
        time.sleep(0.02)


def _in_use(folder: Path) -> str:
    holder = _holder(folder)
    if holder is None:
        return f"Another process uses {folder}."
    return f"Already running (pid {holder[0].pid}) on {holder[0].url}: 'make down' stops it."


def _terminate(holder: tuple[Running, psutil.Process] | None, folder: Path) -> None:
    if holder is None:
        raise LocalError(f"A process uses {folder}, but it cannot be verified to be ours: stop it by hand")
    process = holder[1]
    if not end(process, signal.SIGTERM, _TERMINATE_SECONDS) and not end(process, signal.SIGKILL, _KILL_SECONDS):
        raise LocalError(f"Process {process.pid} does not stop")
