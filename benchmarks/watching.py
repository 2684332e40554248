"""How much memory a process has while it is watched."""

import threading
from types import TracebackType
from typing import Self

import psutil

EVERY_S = 0.02


class Watched:
    """Looks every 20 ms, as long as the block runs; `most` is the largest resident set seen, in bytes."""

    def __init__(self, pid: int) -> None:
        self.process = psutil.Process(pid)
        self.most = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self._ended.wait(EVERY_S):
            try:
                self.most = max(self.most, self.process.memory_info().rss)
            except psutil.Error:  # it has ended
                return

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()
