"""Telling those who wait that the process ends, before it begins to wait for them."""

from collections.abc import Callable


class Stopping:
    """The end of one app: begun once, by the server, while requests are still in flight."""

    def __init__(self) -> None:
        self.begun = False
        self._callbacks: list[Callable[[], None]] = []

    def then(self, callback: Callable[[], None]) -> None:
        """Call this when the end begins: it wakes whoever waits for something that may take long."""
        self._callbacks.append(callback)

    def begin(self) -> None:
        """Take no new waiters, and let those there are answer with what they have."""
        self.begun = True
        for callback in self._callbacks:
            callback()
