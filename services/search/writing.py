"""The one process that writes the index: it becomes the writer, follows the feed, and lets go when it ends."""

import asyncio
import logging
from contextlib import suppress

from services.common.feed.follower import FeedFollower
from services.search.engines.port import Engine, EngineError

logger = logging.getLogger(__name__)

RETRY_S = 1.0
"""Between attempts to open the engine or to become its writer: how long a fallen writer is missing."""


class Writing:
    """Runs the follower in the background while this process is the writer."""

    def __init__(self, engine: Engine, follower: FeedFollower) -> None:
        self._engine = engine
        self._follower = follower
        self._task: asyncio.Task[None] | None = None
        self.following = False
        self.last_error: str | None = None

    def start(self) -> None:
        """Begin, whatever state the engine and the catalog are in."""
        self._task = asyncio.create_task(self._run(), name="search-follower")

    async def stop(self) -> None:
        """Stop following; what is being written is written to its end."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self.following = False

    async def _run(self) -> None:
        while not self.following:
            self.following = await self._become_writer()
            if not self.following:
                await asyncio.sleep(RETRY_S)
        await self._follower.run()

    async def _become_writer(self) -> bool:
        try:
            await self._engine.open()
            is_writer = await self._engine.acquire_writer()
        except EngineError as error:
            self.last_error = str(error)
            logger.warning("the search engine cannot be opened: %s", error)
            return False
        self.last_error = None
        return is_writer
