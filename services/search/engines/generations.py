"""The folder of an embedded index: one subfolder per build of it, and a file that names the current one.

A rebuild writes a new subfolder and then replaces the file: a reader sees the old index or the new one, never half
of one. Whoever holds the lock may write; the lock goes with its process, however that ends.
"""

import fcntl
import os
import re
import shutil
from pathlib import Path
from typing import IO

import orjson

POINTER = "current.json"
LOCK = "writer.lock"
_NAME = re.compile(r"index-(\d+)")


class Generations:
    """The subfolders and the lock; what is in the subfolders is another's business."""

    def __init__(self, folder: Path, shape: int) -> None:
        self._folder = folder
        self._shape = shape
        self._lock: IO[bytes] | None = None

    @property
    def pointer(self) -> Path:
        """The file that names the current subfolder; it is replaced, never written in place."""
        return self._folder / POINTER

    def current(self) -> Path | None:
        """The current subfolder; None when there is none or when it is of another shape."""
        try:
            named = orjson.loads(self.pointer.read_bytes())
        except (FileNotFoundError, orjson.JSONDecodeError):
            return None
        if named.get("shape") != self._shape:
            return None
        return self._folder / str(named["folder"])

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
        self._clear(keep={current} if current else set())
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
        self._clear(keep={folder, before} if before else {folder})

    def _clear(self, keep: set[Path]) -> None:
        for path in self._folder.iterdir():
            if _number(path) and path not in keep:
                shutil.rmtree(path)


def _number(path: Path) -> int:
    match = _NAME.fullmatch(path.name)
    return int(match[1]) if match else 0
