"""`/catalog/v1/networks`."""

from fastapi import Request, Response

from services.catalog.context import CatalogDep, ReaderDep
from services.catalog.networks.repository import NETWORKS
from services.catalog.networks.schemas import NetworkPage, NetworkRead
from services.catalog.records.operations import READ_ERRORS
from services.catalog.records.queries import Where
from services.catalog.records.reading import OneRecord, read_one
from services.catalog.records.representation import represent_network
from services.catalog.records.responses import page_response
from services.common.http.app import service_router
from services.common.http.direct import direct
from services.common.paging import PageDep

router = service_router("/networks", tags=["networks"])


@router.get("", response_model=NetworkPage)
async def list_networks(request: Request, catalog: CatalogDep, reader: ReaderDep, page: PageDep) -> Response:
    """Networks by slug. Their members: `/catalog/v1/territories?network=mufpp`."""
    where = Where(["r.status = 'published'"])
    reads = catalog.database.pool
    return await page_response(request, reads, NETWORKS, where, page, represent_network, reader, as_feature=None)


@router.get("/{ref}", response_model=NetworkRead, responses=READ_ERRORS, dependencies=[OneRecord])
@direct
async def get_network(request: Request) -> Response:
    """One network by id or slug. Example: `/catalog/v1/networks/terres-en-villes`."""
    return await read_one(request, NETWORKS, represent_network, as_feature=None)
