"""`/catalog/v1/organizations`."""

from services.catalog.organizations.kind import ORGANIZATION
from services.catalog.records.listing import PLACES, coded
from services.catalog.records.operations import Texts
from services.catalog.records.routers import kind_router

_ROLES = "exists (select from jsonb_array_elements(coalesce(r.content -> 'roles', '[]')) e where "

FILTERS = (
    coded("kind", "actor_kinds", "r.kinds && {0}::text[]"),
    coded("sector", "sectors"),
    coded("role", "actor_roles", _ROLES + "e ->> 'role' = any({0}))"),
    coded("theme", "themes", _ROLES + "e -> 'themes' ?| {0}::text[])"),
    *PLACES,
)

router = kind_router(
    ORGANIZATION,
    tag="organizations",
    texts=Texts(
        about="Who acts on food, what for, and who does what where.",
        listed="""Organizations by name.

`territory` is one that they are seated or active in, `role` one that they have anywhere. Who has which role in one
territory: `/catalog/v1/territories/…/actors`.

Example: `/catalog/v1/organizations?territory=montpellier&role=facilitator`.""",
        get="One organization by id or slug. Example: `/catalog/v1/organizations/lets-food`.",
        create="Publish a new organization. 409 when the slug is taken, 422 naming every code that is not known.",
    ),
    filters=FILTERS,
    order="by name",
)
