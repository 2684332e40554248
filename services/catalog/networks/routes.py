"""`/catalog/v1/networks`."""

from pydantic import Field

from services.catalog.networks.kind import NETWORK
from services.catalog.networks.schemas import NetworkWrite
from services.catalog.records.listing import add_list, coded
from services.catalog.records.operations import Texts, add_operations
from services.catalog.records.read_models import page_model, read_model
from services.common.http.app import service_router

MEMBERS = (int, Field(description="Published territories here that a source names as members: a lower bound."))

NetworkRead = read_model(NetworkWrite, "A network or programme that territories belong to.", {"members": MEMBERS})
NetworkPage = page_model(NetworkRead, "by slug")

router = service_router(f"/{NETWORK.collection}", tags=["networks"])
add_list(
    router,
    NETWORK,
    NetworkPage,
    "Networks by slug. Their members: `/catalog/v1/territories?network=mufpp`.",
    [coded("kind", "network_kinds")],
)
add_operations(
    router,
    NETWORK,
    NetworkRead,
    Texts(
        get="One network by id or slug. Example: `/catalog/v1/networks/terres-en-villes`.",
        create="Publish a new network. 409 when the slug is taken, 422 naming every code that its vocabulary lacks.",
    ),
)
