"""`POST /catalog/v1/{collection}/{ref}/review`, the moderators' queue, and everybody's own drafts."""

from typing import Annotated, Any, Literal

import orjson
from fastapi import Query, Request, Response

from services.catalog.context import CatalogDep, ReaderDep
from services.catalog.duplicates.writing import possible_duplicates
from services.catalog.editing.register import (
    NEWEST_CHANGE_FIRST,
    OLDEST_CHANGE_FIRST,
    ChosenDep,
    WaitingPage,
    waiting_response,
)
from services.catalog.editing.review.schemas import ReviewRead, ReviewWrite
from services.catalog.editing.review.service import review
from services.catalog.kinds import BY_COLLECTION, CollectionPath
from services.catalog.records.finding import read_visible
from services.catalog.records.operations import MOVED
from services.catalog.records.parameters import WRITE_ERRORS, RefPath
from services.catalog.records.transitions import actions_on
from services.common.access.requires import CallerDep, requires
from services.common.access.scopes import Scope
from services.common.database import reads_of
from services.common.http.answers import one_response
from services.common.http.app import service_router
from services.common.http.documents import problem_responses
from services.common.http.transactions import OnceDep, SessionDep
from services.common.http.writing import IfMatch, JsonOnly
from services.common.paging import PageDep

router = service_router(tags=["editing"])

LOOKED_AT = frozenset({"submit", "publish"})
"""Steps after which somebody should know what may be the same already."""

StatusesParameter = Annotated[
    list[Literal["draft", "submitted", "needs_update", "rejected"]],
    Query(description="Only these; repeat for any of several.", examples=[["needs_update"]]),
]


@router.post(
    "/{collection}/{ref}/review",
    response_model=ReviewRead,
    responses=MOVED | WRITE_ERRORS,
    dependencies=[requires(Scope.RECORDS_WRITE), JsonOnly],
)
async def review_record(
    request: Request,
    session: SessionDep,
    reader: ReaderDep,
    caller: CallerDep,
    once: OnceDep,
    collection: CollectionPath,
    ref: RefPath,
    written: ReviewWrite,
    if_match: IfMatch = None,
) -> Response:
    """Take the record one step through its review. Each step makes a version and stands in the revisions.

    A draft is submitted, and may be withdrawn again. Moderators publish it, send it back with a reason (it then
    `needs_update`, until it is submitted again), or reject it, which they alone reopen. Who has a mandate for its
    territory publishes without being reviewed. A published record is confirmed, withdrawn, or sent back by moderators,
    unless published records name it (409). An archived one is reopened as a draft. 409 for a step that the record's
    status does not have: `allowed` lists those that it has.

    Example: `POST /catalog/v1/initiatives/marche-producteurs-fes/review` with
    `{"action": "send_back", "reason": "La source ne dit pas qui porte le marché."}`.
    """
    kind = BY_COLLECTION[collection]
    record_id = await review(session, kind, reader.vocabularies, caller, ref, if_match, written)
    row = await read_visible(await reads_of(session), kind.queries, str(record_id), caller)
    state: dict[str, Any] = orjson.loads(row["state"])
    if written.action in LOOKED_AT:
        state |= await possible_duplicates(session, kind, record_id, caller, reader)
    read = ReviewRead(**state, type=kind.name, allowed=actions_on(row["status"], moderates=caller.moderates))
    return await once.keep(one_response(request, read, read.version))


@router.get(
    "/review-queue",
    response_model=WaitingPage,
    responses=problem_responses(400, 401, 403),
    dependencies=[requires(Scope.RECORDS_MODERATE)],
)
async def list_review_queue(
    request: Request, catalog: CatalogDep, reader: ReaderDep, wanted: PageDep, chosen: ChosenDep
) -> Response:
    """What was submitted and waits for a moderator, of all kinds, the longest unchanged first.

    Repeat a filter for any of several; different filters all have to fit. `theme` takes what is narrower too; the
    places are those that a record names.

    Example: `/catalog/v1/review-queue?theme=food_waste&country=MA`.
    """
    chosen.add("r.status = 'submitted'")
    return await waiting_response(
        request, catalog.database.pool, chosen, OLDEST_CHANGE_FIRST, wanted, reader, private=True
    )


@router.get(
    "/drafts",
    response_model=WaitingPage,
    responses=problem_responses(400, 401, 403),
    dependencies=[requires(Scope.RECORDS_WRITE)],
)
async def list_drafts(
    request: Request,
    catalog: CatalogDep,
    reader: ReaderDep,
    wanted: PageDep,
    chosen: ChosenDep,
    caller: CallerDep,
    status: StatusesParameter = [],
) -> Response:
    """Your own records that are not published, of all kinds, the last changed first; moderators get everybody's.

    `review_note` says why one was sent back or rejected.

    Example: `/catalog/v1/drafts?status=needs_update&kind=initiative`.
    """
    chosen.add("r.status in ('draft', 'submitted', 'needs_update', 'rejected')")  # as its index says it
    chosen.add_any("r.status = any({0})", status)
    if not caller.moderates:
        chosen.add("r.owner_id = {0}", caller.partner_id)
    return await waiting_response(
        request, catalog.database.pool, chosen, NEWEST_CHANGE_FIRST, wanted, reader, private=True
    )
