"""`/webhooks/v1/changes`: what happened to one's own endpoints without one's doing."""

import time
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Query, Request, Response

from services.common.access.caller import Caller
from services.common.access.requires import CallerDep, requires
from services.common.access.scopes import Scope
from services.common.database import Database
from services.common.feed.position import Position, cursor_gone, parse_cursor
from services.common.feed.reader import FeedChange, holds, read_genesis, read_page
from services.common.feed.routes import FEED_TAG, MAX_LIMIT, MAX_WAIT_S, ChangePage, SinceParameter
from services.common.feed.signal import ChangeSignal
from services.common.http.answers import NO_STORE
from services.common.http.app import service_router
from services.common.http.documents import problem_responses

router = service_router(tags=[FEED_TAG])

BEGIN_AGAIN = "/webhooks/v1/endpoints"
"""What takes the place of a snapshot: one's endpoints as they are now."""

OWN = "select id from endpoint where id = any($1) and ($2 or partner_id = $3)"


@dataclass(frozen=True)
class OwnFeed:
    """The changes of endpoints, of which each partner sees those of its own."""

    database: Database
    signal: ChangeSignal

    async def check(self, since: str | None) -> Position | None:
        """The position of a cursor; raises `Problem`: 400 for none at all, 410 for one not of this database."""
        if since is None:
            return None
        position = parse_cursor(since)
        if not await holds(self.database.pool, position):
            raise cursor_gone(BEGIN_AGAIN)
        return position

    async def page(self, caller: Caller, after: Position | None, limit: int, wait: float) -> dict[str, Any]:
        """A page of the changes that the caller may see; waits for a first one at most `wait` seconds."""
        until = time.monotonic() + wait
        while True:
            woken = self.signal.next()
            changes = await read_page(self.database.pool, after, limit + 1)
            shown = await self._of(caller, changes[:limit])
            if shown or len(changes) > limit or time.monotonic() >= until or self.signal.stopped:
                end = changes[:limit][-1].position if changes else after or await read_genesis(self.database.pool)
                return {"items": shown, "next": end.cursor(), "has_more": len(changes) > limit}
            if changes:
                after = changes[-1].position
            else:
                await self.signal.wait(woken, until - time.monotonic())

    async def _of(self, caller: Caller, changes: list[FeedChange]) -> list[dict[str, Any]]:
        everybody = caller.may(Scope.PARTNERS_MANAGE)
        ids = [change.subject_id for change in changes]
        own: set[UUID] = {row["id"] for row in await self.database.pool.fetch(OWN, ids, everybody, caller.partner_id)}
        return [_item(change) for change in changes if change.subject_id in own]


def _item(change: FeedChange) -> dict[str, Any]:
    return {
        "id": str(change.position.change_id),
        "type": change.type,
        "subject": {"type": change.kind, "id": str(change.subject_id)},
        "version": change.version,
        "occurred_at": change.occurred_at,
    }


@router.get(
    "/changes",
    response_model=ChangePage,
    responses=problem_responses(400, 403, 410),
    dependencies=[requires(Scope.WEBHOOKS_MANAGE)],
)
async def list_changes(
    request: Request,
    caller: CallerDep,
    since: SinceParameter = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Changes in one page, at most.")] = 200,
    wait: Annotated[float, Query(ge=0, le=MAX_WAIT_S, description="Seconds to wait for a first change.")] = 0,
) -> Response:
    """`endpoint.disabled` of your own endpoints, in order: for who has no other endpoint to be told at.

    Keep `next` and ask again with `since`, as with the catalog's change feed. A cursor that is not known here gets 410.
    """
    feed: OwnFeed = request.app.state.own_feed
    patience = wait if request.method == "GET" else 0
    page = await feed.page(caller, await feed.check(since), limit, patience)
    return Response(orjson.dumps(page, option=orjson.OPT_UTC_Z), headers=NO_STORE, media_type="application/json")
