"""Which running processes are ours. Nothing is signalled before both its command line and its folder agree.

A pid file that outlived its process names a number that the system gives to somebody else in time.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import Enum
from functools import partial
from itertools import pairwise
from pathlib import Path

import psutil

from services.local.errors import LocalError
from services.local.privileges import Runner

Stoppable = subprocess.Popen[bytes] | psutil.Process

SHUTDOWN = ((signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
"""PostgreSQL's fast shutdown, its immediate one, and the kernel's; each with the seconds that it gets."""

_BACKENDS_LEAVE_SECONDS = 10.0
_POLL_SECONDS = 0.02


class Place(Enum):
    """Whether a process works in a folder."""

    THERE = "there"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


def is_alive(process: psutil.Process) -> bool:
    """Whether it still runs; a zombie, which only waits to be reaped, does not."""
    try:
        return bool(process.is_running()) and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def recorded_pid(pid_file: Path) -> int | None:
    """The pid in PostgreSQL's pid file; None when there is no such file or it holds no pid.

    Raises OSError when the file cannot be read.
    """
    try:
        first_line = pid_file.read_text(errors="replace").partition("\n")[0].strip()
    except FileNotFoundError:
        return None
    return int(first_line) if first_line.isdecimal() else None


def find_postmaster(data: Path, runner: Runner) -> psutil.Process | None:
    """The live postmaster of this data folder that its pid file names; None when the file is stale or missing.

    Raises LocalError when the process has our command line but its folder cannot be told.
    """
    pid = recorded_pid(data / "postmaster.pid")
    if pid is None:
        return None
    try:
        process = psutil.Process(pid)
        if not is_alive(process) or process.name() != "postgres" or not _serves(process.cmdline(), data):
            return None
        place = _place(process, data, runner)
    except psutil.NoSuchProcess:
        return None
    except psutil.AccessDenied as error:
        raise _unverified(pid, data) from error
    if place is Place.UNKNOWN:
        raise _unverified(pid, data)
    return process if place is Place.THERE else None


def processes_in(data: Path, runner: Runner) -> list[psutil.Process]:
    """The live PostgreSQL processes whose working folder is `data`: a postmaster's backends outlive its kill -9."""
    return [
        process
        for process in _named({"postgres"})
        if _alive_and(lambda it: _place(it, data, runner) is Place.THERE, process)
    ]


def kill_initializers(folder: Path, runner: Runner) -> None:
    """SIGKILL the initdb processes that fill `folder`, which is about to be thrown away, and what they started.

    Each is halted before its children are looked for: one that it starts meanwhile, not in the folder yet, would go on
    writing there. Returns when all are gone.
    """
    family = [it for it in _named({"initdb"}) if _alive_and(lambda p: _serves(p.cmdline(), folder), it)]
    for process in family:  # it grows meanwhile
        with suppress(psutil.NoSuchProcess):
            process.suspend()
            _until(partial(_is_still, process), 1)
            family += process.children()
    family += processes_in(folder, runner)
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    _until(lambda: not any(is_alive(process) for process in family), 5)


def _is_still(process: psutil.Process) -> bool:
    return process.status() in {psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE}


def shut_down(process: Stoppable) -> None:
    """Stop a postmaster, the gentle way first, and return when it is gone (reaped, if it is our child).

    Raises LocalError when not even SIGKILL ends it, or when we may not signal it.
    """
    for number, seconds in SHUTDOWN:
        if end(process, number, seconds):
            return
    raise LocalError(f"PostgreSQL (pid {process.pid}) does not stop")


def end(process: Stoppable, number: signal.Signals, seconds: float) -> bool:
    """Signal the process; True when it is gone within that time (reaped, if it is our child).

    Raises LocalError when we may not signal it.
    """
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied as error:
        raise LocalError(f"Process {process.pid} belongs to another user: stop it as that user") from error
    if isinstance(process, subprocess.Popen):
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True
    # Not psutil's wait(): a container's first process may reap orphans late or never, and a zombie holds nothing.
    return _until(lambda: not is_alive(process), seconds)


def await_backends(data: Path, runner: Runner) -> None:
    """Return when no process of an ended postmaster works in its data folder any more.

    They leave by themselves as soon as they notice; one that computes is told to after some seconds. A new postmaster
    beside them would damage the data. Raises LocalError when they stay.
    """
    if _until(lambda: not processes_in(data, runner), _BACKENDS_LEAVE_SECONDS):
        return
    for process in processes_in(data, runner):
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGQUIT)
    if not _until(lambda: not processes_in(data, runner), _BACKENDS_LEAVE_SECONDS):
        pids = ", ".join(str(process.pid) for process in processes_in(data, runner))
        raise LocalError(f"Processes of an ended PostgreSQL still work in {data}: {pids}")


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _named(names: set[str]) -> Iterator[psutil.Process]:
    return (process for process in psutil.process_iter(["name"]) if process.info["name"] in names)


def _alive_and(condition: Callable[[psutil.Process], bool], process: psutil.Process) -> bool:
    try:
        return is_alive(process) and condition(process)
    except psutil.NoSuchProcess:
        return False


def _serves(command: list[str], data: Path) -> bool:
    """Whether a command line says `-D data`."""
    return any(flag == "-D" and _same(value, data) for flag, value in pairwise(command))


def _same(one: str, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _place(process: psutil.Process, folder: Path, runner: Runner) -> Place:
    try:
        current: str | None = process.cwd()
    except psutil.AccessDenied:
        # Root without CAP_SYS_PTRACE (a container's) may not look at another user's process; that user may.
        current = runner.output(["readlink", f"/proc/{process.pid}/cwd"]) if runner.account else None
    if not current:
        return Place.UNKNOWN
    return Place.THERE if _same(current, folder) else Place.ELSEWHERE


def _unverified(pid: int, data: Path) -> LocalError:
    return LocalError(f"Process {pid} looks like the PostgreSQL of {data}, but that cannot be verified: stop it first")
