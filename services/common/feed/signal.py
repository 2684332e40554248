"""Waking those who wait for changes as soon as a transaction commits."""

import asyncio
import logging
from contextlib import suppress

import asyncpg

from services.common.feed.tables import CHANNEL

logger = logging.getLogger(__name__)

RECONNECT_S = 1.0
"""Between attempts to listen again, and the longest that a waiter sleeps while nobody listens."""


class ChangeSignal:
    """Listens on one connection of its own for the whole process."""

    def __init__(self, url: str, channel: str = CHANNEL) -> None:
        self._url = url
        self._channel = channel
        self._event = asyncio.Event()
        self._listening = False
        self._task: asyncio.Task[None] | None = None
        self.stopped = False

    async def open(self) -> None:
        """Begin to listen, and go on in the background whatever becomes of the connection."""
        self._task = asyncio.create_task(self._listen(), name="change-signal")

    async def close(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def stop(self) -> None:
        """Let nobody wait any more: the process ends."""
        self.stopped = True
        self._wake()

    def next(self) -> asyncio.Event:
        """Take this before looking for changes: it is set by the first commit after now."""
        return self._event

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Until `event` is set or the time has passed; sooner when nobody listens, for nothing would set it."""
        if self.stopped:
            return
        limit = seconds if self._listening else min(seconds, RECONNECT_S)
        with suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), limit)

    def _wake(self, *_: object) -> None:
        event, self._event = self._event, asyncio.Event()
        event.set()

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                logger.warning("not listening for changes: %s", error)
            self._listening = False
            self._wake()
            await asyncio.sleep(RECONNECT_S)

    async def _listen_once(self) -> None:
        connection = await asyncpg.connect(self._url)
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(self._channel, self._wake)
            self._listening = True
            self._wake()
            await lost.wait()
        finally:
            self._listening = False
            await connection.close(timeout=1)
