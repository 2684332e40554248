"""`/catalog/v1/partners`."""

from fastapi import Request, Response
from sqlmodel import col

from services.catalog.access.models import Partner
from services.catalog.access.partners import service
from services.catalog.access.partners.schemas import PartnerPage, PartnerRead, PartnerWrite
from services.catalog.records.parameters import WRITE_ERRORS, RefPath
from services.common.access.requires import CallerDep, requires
from services.common.access.scopes import Scope
from services.common.http.answers import one_response, page_response
from services.common.http.app import service_router
from services.common.http.documents import NOT_MODIFIED, problem_responses
from services.common.http.transactions import OnceDep, SessionDep
from services.common.http.writing import IfMatch, JsonOnly, MergePatchOnly, PatchBody, merge_patch_body
from services.common.paging import PageDep

router = service_router("/partners", tags=["access"])

ADDRESS = "/catalog/v1/partners"


def represent(partner: Partner) -> PartnerRead:
    """A partner for who may see it."""
    return PartnerRead.model_validate(partner.model_dump())


@router.get("", response_model=PartnerPage, responses=problem_responses(400), dependencies=[requires(None)])
async def list_partners(request: Request, session: SessionDep, caller: CallerDep, page: PageDep) -> Response:
    """Your own partner; for moderators and administrators every partner, in the order of creation."""
    query = service.visible(caller)
    return await page_response(request, session, query, col(Partner.id), page, lambda rows: [*map(represent, rows)])


@router.get(
    "/{ref}",
    response_model=PartnerRead,
    responses=problem_responses(400, 404) | NOT_MODIFIED,
    dependencies=[requires(None)],
)
async def get_partner(request: Request, session: SessionDep, caller: CallerDep, ref: RefPath) -> Response:
    """A partner by id or slug: your own, or any for moderators and administrators; others answer 404."""
    partner = await service.find(session, service.visible(caller), ref)
    return one_response(request, represent(partner), partner.version)


@router.post(
    "",
    status_code=201,
    response_model=PartnerRead,
    responses=problem_responses(400, 403, 409, 413, 415, 422),
    dependencies=[requires(Scope.PARTNERS_MANAGE), JsonOnly],
)
async def create_partner(request: Request, session: SessionDep, once: OnceDep, written: PartnerWrite) -> Response:
    """Take in a new partner. 409 when the slug is taken. It has no keys yet: create one with its slug."""
    partner = await service.create(session, written)
    location = f"{ADDRESS}/{partner.slug}"
    return await once.keep(one_response(request, represent(partner), partner.version, status=201, location=location))


@router.patch(
    "/{ref}",
    response_model=PartnerRead,
    responses=WRITE_ERRORS,
    dependencies=[requires(Scope.PARTNERS_MANAGE), MergePatchOnly],
    openapi_extra=merge_patch_body(PartnerWrite),
)
async def change_partner(
    request: Request, session: SessionDep, ref: RefPath, patch: PatchBody, if_match: IfMatch = None
) -> Response:
    """Change a partner by a merge patch.

    `status: suspended` makes its keys invalid, and holds its webhooks within a minute, until it is `active` again.
    """
    partner = await service.change(session, ref, if_match, patch)
    return one_response(request, represent(partner), partner.version)
