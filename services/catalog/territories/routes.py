"""`/catalog/v1/territories`."""

from fastapi import Request, Response

from services.catalog.context import CatalogDep, OnceDep, ReaderDep, SessionDep
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
from services.catalog.records.representation import represent_territory
from services.catalog.records.responses import page_response, read_visible, record_response
from services.catalog.records.schemas import (
    BboxParameter,
    CodesParameter,
    CountriesParameter,
    RefsParameter,
    parse_bbox,
)
from services.catalog.territories import service
from services.catalog.territories.repository import TERRITORIES, TerritoryFilter
from services.catalog.territories.schemas import TerritoryPage, TerritoryRead, TerritoryWrite
from services.catalog.vocabularies.checks import check_parameter
from services.common.access.requires import CallerDep, requires
from services.common.access.scopes import Scope
from services.common.database import reads_of
from services.common.http.app import service_router
from services.common.http.direct import direct
from services.common.paging import PageDep

router = service_router("/territories", tags=["territories"])


@router.get("", response_model=TerritoryPage, responses=GEOJSON_ANSWER)
async def list_territories(
    request: Request,
    catalog: CatalogDep,
    reader: ReaderDep,
    page: PageDep,
    country: CountriesParameter = [],
    kind: CodesParameter = [],
    network: RefsParameter = [],
    problem: CodesParameter = [],
    theme: CodesParameter = [],
    bbox: BboxParameter = None,
) -> Response:
    """Territories by name, then id.

    `network` is a network's slug (`mufpp`), `problem` a problem stated for the territory, `theme` a theme on which
    it has an initiative (narrower themes included). Repeat a parameter for any of several; different parameters all
    have to fit. `Accept: application/geo+json` gives a FeatureCollection.

    Example: `/catalog/v1/territories?country=MA&problem=water_scarcity&lang=ar`.
    """
    chosen = TerritoryFilter(
        country=country,
        kind=check_parameter(reader.vocabularies, "territory_kinds", "kind", kind),
        network=network,
        problem=check_parameter(reader.vocabularies, "problems", "problem", problem),
        theme=check_parameter(reader.vocabularies, "themes", "theme", theme),
        bbox=parse_bbox(bbox),
    )
    reads = catalog.database.pool
    return await page_response(request, reads, TERRITORIES, chosen.where(), page, represent_territory, reader)


@router.get("/{ref}", response_model=TerritoryRead, responses=READ_ERRORS | GEOJSON_ANSWER, dependencies=[OneRecord])
@direct
async def get_territory(request: Request) -> Response:
    """One territory by id or slug: names, level, population and whose it is, networks, stated problems with evidence.

    Example: `/catalog/v1/territories/montpellier?lang=fr`.
    """
    return await read_one(request, TERRITORIES, represent_territory)


@router.post(
    "",
    status_code=201,
    response_model=TerritoryRead,
    responses=WRITE_ERRORS,
    dependencies=[requires(Scope.RECORDS_MODERATE), JsonOnly],
)
async def create_territory(
    request: Request, session: SessionDep, reader: ReaderDep, caller: CallerDep, once: OnceDep, written: TerritoryWrite
) -> Response:
    """Publish a new territory. 409 when the slug is taken, 422 naming every code that its vocabulary lacks."""
    territory = await service.create(session, reader.vocabularies, caller, written)
    row = await read_visible(await reads_of(session), TERRITORIES, str(territory.id), caller)
    answer = record_response(request, row, represent_territory, reader, status=201)
    answer.headers["Location"] = f"{request.url.path}/{territory.slug}"
    return await once.keep(answer)


@router.patch(
    "/{ref}",
    response_model=TerritoryRead,
    responses=WRITE_ERRORS,
    dependencies=[requires(Scope.RECORDS_WRITE), MergePatchOnly],
    openapi_extra=merge_patch_body(TerritoryWrite),
)
async def change_territory(
    request: Request,
    session: SessionDep,
    reader: ReaderDep,
    caller: CallerDep,
    ref: RefPath,
    patch: PatchBody,
    if_match: IfMatch = None,
) -> Response:
    """Change a territory by a merge patch (RFC 7396) on the form in which it is written; lists are replaced whole."""
    territory = await service.change(session, reader.vocabularies, caller, ref, if_match, patch)
    row = await read_visible(await reads_of(session), TERRITORIES, str(territory.id), caller)
    return record_response(request, row, represent_territory, reader)


@router.delete("/{ref}", status_code=204, responses=WRITE_ERRORS, dependencies=[requires(Scope.RECORDS_MODERATE)])
async def archive_territory(
    session: SessionDep, caller: CallerDep, ref: RefPath, reason: ReasonParameter, if_match: IfMatch = None
) -> None:
    """Archive a territory: its address answers 410 with the reason, the change feed carries a tombstone.

    409 while published initiatives are in it.
    """
    await service.archive(session, caller, ref, if_match, reason)
