"""The folder of PostgreSQL's socket. Whoever can enter it is trusted, so only PostgreSQL's own user can."""

import hashlib
import os
import re
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from services.local.errors import LocalError
from services.local.privileges import Runner

PORT = 5432
"""Only a part of the socket's name: nothing listens on TCP."""

# sun_path holds 104 bytes on macOS and 108 on Linux, the closing zero included.
_LONGEST_SOCKET = 100
# Anything else would need quoting in a URL, in SQLAlchemy's host:port pairs or in PostgreSQL's list of folders.
_PLAIN = re.compile(r"[A-Za-z0-9_./-]+")


def socket_name() -> str:
    return f".s.PGSQL.{PORT}"


def is_usable(folder: Path) -> bool:
    """Whether a socket can be bound in that folder and its path can stand in a URL as it is."""
    path = str(folder / socket_name())
    return len(path.encode()) <= _LONGEST_SOCKET and _PLAIN.fullmatch(path) is not None


def choose_socket_folder(folder: Path, uid: int) -> Path:
    """`folder` if usable; else one of the same name for the same folder and user below the temporary folder."""
    if is_usable(folder):
        return folder
    name = f"letsfood-{uid}-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"
    for base in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 - what is made in it is private, and checked to be
        candidate = Path(base).resolve() / name
        if is_usable(candidate):
            return candidate
    raise LocalError(f"No folder for PostgreSQL's socket: the path of {folder} is too long")


def prepare_socket_folder(folder: Path, runner: Runner) -> None:
    """Make the folder, private to PostgreSQL's user; LocalError when it is there and anybody else's.

    Raises OSError as mkdir does.
    """
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if found.st_uid == 0 and stat.S_ISDIR(found.st_mode):
        runner.give(folder)
    if not _is_private(folder, runner):
        raise LocalError(f"{folder} is not the private folder that PostgreSQL's socket needs: remove it")


def remove_sockets(folder: Path) -> None:
    """Remove an ended postmaster's socket and lock file; PostgreSQL judges the latter by its pid alone."""
    for name in (socket_name(), f"{socket_name()}.lock"):
        (folder / name).unlink(missing_ok=True)


def discard_socket_folder(folder: Path, runner: Runner) -> None:
    """Remove the folder with what an ended postmaster left in it. Whatever else is there, or not ours, stays."""
    with suppress(OSError):
        if _is_private(folder, runner):
            remove_sockets(folder)
            folder.rmdir()


def _is_private(folder: Path, runner: Runner) -> bool:
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == runner.uid and not stat.S_IMODE(found.st_mode) & 0o077
