"""`GET /catalog/v1/stale`: what somebody should look at again."""

from datetime import timedelta
from typing import Annotated

from fastapi import Query, Request, Response

from services.catalog.context import CatalogDep, ReaderDep
from services.catalog.editing.register import EARLIEST_REVIEW_FIRST, ChosenDep, WaitingPage, waiting_response
from services.catalog.records.parameters import RefsParameter
from services.catalog.records.schemas import Day
from services.common.clock import now
from services.common.http.app import service_router
from services.common.http.documents import problem_responses
from services.common.paging import PageDep

router = service_router(tags=["editing"])

BeforeParameter = Annotated[
    Day | None,
    Query(description="Due before this day; without it, due by today (UTC).", examples=["2027-01-01"]),
]


@router.get("/stale", response_model=WaitingPage, responses=problem_responses(400))
async def list_stale(
    request: Request,
    catalog: CatalogDep,
    reader: ReaderDep,
    wanted: PageDep,
    chosen: ChosenDep,
    owner: RefsParameter = [],
    before: BeforeParameter = None,
) -> Response:
    """Published records whose review is due, of all kinds, the longest overdue first.

    `owner` is a partner's id or slug. Confirm a record that is still so (`POST …/review`), or change it: either sets
    the next review a year on. When one falls due, the feed says `record.review_due`.

    Example: `/catalog/v1/stale?kind=initiative&country=FR&before=2040-01-01`.
    """
    chosen.add("r.status = 'published' and r.review_due < {0}", before or now().date() + timedelta(days=1))
    chosen.add_any(
        "exists (select from partner p where p.id = r.owner_id and (p.slug = any({0}) or p.id::text = any({0})))",
        owner,
    )
    return await waiting_response(
        request, catalog.database.pool, chosen, EARLIEST_REVIEW_FIRST, wanted, reader, private=False
    )
