"""Index administration of Meilisearch through its official client, which blocks: every call of it runs in a thread.

A write is answered 202 whatever is in it and may fail later, whole: nothing here returns before its task is over.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from meilisearch.client import Client
from meilisearch.errors import (
    MeilisearchApiError,
    MeilisearchCommunicationError,
    MeilisearchError,
    MeilisearchTimeoutError,
)
from meilisearch.models.task import Task, TaskInfo
from requests.exceptions import HTTPError

from services.search.engines.meilisearch_documents import PRIMARY_KEY
from services.search.engines.meilisearch_settings import index_settings, settings_to_change
from services.search.engines.port import EngineError, EngineUnavailableError

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")

ATTEMPTS = 3
"""How often a call is made when the server is busy or the connection breaks: all but `swap` may be made twice."""

BUSY = frozenset({429, 502, 503, 504})
"""Statuses after which the same call may succeed."""

CALL_TIMEOUT_S = 30
DEFAULT_RETRY_S = 1.0
MAX_RETRY_S = 30.0

FIRST_POLL_S = 0.01
LONGEST_POLL_S = 0.1
"""A task of one document takes 0.02 to 0.7 s, one behind settings that index everything anew takes minutes."""


class MeilisearchAdmin:
    """What the indexer needs of a server, each call awaited to its end; raises `EngineError` with the server's code."""

    def __init__(self, url: str, key: str | None) -> None:
        self._client = Client(url, key, timeout=CALL_TIMEOUT_S)

    async def exists(self, uid: str) -> bool:
        """Whether the server has this index."""
        try:
            await self._call(lambda: self._client.get_raw_index(uid))
        except EngineError as error:
            if error.code == "index_not_found":
                return False
            raise
        return True

    async def make(self, uid: str) -> None:
        """Make the index where it is missing."""
        if await self.exists(uid):
            return
        try:
            await self._task(lambda: self._client.create_index(uid, {"primaryKey": PRIMARY_KEY}))
        except EngineError as error:
            # Asked twice after a broken connection: it is there, which is what was wanted.
            if error.code != "index_already_exists":
                raise

    async def prepare(self, uid: str) -> None:
        """Make the index where it is missing, and bring its settings to ours; sends nothing when they are."""
        await self.make(uid)
        current = await self._call(self._client.index(uid).get_settings)
        missing = settings_to_change(index_settings(), current)
        if missing:
            logger.info("settings of %s differ: %s", uid, ", ".join(missing))
            await self._task(lambda: self._client.index(uid).update_settings(missing))

    async def drop(self, uid: str) -> None:
        """Delete the index if it is there."""
        if await self.exists(uid):
            await self._task(lambda: self._client.delete_index(uid))

    async def write(self, uid: str, documents: Sequence[dict[str, Any]]) -> None:
        """Add or replace these documents, all or none."""
        await self.finish(await self.enqueue(uid, documents))

    async def enqueue(self, uid: str, documents: Sequence[dict[str, Any]]) -> int:
        """Hand over documents without waiting, so that the server can batch them; gives the task to `finish`."""
        enqueued = await self._call(lambda: self._client.index(uid).add_documents(documents, PRIMARY_KEY))
        return int(enqueued.task_uid)

    async def finish(self, task_uid: int) -> None:
        """Wait until a task is over; raises `EngineError` with its code unless it succeeded."""
        task = await self._over(task_uid)
        if task.status != "succeeded":
            error = task.error or {}
            message = f"task {task.uid} ({task.type}) {task.status}: {error.get('message', 'no reason given')}"
            raise EngineError(message, error.get("code"))

    async def delete(self, uid: str, ids: Sequence[str]) -> None:
        """Delete by id; those that are not there are no error."""
        if ids:
            # The client's own `delete_documents(ids=…)` warns that filters are preferred; those close the server's
            # batches. The route itself stands.
            path = f"indexes/{uid}/documents/delete-batch"
            await self._task(lambda: TaskInfo(**self._client.http.post(path, list(ids))))

    async def swap(self, left: str, right: str) -> None:
        """Exchange two indexes at once: documents, settings and all. Asked once only: twice would swap back."""
        await self._task(lambda: self._client.swap_indexes([{"indexes": [left, right]}]), attempts=1)

    async def _task(self, enqueue: Callable[[], TaskInfo], attempts: int = ATTEMPTS) -> None:
        enqueued = await self._call(enqueue, attempts)
        await self.finish(enqueued.task_uid)

    async def _over(self, uid: int) -> Task:
        pause = FIRST_POLL_S
        while True:
            task = await self._call(lambda: self._client.get_task(uid))
            if task.status not in {"enqueued", "processing"}:
                return task
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_POLL_S)

    async def _call(self, call: Callable[[], Answer], attempts: int = ATTEMPTS) -> Answer:
        while True:
            attempts -= 1
            try:
                return await asyncio.to_thread(call)
            except MeilisearchError as error:
                wait = retry_after(error)
                code = getattr(error, "code", None)
                if wait is None:
                    raise EngineError(error.message, code) from error
                if not attempts:
                    raise EngineUnavailableError(error.message, round(wait), code) from error
                logger.warning("Meilisearch: %s; again in %.0f s", error.message, wait)
                await asyncio.sleep(min(wait, MAX_RETRY_S))


def retry_after(error: MeilisearchError) -> float | None:
    """Seconds to wait before the same call again; None when it would not help."""
    if isinstance(error, MeilisearchCommunicationError | MeilisearchTimeoutError):
        return DEFAULT_RETRY_S
    if isinstance(error, MeilisearchApiError) and error.status_code in BUSY:
        cause = error.__cause__  # The client keeps the server's headers nowhere else.
        headers = cause.response.headers if isinstance(cause, HTTPError) and cause.response is not None else {}
        return seconds(headers.get("Retry-After"))
    return None


def seconds(retry_after_header: str | None) -> float:
    """Seconds of a Retry-After header; `DEFAULT_RETRY_S` for none or a date."""
    given = retry_after_header or ""
    return float(given) if given.isascii() and given.isdigit() else DEFAULT_RETRY_S
