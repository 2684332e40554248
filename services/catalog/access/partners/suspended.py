"""`GET /catalog/v1/suspended-partners`: for services that go on doing something for partners that do not call."""

from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, Field
from sqlmodel import col, select

from services.catalog.access.models import SUSPENDED, Partner
from services.common.access.requires import requires
from services.common.access.scopes import Scope
from services.common.http.answers import page_response
from services.common.http.app import service_router
from services.common.http.documents import problem_responses
from services.common.http.transactions import SessionDep
from services.common.paging import PageDep

router = service_router("/suspended-partners", tags=["access"])


class SuspendedPartner(BaseModel):
    """A suspended partner, by its id alone: who it is, and its contacts, are nothing that a service needs."""

    id: UUID = Field(examples=["01a20754-3b61-76ce-95d7-660470730cf6"])


class SuspendedPartnerPage(BaseModel):
    """A page of suspended partners."""

    items: list[SuspendedPartner]
    next: str | None = Field(description="The `cursor` of the next page; null on the last one.")
    total: int | None = Field(None, description="All items, with `count=true`.")


@router.get(
    "",
    response_model=SuspendedPartnerPage,
    responses=problem_responses(400, 403),
    dependencies=[requires(Scope.INTROSPECT)],
)
async def list_suspended_partners(request: Request, session: SessionDep, page: PageDep) -> Response:
    """The ids of the partners that are suspended now, in the order of creation.

    For a service that acts for partners without being called by them: webhooks holds what it would send to these.
    """
    query = select(Partner).where(col(Partner.status) == SUSPENDED)
    return await page_response(
        request, session, query, col(Partner.id), page, lambda rows: [SuspendedPartner(id=row.id) for row in rows]
    )
