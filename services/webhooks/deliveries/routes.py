"""`/webhooks/v1/endpoints/{id}/deliveries`, `…/replay` and `…/test`."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import Query, Request, Response
from pydantic import BaseModel

from services.common.access.requires import CallerDep, requires
from services.common.access.scopes import Scope
from services.common.clock import now
from services.common.database import reads_of
from services.common.http.answers import NO_STORE
from services.common.http.app import service_router
from services.common.http.documents import problem_responses
from services.common.http.parameters import IdParameter
from services.common.http.transactions import OnceDep, SessionDep
from services.common.http.writing import JsonOnly
from services.common.paging import PageDep, next_link
from services.common.problems import CONFLICT, FieldError, Problem, invalid
from services.webhooks.context import WebhooksDep
from services.webhooks.deliveries.listing import Selection, count_deliveries, read_deliveries
from services.webhooks.deliveries.replaying import Wanted, replay, send_test
from services.webhooks.deliveries.schemas import DeliveryPage, Moment, ReplayRead, ReplayWrite, State, TestRead
from services.webhooks.endpoints import service
from services.webhooks.endpoints.models import Endpoint

router = service_router("/endpoints/{id}", tags=["deliveries"])

MANAGERS = requires(Scope.WEBHOOKS_MANAGE)


@router.get(
    "/deliveries",
    response_model=DeliveryPage,
    responses=problem_responses(400, 403, 404, 410),
    dependencies=[MANAGERS],
)
async def list_deliveries(
    request: Request,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    id: IdParameter,
    state: Annotated[list[State], Query(description="Only those in this state; repeat for several.")] = [],
    type: Annotated[
        list[str], Query(description="Only events of this type; repeat for several.", examples=[["initiative.updated"]])
    ] = [],
    event_id: Annotated[UUID | None, Query(description="Only of this event (its `webhook-id`).")] = None,
    subject_id: Annotated[UUID | None, Query(description="Only of this record.")] = None,
    since: Annotated[Moment | None, Query(description="Only events that happened then or later.")] = None,
    until: Annotated[Moment | None, Query(description="Only events that happened before.")] = None,
) -> Response:
    """What was sent to an endpoint, what came of each attempt, and what waits: the newest first.

    The answers of the endpoint are shown as they began, and never read as anything but text.
    """
    await service.find(session, caller, id)
    selection = Selection(id, state, type, event_id, subject_id, since, until)
    reads = await reads_of(session)
    found = await read_deliveries(reads, selection, int(page.after[0]) if page.after else None, page.limit + 1)
    more, found = len(found) > page.limit, found[: page.limit]
    cursor = page.cursor_after(str(found[-1][0]), found[-1][1].id) if more else None
    document: dict[str, object] = {"items": [read.model_dump(mode="json") for _, read in found], "next": cursor}
    if page.count:
        document["total"] = await count_deliveries(reads, selection)
    headers = NO_STORE | ({"Link": next_link(request, cursor)} if cursor else {})
    return Response(orjson.dumps(document), headers=headers, media_type="application/json")


@router.post(
    "/replay",
    status_code=202,
    response_model=ReplayRead,
    responses=problem_responses(400, 403, 404, 409, 410, 413, 415, 422),
    dependencies=[MANAGERS, JsonOnly],
)
async def replay_events(
    session: SessionDep,
    webhooks: WebhooksDep,
    caller: CallerDep,
    once: OnceDep,
    id: IdParameter,
    wanted: ReplayWrite,
) -> Response:
    """Send events again: one, those of a time, or what is missing. Each keeps its `webhook-id`.

    They are let through by the endpoint's types and filter as these are now, and come in the format of now. Older ones
    of a record may come after newer ones that arrived before: compare `version`. An endpoint that is disabled has to be
    enabled first. Events are kept for 90 days, unless the operator says otherwise.
    """
    endpoint = _enabled(await service.find(session, caller, id))
    oldest = now() - timedelta(days=webhooks.settings.retention_days)
    if wanted.since is not None and wanted.since < oldest:
        raise _too_old(webhooks.settings.retention_days)
    done = await replay(session, endpoint, Wanted(wanted.event_id, wanted.since, wanted.until, wanted.missing))
    read = ReplayRead(events=done.events, deliveries=done.deliveries, next_since=done.next_since)
    return await once.keep(_accepted(read))


@router.post(
    "/test",
    status_code=202,
    response_model=TestRead,
    responses=problem_responses(400, 403, 404, 409, 410, 422),
    dependencies=[MANAGERS],
)
async def test_endpoint(
    session: SessionDep,
    caller: CallerDep,
    once: OnceDep,
    id: IdParameter,
) -> Response:
    """Send an event of the type `endpoint.test`, whatever the endpoint's types and filter.

    What came of it is under `deliveries?event_id=`.
    """
    endpoint = _enabled(await service.find(session, caller, id))
    event_id, delivery_id = await send_test(session, endpoint)
    return await once.keep(_accepted(TestRead(event_id=event_id, delivery_id=delivery_id)))


def _accepted(read: BaseModel) -> Response:
    return Response(read.model_dump_json(), status_code=202, headers=NO_STORE, media_type="application/json")


def _enabled(endpoint: Endpoint) -> Endpoint:
    if endpoint.enabled:
        return endpoint
    raise Problem(
        CONFLICT,
        {
            "en": "This endpoint is disabled. Enable it first, then nothing is lost.",
            "fr": "Ce point de réception est désactivé. Réactivez-le d'abord, rien ne sera perdu.",
            "ar": "نقطة الاستقبال هذه معطّلة. فعّلها أولًا، ولن يضيع شيء.",
        },
    )


def _too_old(days: int) -> Problem:
    return invalid([FieldError(pointer="/since", detail="before what is kept", code="too_old", context={"days": days})])
