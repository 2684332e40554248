"""The folder of an embedded index: one subfolder per build of it, and a file that names the current one.

A rebuild writes a new subfolder and then replaces the file: a reader sees the old index or the new one, never half
of one. Whoever holds the lock may write; the lock goes with its process, however that ends.
"""

import fcntl
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import orjson

POINTER = "current.json"
LOCK = "writer.lock"
_NAME = re.compile(r"index-(\d+)")


@dataclass(frozen=True, slots=True)
class Generation:
    """A subfolder; `outdated` when an earlier release wrote it in a shape that can still be read."""

    folder: Path
    outdated: bool


class Generations:
    """The subfolders and the lock; what is in the subfolders is another's business.

    New ones are of `shape`; those from `oldest_shape` on can be read.
    """

    def __init__(self, folder: Path, shape: int, oldest_shape: int) -> None:
        self._folder = folder
        self._shape = shape
        self._oldest_shape = oldest_shape
        self._lock: IO[bytes] | None = None

    @property
    def pointer(self) -> Path:
        """The file that names the current subfolder; it is replaced, never written in place."""
        return self._folder / POINTER

    def current(self) -> Generation | None:
        """The current subfolder; None when there is none or when it is of a shape that cannot be read."""
        try:
            named = orjson.loads(self.pointer.read_bytes())
        except (FileNotFoundError, orjson.JSONDecodeError):
            return None
        shape = named.get("shape")
        if not isinstance(shape, int) or not self._oldest_shape <= shape <= self._shape:
            return None
        return Generation(self._folder / str(named["folder"]), outdated=shape < self._shape)

    def lock(self) -> bool:
        """Become the only writer; False while another process is."""
        if self._lock is not None:
            return True
        self._folder.mkdir(parents=True, exist_ok=True)
        file = (self._folder / LOCK).open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._lock = file
        return True

    def unlock(self) -> None:
        """Let another process write."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def begin(self) -> Path:
        """A new empty subfolder to write into; what earlier rebuilds left half done goes."""
        current = self.current()
        self._clear(keep={current.folder} if current else set())
        numbers = [_number(path) for path in self._folder.iterdir()]
        fresh = self._folder / f"index-{max([0, *numbers]) + 1}"
        fresh.mkdir()
        return fresh

    def switch(self, folder: Path) -> None:
        """Make `folder` the current one, durably. The one before stays for those who are reading it."""
        before = self.current()
        temporary = self.pointer.with_suffix(".new")
        with temporary.open("wb") as file:
            file.write(orjson.dumps({"folder": folder.name, "shape": self._shape}))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.pointer)
        directory = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        self._clear(keep={folder, before.folder} if before else {folder})

    def _clear(self, keep: set[Path]) -> None:
        for path in self._folder.iterdir():
            if _number(path) and path not in keep:
                shutil.rmtree(path)


def _number(path: Path) -> int:
    match = _NAME.fullmatch(path.name)
    return int(match[1]) if match else 0
