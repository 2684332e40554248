"""A worker: takes lanes from the queue, posts their first deliveries, writes down what came of it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeVar
from uuid import UUID

from services.common.clock import now
from services.webhooks.deliveries.pace import Pace
from services.webhooks.deliveries.queue import Attempted, DeliveryQueue, Leased
from services.webhooks.deliveries.schedule import Verdict, judge
from services.webhooks.endpoints.vault import Vault
from services.webhooks.events.payloads import CONTENT_TYPES, PublicUrls, render
from services.webhooks.outbound.outcome import Outcome
from services.webhooks.settings import WebhooksSettings
from services.webhooks.signing import signature_headers

logger = logging.getLogger(__name__)
Result = TypeVar("Result")

GATHER_S = 0.02
"""What ends within so long is written down together: one transaction for all, not one for each."""

BUSY_S = 0.1
"""Between two looks into the queue while there is something in it."""

UNSENT_PAUSE_S = 30.0
"""Before a delivery is tried again that failed on our side; it is no attempt."""

DRAIN_S = 5.0
"""How long what is under way may go on when the worker is stopped. What is cut then is sent again."""

OPENED_KEPT = 4096
"""Secrets and headers in memory, opened."""


class Post(Protocol):
    """Sends one request and never raises for what a receiver does."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """What came of it."""


@dataclass(frozen=True, slots=True)
class Endings:
    """What else happens when an attempt has ended: `disable(endpoint, reason)`, `count(outcome)`."""

    disable: Callable[[UUID, str], Awaitable[None]]
    count: Callable[[Outcome], None]


class Worker:
    """One of any number, in this process or others. `run` it, `wake` it when there is something new."""

    def __init__(
        self, queue: DeliveryQueue, sender: Post, vault: Vault, settings: WebhooksSettings, endings: Endings
    ) -> None:
        self._queue = queue
        self._sender = sender
        self._settings = settings
        self._urls = PublicUrls(
            catalog=(settings.catalog_public_url or settings.public_url).rstrip("/"),
            webhooks=settings.public_url.rstrip("/"),
        )
        self._endings = endings
        self._open = lru_cache(OPENED_KEPT)(vault.open)
        self._open_headers = lru_cache(OPENED_KEPT)(vault.open_headers)
        self._pace = Pace(settings.concurrency_per_endpoint)
        self._held: set[tuple[UUID, UUID]] = set()
        """Lanes whose attempt is under way, or has ended and is not written down yet."""

        self._ended: list[Attempted] = []
        self._something_ended = asyncio.Event()
        self._woken = asyncio.Event()
        self._stopped = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Look into the queue now."""
        self._woken.set()

    def stop(self) -> None:
        """Take nothing more; `run` ends when what is under way has ended."""
        self._stopped.set()
        self._woken.set()

    async def run(self) -> None:
        """Work until stopped. Whatever happens to the database meanwhile, it goes on when that is back."""
        helpers = [asyncio.create_task(self._keep_leases()), asyncio.create_task(self._record_as_they_end())]
        try:
            while not self._stopped.is_set():
                self._woken.clear()
                await self._pause(await _guarded(self._lease(), self._settings.poll_s))
        finally:
            await self._drain()
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            await _guarded(self._record(), None)

    async def _lease(self) -> float:
        """Begin what there is room for; returns how long to wait for more, at most."""
        room = self._settings.concurrency - max(self._pace.under_way, len(self._ended))
        if room <= 0:
            return BUSY_S
        leased = await self._queue.lease(room, self._pace.free())
        for one in leased:
            if one.lane in self._held:
                continue  # its lease had ended while the database was away; the attempt has not
            self._held.add(one.lane)
            self._pace.began(one.endpoint_id)
            task = asyncio.create_task(self._deliver(one))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return BUSY_S if leased else await self._queue.seconds_to_next(self._settings.poll_s)

    async def _deliver(self, one: Leased) -> None:
        attempted = Attempted(one, Verdict("pending", 0.0))
        try:
            attempted = await self._attempt(one)
        except Exception:
            logger.exception("delivery %s could not be sent", one.delivery_id)
            attempted = Attempted(one, Verdict("pending", UNSENT_PAUSE_S))
        finally:
            outcome = attempted.outcome
            self._pace.ended(one.endpoint_id, delivered=outcome.delivered if outcome else None)
            self._ended.append(attempted)
            self._something_ended.set()

    async def _attempt(self, one: Leased) -> Attempted:
        event, target = one.event, one.target
        if event is None or target is None:
            return Attempted(one, Verdict("pending", 0.0))  # nothing is left, or may go there now: give the lane back
        body = render(event, one.format, self._urls)
        started = now()
        secrets = [self._open(sealed) for sealed in target.secrets]
        headers = {
            **self._open_headers(target.sealed_headers),
            "Content-Type": CONTENT_TYPES[one.format],
            "User-Agent": f"LetsFood-Webhooks/{event.api_version} (+{self._urls.webhooks})",
            **signature_headers(str(event.id), body, secrets, started),
        }
        outcome = await self._sender.post(target.url, headers, body)
        self._endings.count(outcome)
        schedule = target.retry_schedule or self._settings.retry_schedule
        verdict = judge(outcome, one.attempts + 1, schedule, self._settings.retry_jitter)
        return Attempted(one, verdict, started, outcome)

    async def _record_as_they_end(self) -> None:
        while True:
            await self._something_ended.wait()
            await asyncio.sleep(GATHER_S)
            self._something_ended.clear()
            if await _guarded(self._record(), False):
                self.wake()
            else:
                await asyncio.sleep(self._settings.poll_s)
                self._something_ended.set()

    async def _record(self) -> bool:
        """Write down what has ended; it is kept here until that has gone through."""
        ended = list(self._ended)
        if ended:
            for endpoint in {one.leased.endpoint_id for one in ended if one.verdict.gone}:
                # It must not keep the others from being written down; missed, the next 410 tells the same.
                await _guarded(self._endings.disable(endpoint, "gone"), None)
            await self._queue.record(ended)
            del self._ended[: len(ended)]
            self._held.difference_update(one.leased.lane for one in ended)
            failed = [one.leased.endpoint_id for one in ended if one.outcome and not one.outcome.delivered]
            for endpoint in failed:
                self._pace.recorded(endpoint)
            await self._disable_failing(failed)
        return True

    async def _disable_failing(self, failed: Sequence[UUID]) -> None:
        if failed:
            for endpoint in await self._queue.failing(list(set(failed)), self._settings.disable_after_s):
                await self._endings.disable(endpoint, "failing")

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(self._settings.heartbeat_s / 3)
            if self._held:
                await _guarded(self._queue.renew(tuple(self._held)), None)
            await _guarded(self._queue.recover(), None)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)

    async def _drain(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=DRAIN_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _guarded(work: Awaitable[Result], otherwise: Result) -> Result:
    try:
        return await work
    except Exception as error:  # noqa: BLE001 - whatever it is, the worker must go on
        logger.warning("the queue does not answer: %s: %s", type(error).__name__, error)
        return otherwise
