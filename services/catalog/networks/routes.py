"""`/catalog/v1/networks`."""

from pydantic import Field

from services.catalog.networks.kind import NETWORK
from services.catalog.records.listing import coded
from services.catalog.records.operations import Texts
from services.catalog.records.routers import kind_router

MEMBERS = (int, Field(description="Published territories here that a source names as members: a lower bound."))

router = kind_router(
    NETWORK,
    tag="networks",
    texts=Texts(
        about="A network or programme that territories belong to.",
        listed="Networks by slug. Their members: `/catalog/v1/territories?network=mufpp`.",
        get="One network by id or slug. Example: `/catalog/v1/networks/terres-en-villes`.",
        create="Publish a new network. 409 when the slug is taken, 422 naming every code that its vocabulary lacks.",
    ),
    filters=[coded("kind", "network_kinds")],
    members={"members": MEMBERS},
)
