"""Following another service's change feed: from its snapshot, page after page, through every outage."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import httpx
import orjson

logger = logging.getLogger(__name__)

PAGE_LIMIT = 500
WAIT_S = 20
"""How long one question for changes waits; shorter than what proxies cut (30 s and more)."""

TIMEOUT = httpx.Timeout(10, read=WAIT_S + 15)
FIRST_BACKOFF_S = 0.2
LONGEST_BACKOFF_S = 15.0

REFUSALS = (httpx.codes.GONE, httpx.codes.BAD_REQUEST)
"""Answers to a cursor that is not of this feed: its database was restored, or it is another one altogether."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change, with the state now; `data` is None once the subject has left publication."""

    id: str
    type: str
    kind: str
    subject_id: str
    version: int
    occurred_at: datetime
    data: dict[str, Any] | None
    merged_into: str | None = None
    """Of `….merged`: the id of the record that stood for the subject when the change was read."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a snapshot."""

    kind: str
    id: str
    version: int
    data: dict[str, Any]


class RebuildNeeded(Exception):
    """A sink raises it from `apply` when only a rebuild from the snapshot helps."""


class CursorRefused(Exception):
    """The feed does not hold the position that the cursor names, or it is no cursor of that feed at all."""


class SnapshotIncomplete(Exception):
    """The snapshot broke off, or its counts disagree: keep what is there."""


class Sink(Protocol):
    """What a follower fills. Its cursor and its content are one: both survive, or neither."""

    async def cursor(self) -> str | None:
        """Where the content stands; None when there is none."""

    async def apply(self, changes: Sequence[Change], cursor: str) -> None:
        """Take in one page and stand at `cursor`. The same changes may come again."""

    async def replace(self, records: AsyncIterator[Record], cursor: str) -> None:
        """Replace the whole content, only once `records` has ended without raising."""


@dataclass
class FollowerStatus:
    """How the follower is doing. `behind`, `seconds` and `pending_seconds` are None while the feed has not answered."""

    cursor: str | None = None
    behind: int | None = None
    seconds: float | None = None
    last_error: str | None = None
    caught_up_at: datetime | None = None
    pending_seconds: float | None = None

    @property
    def lag_seconds(self) -> float | None:
        """Age of the oldest change that is missing here: not read yet, or recorded and not committed yet."""
        return None if self.seconds is None else max(self.seconds, self.pending_seconds or 0.0)


