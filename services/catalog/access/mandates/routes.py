"""`/catalog/v1/mandates`."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from sqlmodel import col

from services.catalog.access.mandates import service
from services.catalog.access.mandates.schemas import MandateCreate, MandatePage, MandateRead
from services.catalog.access.models import Mandate
from services.common.access.requires import CallerDep, requires
from services.common.access.scopes import Scope
from services.common.http.answers import one_response, page_response
from services.common.http.app import service_router
from services.common.http.documents import NOT_MODIFIED, problem_responses
from services.common.http.parameters import IdParameter
from services.common.http.transactions import OnceDep, SessionDep
from services.common.http.writing import IfMatch, JsonOnly
from services.common.paging import PageDep

router = service_router("/mandates", tags=["access"])

ADDRESS = "/catalog/v1/mandates"


def represent(mandate: Mandate) -> MandateRead:
    """A mandate for who may see it."""
    return MandateRead.model_validate(mandate.model_dump(exclude={"ended_at"}))


@router.get("", response_model=MandatePage, responses=problem_responses(400), dependencies=[requires(None)])
async def list_mandates(
    request: Request,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    partner_id: Annotated[UUID | None, Query(description="Only this partner's.")] = None,
    territory_id: Annotated[UUID | None, Query(description="Only for this territory.")] = None,
) -> Response:
    """Your partner's mandates, every partner's for moderators, in the order in which they were given.

    Those that were ended are left out, those whose `until` has passed are not.
    """
    query = service.visible(caller).where(col(Mandate.ended_at).is_(None))
    if partner_id is not None:
        query = query.where(col(Mandate.partner_id) == partner_id)
    if territory_id is not None:
        query = query.where(col(Mandate.territory_id) == territory_id)
    return await page_response(request, session, query, col(Mandate.id), page, lambda rows: [*map(represent, rows)])


@router.get(
    "/{id}",
    response_model=MandateRead,
    responses=problem_responses(400, 404, 410) | NOT_MODIFIED,
    dependencies=[requires(None)],
)
async def get_mandate(request: Request, session: SessionDep, caller: CallerDep, id: IdParameter) -> Response:
    """A mandate by its id: your partner's, or any for moderators. One that was ended answers 410."""
    mandate = await service.find(session, caller, id)
    return one_response(request, represent(mandate), mandate.version)


@router.post(
    "",
    status_code=201,
    response_model=MandateRead,
    responses=problem_responses(400, 403, 409, 413, 415, 422),
    dependencies=[requires(Scope.RECORDS_MODERATE), JsonOnly],
)
async def give_mandate(
    request: Request, session: SessionDep, caller: CallerDep, once: OnceDep, written: MandateCreate
) -> Response:
    """Let a partner act for a territory: change it, and create, publish and change initiatives of its own in it."""
    mandate = await service.give(session, caller, written)
    location = f"{ADDRESS}/{mandate.id}"
    return await once.keep(one_response(request, represent(mandate), mandate.version, status=201, location=location))


@router.delete(
    "/{id}",
    status_code=204,
    responses=problem_responses(400, 403, 404, 410, 412, 428),
    dependencies=[requires(Scope.RECORDS_MODERATE)],
)
async def end_mandate(session: SessionDep, caller: CallerDep, id: IdParameter, if_match: IfMatch = None) -> None:
    """End a mandate at once. What the partner published remains; it cannot change it any more."""
    await service.end(session, caller, id, if_match)
