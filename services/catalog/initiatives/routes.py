"""`/catalog/v1/initiatives`."""

from fastapi import Request, Response

from services.catalog.context import CatalogDep, OnceDep, ReaderDep, SessionDep
from services.catalog.initiatives import service
from services.catalog.initiatives.repository import INITIATIVES, InitiativeFilter
from services.catalog.initiatives.schemas import InitiativePage, InitiativeRead, InitiativeWrite
from services.catalog.records.operations import (
    GEOJSON_ANSWER,
    READ_ERRORS,
    WRITE_ERRORS,
    IfMatch,
    JsonOnly,
    MergePatchOnly,
    PatchBody,
    ReasonParameter,
    RefPath,
    merge_patch_body,
)
from services.catalog.records.reading import OneRecord, read_one
from services.catalog.records.representation import represent_initiative
from services.catalog.records.responses import page_response, read_visible, record_response
from services.catalog.records.schemas import (
    BboxParameter,
    CodesParameter,
    CountriesParameter,
    RefsParameter,
    parse_bbox,
)
from services.catalog.vocabularies.checks import check_parameter
from services.common.access.requires import CallerDep, requires
from services.common.access.scopes import Scope
from services.common.database import reads_of
from services.common.http.app import service_router
from services.common.http.direct import direct
from services.common.paging import PageDep

router = service_router("/initiatives", tags=["initiatives"])


@router.get("", response_model=InitiativePage, responses=GEOJSON_ANSWER)
async def list_initiatives(
    request: Request,
    catalog: CatalogDep,
    reader: ReaderDep,
    page: PageDep,
    theme: CodesParameter = [],
    territory: RefsParameter = [],
    country: CountriesParameter = [],
    network: RefsParameter = [],
    mufpp_category: CodesParameter = [],
    bbox: BboxParameter = None,
) -> Response:
    """Initiatives in the order of their creation.

    `theme` includes narrower themes; `territory` and `network` are ids or slugs. Repeat a parameter for any of
    several; different parameters all have to fit. `Accept: application/geo+json` gives a FeatureCollection with the
    points of the territories. To search by words, use the search service.

    Example: `/catalog/v1/initiatives?theme=school_canteens&country=FR&lang=en`.
    """
    chosen = InitiativeFilter(
        theme=check_parameter(reader.vocabularies, "themes", "theme", theme),
        territory=territory,
        country=country,
        network=network,
        mufpp_category=check_parameter(reader.vocabularies, "mufpp_categories", "mufpp_category", mufpp_category),
        bbox=parse_bbox(bbox),
    )
    reads = catalog.database.pool
    return await page_response(request, reads, INITIATIVES, chosen.where(), page, represent_initiative, reader)


@router.get("/{ref}", response_model=InitiativeRead, responses=READ_ERRORS | GEOJSON_ANSWER, dependencies=[OneRecord])
@direct
async def get_initiative(request: Request) -> Response:
    """One initiative by id or slug: what it does, where, who carries it, what came of it, and the sources.

    A text that a program translated says so (`origin: machine`).
    Example: `/catalog/v1/initiatives/pole-logistique-mutualise-lyon?lang=ar`.
    """
    return await read_one(request, INITIATIVES, represent_initiative)


@router.post(
    "",
    status_code=201,
    response_model=InitiativeRead,
    responses=WRITE_ERRORS,
    dependencies=[requires(Scope.RECORDS_WRITE), JsonOnly],
)
async def create_initiative(
    request: Request, session: SessionDep, reader: ReaderDep, caller: CallerDep, once: OnceDep, written: InitiativeWrite
) -> Response:
    """Publish a new initiative. 409 when the slug is taken, 422 naming every code that its vocabulary lacks."""
    initiative = await service.create(session, reader.vocabularies, caller, written)
    row = await read_visible(await reads_of(session), INITIATIVES, str(initiative.id), caller)
    answer = record_response(request, row, represent_initiative, reader, status=201)
    answer.headers["Location"] = f"{request.url.path}/{initiative.slug}"
    return await once.keep(answer)


@router.patch(
    "/{ref}",
    response_model=InitiativeRead,
    responses=WRITE_ERRORS,
    dependencies=[requires(Scope.RECORDS_WRITE), MergePatchOnly],
    openapi_extra=merge_patch_body(InitiativeWrite),
)
async def change_initiative(
    request: Request,
    session: SessionDep,
    reader: ReaderDep,
    caller: CallerDep,
    ref: RefPath,
    patch: PatchBody,
    if_match: IfMatch = None,
) -> Response:
    """Change an initiative by a merge patch (RFC 7396) on the form in which it is written; lists are replaced whole."""
    initiative = await service.change(session, reader.vocabularies, caller, ref, if_match, patch)
    row = await read_visible(await reads_of(session), INITIATIVES, str(initiative.id), caller)
    return record_response(request, row, represent_initiative, reader)


@router.delete("/{ref}", status_code=204, responses=WRITE_ERRORS, dependencies=[requires(Scope.RECORDS_WRITE)])
async def archive_initiative(
    session: SessionDep, caller: CallerDep, ref: RefPath, reason: ReasonParameter, if_match: IfMatch = None
) -> None:
    """Archive an initiative: its address answers 410 with the reason, the change feed carries a tombstone."""
    await service.archive(session, caller, ref, if_match, reason)