@dataclass
class FeedFollower:
    """Follows the feed of `service` through `client` into `sink`."""

    client: httpx.AsyncClient
    sink: Sink
    service: str = "catalog"
    _last_error: str | None = None
    _caught_up: asyncio.Event = field(default_factory=asyncio.Event)
    _caught_up_at: datetime | None = None
    _rebuild_asked: bool = False
    _interrupted: asyncio.Event = field(default_factory=asyncio.Event)
    _stopped: bool = False

    async def run(self) -> None:
        """Follow until cancelled or stopped; errors are logged and tried again, with growing pauses."""
        backoff = FIRST_BACKOFF_S
        while not self._stopped:
            try:
                if await self.step():
                    backoff = FIRST_BACKOFF_S
                    self._last_error = None
            except Exception as error:  # noqa: BLE001 - whatever it is, the follower must go on
                self._last_error = describe(error)
                logger.warning("following %s: %s", self.service, self._last_error)
                await asyncio.sleep(backoff * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
                backoff = min(backoff * 2, LONGEST_BACKOFF_S)

    async def step(self) -> bool:
        """One page (True), or one rebuild where there is no usable cursor (False).

        Raises `CursorRefused` when the feed does not know the cursor: the next step is a rebuild.
        """
        cursor = None if self._rebuild_asked else await self.sink.cursor()
        if cursor is None:
            await self._rebuild()
            return False
        wait = WAIT_S if self._caught_up.is_set() else 0
        answer = await self._ask(cursor, wait)
        if answer is None:
            return False
        if answer.status_code in REFUSALS:
            self._rebuild_asked = True
            raise CursorRefused(f"{self.service} does not know the cursor (status {answer.status_code})")
        answer.raise_for_status()
        page = orjson.loads(answer.content)
        changes = [_change(item) for item in page["items"]]
        if changes or page["next"] != cursor:
            try:
                await self.sink.apply(changes, page["next"])
            except RebuildNeeded as reason:
                logger.info("rebuilding: %s", reason)
                self._rebuild_asked = True
                return True
        if not page["has_more"]:
            self._caught_up_at = datetime.now(UTC)
            self._caught_up.set()
        return True

    def stop(self) -> None:
        """Ask no more: the process ends, and a feed in the same process answers at once from now on."""
        self._stopped = True

    def rebuild(self) -> None:
        """Ask for a rebuild from the snapshot, at once: a question that waits for changes is given up."""
        self._rebuild_asked = True
        self._interrupted.set()

    async def _ask(self, cursor: str, wait: float) -> httpx.Response | None:
        """The feed's answer, or None when a rebuild was asked for meanwhile."""
        question = asyncio.ensure_future(
            self.client.get(
                f"/{self.service}/v1/changes",
                params={"since": cursor, "limit": PAGE_LIMIT, "wait": wait, "include": "data"},
                timeout=TIMEOUT,
            )
        )
        interruption = asyncio.ensure_future(self._interrupted.wait())
        try:
            await asyncio.wait([question, interruption], return_when=asyncio.FIRST_COMPLETED)
            return await question if question.done() else None
        finally:
            for task in (question, interruption):
                task.cancel()
            await asyncio.gather(question, interruption, return_exceptions=True)

    @property
    def last_error(self) -> str | None:
        """What went wrong in the last step; None when it went well."""
        return self._last_error

    @property
    def caught_up_at(self) -> datetime | None:
        """When the end of the feed was reached last."""
        return self._caught_up_at

    async def caught_up(self) -> None:
        """Until everything that the feed held has been taken in once."""
        await self._caught_up.wait()

    async def status(self) -> FollowerStatus:
        """Where the follower stands; asks the feed how far that is behind."""
        status = FollowerStatus(await self.sink.cursor(), None, None, self._last_error, self._caught_up_at)
        try:
            params = {"since": status.cursor} if status.cursor else {}
            answer = await self.client.get(f"/{self.service}/v1/changes/status", params=params, timeout=TIMEOUT)
            answer.raise_for_status()
            body = answer.json()
            status.behind, status.seconds = body["behind"], body["seconds"]
            status.pending_seconds = body.get("pending_seconds")  # a catalog one release older does not say
        except httpx.HTTPError as error:
            status.last_error = status.last_error or describe(error)
        return status

    async def _rebuild(self) -> None:
        self._rebuild_asked = False
        self._interrupted.clear()
        try:
            await self._read_snapshot()
        except BaseException:
            self._rebuild_asked = True
            raise

    async def _read_snapshot(self) -> None:
        async with self.client.stream("GET", f"/{self.service}/v1/snapshot", timeout=TIMEOUT) as answer:
            answer.raise_for_status()
            lines = _lines(answer.aiter_bytes())
            first = await anext(lines, None)
            if first is None:
                raise SnapshotIncomplete("it is empty")
            await self.sink.replace(_records(lines), orjson.loads(first)["cursor"])


async def _lines(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """NDJSON's lines: httpx's own would also split at U+2028 and the like, which texts may hold."""
    rest = b""
    async for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield line
    if rest:
        yield rest


def describe(error: Exception) -> str:
    """An error in one line, for logs and for `status`."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"{error.request.url.path} answered {error.response.status_code}"
    return f"{type(error).__name__}: {error}"


async def _records(lines: AsyncIterator[bytes]) -> AsyncIterator[Record]:
    """The records of a snapshot; raises `SnapshotIncomplete` unless the last line counts what came."""
    seen: Counter[str] = Counter()
    async for line in lines:
        entry = orjson.loads(line)
        if "counts" in entry:
            if {kind: count for kind, count in entry["counts"].items() if count} != dict(seen):
                raise SnapshotIncomplete(f"it counts {entry['counts']} and held {dict(seen)}")
            return
        seen[entry["type"]] += 1
        yield Record(entry["type"], entry["id"], entry["version"], entry["data"])
    raise SnapshotIncomplete("it broke off")


def _change(item: dict[str, Any]) -> Change:
    return Change(
        id=item["id"],
        type=item["type"],
        kind=item["subject"]["type"],
        subject_id=item["subject"]["id"],
        version=item["version"],
        occurred_at=datetime.fromisoformat(item["occurred_at"]),
        data=item.get("data"),
        merged_into=item.get("merged_into"),
    )
