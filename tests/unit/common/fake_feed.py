"""A small feed, whose answers the test decides, and a sink in memory."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.common.feed.follower import Change, Record

Item = dict[str, Any]


def change(number: int, data: Item | None = None, **more: object) -> Item:
    """The `number`th change, of a record of its own; `more` are other members."""
    return {
        "id": f"change-{number}",
        "type": "initiative.updated" if data else "initiative.archived",
        "subject": {"type": "initiative", "id": f"i{number}"},
        "version": number,
        "occurred_at": "2026-11-01T12:00:00Z",
        "data": data,
        **more,
    }


def snapshot_of(records: dict[str, Item], cursor: str) -> bytes:
    """A whole snapshot of these initiatives."""
    lines: list[Item] = [{"cursor": cursor}]
    lines += [{"type": "initiative", "id": key, "version": 1, "data": data} for key, data in records.items()]
    lines.append({"counts": {"vocabulary": 0, "initiative": len(records)}})
    return b"".join(orjson.dumps(line) + b"\n" for line in lines)


class FakeFeed:
    """A feed whose cursors are numbers: the place in `changes` up to which a reader has read."""

    def __init__(self) -> None:
        self.changes: list[Item] = []
        self.snapshot = snapshot_of({"i0": {"title": "zero"}}, "0")
        self.page_size = 2
        self.oldest = 0
        self.failing: dict[str, list[int]] = defaultdict(list)
        self.asked: list[tuple[str, dict[str, str]]] = []

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/catalog/v1/changes", self._changes),
                Route("/catalog/v1/changes/status", self._status),
                Route("/catalog/v1/snapshot", self._snapshot),
            ]
        )

    def paths(self) -> list[str]:
        return [path.rpartition("/")[2] for path, _ in self.asked]

    def _fails(self, request: Request) -> Response | None:
        self.asked.append((request.url.path, dict(request.query_params)))
        statuses = self.failing[request.url.path.rpartition("/")[2]]
        return Response("no", status_code=statuses.pop(0)) if statuses else None

    async def _changes(self, request: Request) -> Response:
        if failed := self._fails(request):
            return failed
        since = int(request.query_params["since"])
        if since < self.oldest:
            return JSONResponse({"status": 410}, status_code=410)
        items = self.changes[since : since + self.page_size]
        end = since + len(items)
        if not items and float(request.query_params["wait"]):
            await asyncio.sleep(0.01)
        return JSONResponse({"items": items, "next": str(end), "has_more": end < len(self.changes)})

    async def _status(self, request: Request) -> Response:
        if failed := self._fails(request):
            return failed
        since = int(request.query_params.get("since", "0"))
        return JSONResponse({"head": "x", "behind": len(self.changes) - since, "seconds": 1.5})

    async def _snapshot(self, request: Request) -> Response:
        return self._fails(request) or Response(self.snapshot, media_type="application/x-ndjson")


class MemorySink:
    """Content and cursor in memory, changed together; `troubles` are raised by the next calls of `apply`."""

    def __init__(self) -> None:
        self.content: dict[str, Item] = {}
        self.at: str | None = None
        self.troubles: list[Exception] = []
        self.offered: list[list[str]] = []
        self.seen: list[Change] = []

    async def cursor(self) -> str | None:
        return self.at

    async def apply(self, changes: Sequence[Change], cursor: str) -> None:
        self.offered.append([one.id for one in changes])
        if self.troubles:
            raise self.troubles.pop(0)
        for one in changes:
            if one.data is None:
                self.content.pop(one.subject_id, None)
            else:
                self.content[one.subject_id] = one.data
        self.seen += changes
        self.at = cursor

    async def replace(self, records: AsyncIterator[Record], cursor: str) -> None:
        content = {record.id: record.data async for record in records}
        self.content, self.at = content, cursor
