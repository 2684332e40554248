"""`/catalog/v1/initiatives`."""

from services.catalog.initiatives.kind import INITIATIVE
from services.catalog.initiatives.schemas import InitiativeWrite
from services.catalog.records.listing import THEME, BoxFilter, Filter, add_list, coded
from services.catalog.records.operations import Texts, add_operations
from services.catalog.records.parameters import CountriesParameter, RefsParameter
from services.catalog.records.read_models import page_model, read_model
from services.common.http.app import service_router

FILTERS = (
    THEME,
    Filter("territory", RefsParameter, "(t.id::text = any({0}) or t.slug = any({0}))"),
    Filter("country", CountriesParameter, "t.country_code = any({0})"),
    Filter(
        "network",
        RefsParameter,
        "exists (select from network_membership m join network n on n.id = m.network_id"
        " where m.territory_id = t.id and n.slug = any({0}))",
    ),
    coded("mufpp_category", "mufpp_categories"),
    coded("maturity", "maturities"),
    coded("sector", "sectors", "r.carrier_sector = any({0})"),
    BoxFilter("{box}", "t"),
)

InitiativeRead = read_model(
    InitiativeWrite, "What a territory does about its food, who carries it, what came of it, where it comes from."
)
InitiativePage = page_model(InitiativeRead, "in the order of their creation")

router = service_router(f"/{INITIATIVE.collection}", tags=["initiatives"])
add_list(
    router,
    INITIATIVE,
    InitiativePage,
    """Initiatives in the order of their creation.

`theme` includes narrower themes; `territory` and `network` are ids or slugs. Repeat a parameter for any of
several; different parameters all have to fit. `Accept: application/geo+json` gives a FeatureCollection with the
points of the territories. To search by words, use the search service.

Example: `/catalog/v1/initiatives?theme=school_canteens&country=FR&lang=en`.""",
    FILTERS,
)
add_operations(
    router,
    INITIATIVE,
    InitiativeRead,
    Texts(
        get="""One initiative by id or slug: what it does, where, who carries it, what came of it, and the sources.

A text that a program translated says so (`origin: machine`).
Example: `/catalog/v1/initiatives/pole-logistique-mutualise-lyon?lang=ar`.""",
        create="""Publish a new initiative, or keep it as a draft. 409 when the slug is taken, 422 naming every code
that its vocabulary lacks.""",
    ),
)
