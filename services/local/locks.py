"""An exclusive lock on a file, held until it is released or the process is gone, however it went."""

import fcntl
import os
from pathlib import Path

from services.local.ownership import inherit_owner


class FileLock:
    """flock(2) on a file that is created when missing. The kernel lets go of it when its holder dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """True when the lock is now ours, False when another process (or another FileLock) holds it.

        Raises OSError when the file can be neither opened nor created.
        """
        while True:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                return False
            # A reset may have removed the file between open and flock: what we hold then is nobody's lock.
            if self._is_in_place(descriptor):
                inherit_owner(self.path)
                self._descriptor = descriptor
                return True
            os.close(descriptor)

    def release(self) -> None:
        """Let go of the lock; the file stays, so that nobody waits on one that is gone."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _is_in_place(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self.path.lstat())
        except FileNotFoundError:
            return False
