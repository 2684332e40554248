"""`/catalog/v1/organizations`."""

from services.catalog.organizations.kind import ORGANIZATION
from services.catalog.organizations.schemas import OrganizationWrite
from services.catalog.records.listing import PLACES, add_list, coded
from services.catalog.records.operations import Texts, add_operations
from services.catalog.records.read_models import page_model, read_model
from services.common.http.app import service_router

_ROLES = "exists (select from jsonb_array_elements(coalesce(r.content -> 'roles', '[]')) e where "

FILTERS = (
    coded("kind", "actor_kinds", "r.kinds && {0}::text[]"),
    coded("sector", "sectors"),
    coded("role", "actor_roles", _ROLES + "e ->> 'role' = any({0}))"),
    coded("theme", "themes", _ROLES + "e -> 'themes' ?| {0}::text[])"),
    *PLACES,
)

OrganizationRead = read_model(OrganizationWrite, "Who acts on food, what for, and who does what where.")
OrganizationPage = page_model(OrganizationRead, "by name")

router = service_router(f"/{ORGANIZATION.collection}", tags=["organizations"])
add_list(
    router,
    ORGANIZATION,
    OrganizationPage,
    """Organizations by name.

`territory` is one that they are seated or active in, `role` one that they have anywhere. Who has which role in one
territory: `/catalog/v1/territories/…/actors`.

Example: `/catalog/v1/organizations?territory=montpellier&role=facilitator`.""",
    FILTERS,
)
add_operations(
    router,
    ORGANIZATION,
    OrganizationRead,
    Texts(
        get="One organization by id or slug. Example: `/catalog/v1/organizations/lets-food`.",
        create="Publish a new organization. 409 when the slug is taken, 422 naming every code that is not known.",
    ),
)
