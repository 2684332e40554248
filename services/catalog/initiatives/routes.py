"""`/catalog/v1/initiatives`."""

from services.catalog.initiatives.kind import INITIATIVE
from services.catalog.records.listing import THEME, coded, places
from services.catalog.records.operations import Texts
from services.catalog.records.routers import kind_router

FILTERS = (
    THEME,
    *places("("),
    coded("mufpp_category", "mufpp_categories"),
    coded("maturity", "maturities"),
    coded("sector", "sectors", "r.carrier_sector = any({0})"),
)

router = kind_router(
    INITIATIVE,
    tag="initiatives",
    texts=Texts(
        about="What a territory does about its food, who carries it, what came of it, where it comes from.",
        listed="""Initiatives in the order of their creation.

`theme` includes narrower themes; `territory` and `network` are ids or slugs. Repeat a parameter for any of
several; different parameters all have to fit. `Accept: application/geo+json` gives a FeatureCollection with the
points of the territories. To search by words, use the search service.

Example: `/catalog/v1/initiatives?theme=school_canteens&country=FR&lang=en`.""",
        get="""One initiative by id or slug: what it does, where, who carries it, what came of it, and the sources.

A text that a program translated says so (`origin: machine`).
Example: `/catalog/v1/initiatives/pole-logistique-mutualise-lyon?lang=ar`.""",
        create="""Publish a new initiative, or keep it as a draft. 409 when the slug is taken, 422 naming every code
that its vocabulary lacks.""",
    ),
    filters=FILTERS,
    order="in the order of their creation",
)
