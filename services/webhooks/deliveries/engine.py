"""Everything that goes on by itself in a process that delivers: following feeds, delivering, holding, forgetting."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx

from services.common.database import Database
from services.common.feed.follower import FeedFollower
from services.common.feed.signal import ChangeSignal
from services.common.ids import new_id
from services.webhooks.deliveries.disabling import disable
from services.webhooks.deliveries.queue import DeliveryQueue
from services.webhooks.deliveries.retention import purge_now_and_then
from services.webhooks.deliveries.suspensions import Suspensions
from services.webhooks.deliveries.worker import Endings, Post, Worker
from services.webhooks.endpoints.vault import Vault
from services.webhooks.events.fanout import CHANNEL
from services.webhooks.events.sink import EventSink
from services.webhooks.outbound.outcome import Outcome
from services.webhooks.settings import WebhooksSettings

CATALOG = "catalog"


class Engine:
    """One process's share. Any number of processes work on one database."""

    def __init__(
        self,
        settings: WebhooksSettings,
        database: Database,
        vault: Vault,
        sender: Post,
        catalog: httpx.AsyncClient,
        count: Callable[[Outcome], None],
    ) -> None:
        self._settings = settings
        self._database = database
        first_pause = settings.retry_schedule[0]

        async def disable_endpoint(endpoint: UUID, reason: str) -> None:
            await disable(database, endpoint, reason, first_pause)

        queue = DeliveryQueue(database.pool, new_id(), settings.heartbeat_s)
        self.worker = Worker(queue, sender, vault, settings, Endings(disable_endpoint, count))
        self.suspensions = Suspensions(database, catalog, settings.catalog_key, settings.suspension_interval_s)
        self.follower = FeedFollower(catalog, EventSink(database, CATALOG, first_pause))

    def stop(self) -> None:
        """The process ends: ask for nothing new."""
        self.follower.stop()
        self.worker.stop()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work for the length of the block; at its end, what is under way has a moment to end."""
        signal = ChangeSignal(self._settings.database_url, CHANNEL)
        await signal.open()
        background = [
            _task("webhooks follows the catalog", self.follower.run()),
            _task("webhooks listens for deliveries", self._wake(signal)),
            _task("webhooks holds what goes to suspended partners", self.suspensions.run()),
            _task("webhooks forgets", purge_now_and_then(self._database, self._settings.retention_days)),
        ]
        working = _task("webhooks delivers", self._deliver())
        try:
            yield
        finally:
            self.stop()
            for task in background:
                task.cancel()
            await asyncio.gather(*background, working, return_exceptions=True)
            await signal.close()

    async def _deliver(self) -> None:
        await self.suspensions.look(wait=True)  # before anything goes out: this process may have been away for long
        await self.worker.run()

    async def _wake(self, signal: ChangeSignal) -> None:
        while True:
            woken = signal.next()
            self.worker.wake()
            await woken.wait()


def _task(name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    return asyncio.create_task(work, name=name)
