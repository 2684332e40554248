"""`GET changes`, `changes/status` and `snapshot` of a service that publishes."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import FileResponse, Response, StreamingResponse
from pydantic import BaseModel, Field

from services.common.database import Database
from services.common.etags import none_match
from services.common.feed import examples
from services.common.feed.position import Position, cursor_gone, parse_cursor
from services.common.feed.reader import (
    FeedChange,
    Reads,
    States,
    holds,
    read_behind,
    read_genesis,
    read_head,
    read_open,
    read_page,
    read_states,
)
from services.common.feed.signal import ChangeSignal
from services.common.feed.snapshot import Snapshots
from services.common.http.app import service_router
from services.common.http.documents import problem_responses
from services.common.problems import unknown_code

MAX_LIMIT = 1000
MAX_WAIT_S = 30
MERGED = ".merged"
"""How the types of change end that say that another record stands for the subject now."""

Survivors = Callable[[Reads, Sequence[UUID]], Awaitable[Mapping[UUID, UUID]]]
"""(connection, ids that were merged) → id → the id of the record that stands for it now."""

KEEPALIVE_S = 15
"""A comment line on an idle event stream, so that proxies keep it open."""


class Subject(BaseModel):
    """What a change is about."""

    type: str = Field(examples=["initiative"])
    id: UUID


class ChangeItem(BaseModel):
    """One change. `data` is there with `include=data` only: the state now, null once it has left publication."""

    id: UUID
    type: str = Field(examples=["initiative.updated"])
    subject: Subject
    version: int
    occurred_at: datetime
    data: dict[str, Any] | None = None
    merged_into: UUID | None = Field(
        None, description="Of `….merged` only: the record that stands for the subject now. `data` is null."
    )


class ChangePage(BaseModel):
    """A page of the feed. `next` is the cursor to read on from, also when there is nothing more yet."""

    items: list[ChangeItem]
    next: str
    has_more: bool


class FeedStatus(BaseModel):
    """How far a cursor is behind the newest change."""

    head: str = Field(description="The cursor of the newest change.")
    behind: int = Field(description="Changes after the given cursor.", examples=[12])
    seconds: float = Field(description="Age in seconds of the oldest of them; 0 when there is none.")
    pending_seconds: float = Field(
        description="Age in seconds of the oldest transaction that has recorded changes and has not ended: they come "
        "after every change that can be read now. 0 when there is none."
    )


FEED_TAG = "change feed"
FEED_TAGS = {FEED_TAG: "What changed, in order, to keep a copy of one's own in step."}


@dataclass(frozen=True)
class Feed:
    """What the routes need of the service that publishes."""

    service: str
    database: Database
    signal: ChangeSignal
    snapshots: Snapshots
    states: States
    types: Sequence[str]
    """Every type of change that this service publishes."""
    survivors: Survivors | None = None
    """Where `….merged` is among them: what stands for the subject now."""

    @property
    def snapshot_path(self) -> str:
        return f"/{self.service}/v1/snapshot"

    def check_types(self, types: Sequence[str]) -> frozenset[str]:
        """The types to show; raises `Problem` (400) for one that no change here ever has: it would wait for ever."""
        for unknown in set(types) - set(self.types):
            raise unknown_code("types", unknown, self.types)
        return frozenset(types)

    async def check(self, since: str | None) -> Position | None:
        """The position of a cursor; raises `Problem` 400 for no cursor at all, 410 for one not of this database."""
        if since is None:
            return None
        position = parse_cursor(since)
        if not await holds(self.database.pool, position):
            raise cursor_gone(self.snapshot_path)
        return position

    async def page(
        self, after: Position | None, limit: int, types: frozenset[str], wait: float, *, include_data: bool
    ) -> tuple[bytes, Position]:
        """A page as JSON and the position it ends at; waits for a first change at most `wait` seconds."""
        until = time.monotonic() + wait
        while True:
            woken = self.signal.next()
            async with self.database.pool.acquire() as connection:
                changes = await read_page(connection, after, limit + 1)
                shown = [change for change in changes[:limit] if not types or change.type in types]
                if shown or len(changes) > limit or time.monotonic() >= until or self.signal.stopped:
                    end = changes[:limit][-1].position if changes else after or await read_genesis(connection)
                    states = await read_states(connection, self.states, shown) if include_data else None
                    merged = [change.subject_id for change in shown if change.type.endswith(MERGED)]
                    survivors = await self.survivors(connection, merged) if merged and self.survivors else {}
                    return _page(shown, states, survivors, end, has_more=len(changes) > limit), end
            if changes:
                after = changes[-1].position  # of other types: read on from there
            else:
                await self.signal.wait(woken, until - time.monotonic())


def _page(
    changes: list[FeedChange],
    states: dict[UUID, bytes] | None,
    survivors: Mapping[UUID, UUID],
    end: Position,
    *,
    has_more: bool,
) -> bytes:
    items = []
    for change in changes:
        item: dict[str, Any] = {
            "id": str(change.position.change_id),
            "type": change.type,
            "subject": {"type": change.kind, "id": str(change.subject_id)},
            "version": change.version,
            "occurred_at": change.occurred_at,
        }
        if states is not None:
            state = states.get(change.subject_id)
            item["data"] = None if state is None else orjson.Fragment(state)
        if change.type.endswith(MERGED) and change.subject_id in survivors:
            item["merged_into"] = str(survivors[change.subject_id])
        items.append(item)
    return orjson.dumps({"items": items, "next": end.cursor(), "has_more": has_more}, option=orjson.OPT_UTC_Z)


async def event_stream(
    feed: Feed, after: Position | None, types: frozenset[str], *, include_data: bool
) -> AsyncIterator[bytes]:
    """The feed as server-sent events: the id of each event is the cursor after it."""
    while not feed.signal.stopped:
        page, after = await feed.page(after, MAX_LIMIT, types, KEEPALIVE_S, include_data=include_data)
        items = orjson.loads(page)["items"]
        if not items:
            yield b": waiting\n\n"
        for place, item in enumerate(items, start=1):
            cursor = f"id: {after.cursor()}\n" if place == len(items) else ""
            yield f"{cursor}event: {item['type']}\ndata: ".encode() + orjson.dumps(item) + b"\n\n"


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield


SinceParameter = Annotated[
    str | None, Query(max_length=100, description="The `next` of the page read before; without it, from the beginning.")
]


def feed_router() -> APIRouter:
    """The routes; the app's lifespan puts its `Feed` into `app.state.feed`."""
    router = service_router(tags=[FEED_TAG])

    @router.get(
        "/changes",
        response_model=ChangePage,
        responses=problem_responses(400, 410)
        | {
            200: {
                "model": ChangePage,
                "content": {"text/event-stream": {"schema": {"type": "string"}, "example": examples.STREAM}},
            }
        },
    )
    async def changes(
        request: Request,
        since: SinceParameter = None,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Changes in one page, at most.")] = 200,
        types: Annotated[
            list[str], Query(description="Only these types; repeat for several.", examples=[["initiative.updated"]])
        ] = [],
        wait: Annotated[float, Query(ge=0, le=MAX_WAIT_S, description="Seconds to wait for a first change.")] = 0,
        include: Annotated[
            Literal["data"] | None, Query(description="`data` adds the published state, as it is now.")
        ] = None,
        last_event_id: Annotated[
            str | None, Header(max_length=100, description="Of a stream: the `id` of the last event that arrived.")
        ] = None,
    ) -> Response:
        """What changed, in the order in which it became visible, each change at least once.

        Keep `next` and ask again with `since`: nothing is skipped, also while others write. The versions of one
        subject strictly increase. What leaves publication comes as `….archived`, with `data` null; what another
        record stands for from now on comes as `….merged`, with that one's id as `merged_into`. A cursor that this
        database does not hold (it was restored, or the cursor comes from elsewhere) gets 410 with the address
        of the snapshot to begin again from. With `Accept: text/event-stream` the feed streams, and Last-Event-ID
        takes it up again where it broke off.
        """
        feed: Feed = request.app.state.feed
        streaming = "text/event-stream" in request.headers.get("accept", "")
        position = await feed.check((streaming and last_event_id) or since)
        chosen = feed.check_types(types)
        asked_to_wait = request.method == "GET"  # HEAD learns nothing by waiting
        if streaming:
            events = (
                event_stream(feed, position, chosen, include_data=include == "data") if asked_to_wait else _nothing()
            )
            return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})
        patience = wait if asked_to_wait else 0
        page, _ = await feed.page(position, limit, chosen, patience, include_data=include == "data")
        return Response(page, media_type="application/json")

    @router.get("/changes/status", responses=problem_responses(400, 410))
    async def status(request: Request, since: SinceParameter = None) -> FeedStatus:
        """How many changes a follower that stands at `since` has not read yet, and how old the oldest of them is."""
        feed: Feed = request.app.state.feed
        position = await feed.check(since)
        async with feed.database.pool.acquire() as connection:
            behind, seconds = await read_behind(connection, position or await read_genesis(connection))
            head = await read_head(connection)
            _, pending = await read_open(connection)
        return FeedStatus(head=head.cursor(), behind=behind, seconds=seconds, pending_seconds=pending)

    @router.get(
        "/snapshot",
        response_class=FileResponse,
        responses=problem_responses(416)
        | {
            200: {
                "content": {"application/x-ndjson": {"schema": {"type": "string"}, "example": examples.SNAPSHOT}},
                "description": "One JSON object a line.",
            },
            206: {"description": "The range asked for."},
            304: {"description": "Nothing has changed since the ETag given."},
        },
    )
    async def snapshot(
        request: Request,
        if_none_match: Annotated[str | None, Header(description="ETag of the snapshot that you have.")] = None,
    ) -> Response:
        """Everything published, as NDJSON, to begin following from.

        The first line is `{"cursor"}`: go on from there with `changes?since=`. Then one line a record,
        `{"type", "id", "version", "data"}`, vocabularies first. The last line is `{"counts"}` by type: replace what
        you have only when they agree with what you read. Range and If-Range take up a broken download.
        """
        feed: Feed = request.app.state.feed
        file = await feed.snapshots.current()
        if none_match(if_none_match, file.etag):
            return Response(status_code=304, headers={"ETag": file.etag})
        return FileResponse(file.path, media_type="application/x-ndjson", headers={"ETag": file.etag})

    return router
