"""`/catalog/v1/cooperations`."""

from fastapi import Request, Response

from services.catalog.context import CatalogDep, ReaderDep
from services.catalog.cooperations.repository import COOPERATIONS, CooperationFilter
from services.catalog.cooperations.schemas import CooperationPage, CooperationRead
from services.catalog.records.operations import GEOJSON_ANSWER, READ_ERRORS
from services.catalog.records.reading import OneRecord, read_one
from services.catalog.records.representation import cooperation_feature, represent_cooperation
from services.catalog.records.responses import page_response
from services.catalog.records.schemas import (
    BboxParameter,
    CodesParameter,
    CountriesParameter,
    RefsParameter,
    parse_bbox,
)
from services.catalog.vocabularies.checks import check_parameter
from services.common.http.app import service_router
from services.common.http.direct import direct
from services.common.paging import PageDep

router = service_router("/cooperations", tags=["cooperations"])


@router.get("", response_model=CooperationPage, responses=GEOJSON_ANSWER)
async def list_cooperations(
    request: Request,
    catalog: CatalogDep,
    reader: ReaderDep,
    page: PageDep,
    territory: RefsParameter = [],
    theme: CodesParameter = [],
    country: CountriesParameter = [],
    device: CodesParameter = [],
    stage: CodesParameter = [],
    bbox: BboxParameter = None,
) -> Response:
    """Cooperations between territories, by slug.

    `territory`, `country` and `bbox` fit when any party does. Repeat a parameter for any of several.
    `Accept: application/geo+json` gives the points of the parties.

    Example: `/catalog/v1/cooperations?territory=montpellier&lang=fr`.
    """
    chosen = CooperationFilter(
        territory=territory,
        theme=check_parameter(reader.vocabularies, "themes", "theme", theme),
        country=country,
        device=check_parameter(reader.vocabularies, "devices", "device", device),
        stage=check_parameter(reader.vocabularies, "cooperation_stages", "stage", stage),
        bbox=parse_bbox(bbox),
    )
    return await page_response(
        request,
        catalog.database.pool,
        COOPERATIONS,
        chosen.where(),
        page,
        represent_cooperation,
        reader,
        as_feature=cooperation_feature,
    )


@router.get("/{ref}", response_model=CooperationRead, responses=READ_ERRORS | GEOJSON_ANSWER, dependencies=[OneRecord])
@direct
async def get_cooperation(request: Request) -> Response:
    """One cooperation by id or slug: its parties, themes, devices and stage, each with its sources.

    Example: `/catalog/v1/cooperations/montpellier-fes`.
    """
    return await read_one(request, COOPERATIONS, represent_cooperation, as_feature=cooperation_feature)
