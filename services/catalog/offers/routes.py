"""`/catalog/v1/offers`."""

from services.catalog.offers.kind import OFFER
from services.catalog.records.listing import PLACES, THEME, coded, linked
from services.catalog.records.operations import Texts
from services.catalog.records.routers import kind_router

FILTERS = (
    coded("direction", "offer_directions"),
    THEME,
    coded("problem", "problems", "r.problems && {0}::text[]"),
    coded("form", "exchange_forms", "r.content -> 'forms' ?| {0}::text[]"),
    coded("context", "offer_contexts"),
    linked("cooperation", "l.relation = 'cooperation'"),
    *PLACES,
)

router = kind_router(
    OFFER,
    tag="offers",
    texts=Texts(
        about="What a territory seeks or offers.",
        listed="""What territories seek (`direction=request`) and offer (`direction=offer`), by slug, as long as it is
not over.

Example: `/catalog/v1/offers?direction=request&country=FR`.""",
        get="""One offer or request by id or slug; `over` once its last day has passed.

Example: `/catalog/v1/offers/toulouse-new-cooperation`.""",
        create="Publish what a territory seeks or offers. 409 when the slug is taken, 422 naming every unknown code.",
    ),
    filters=FILTERS,
    members={"over": bool},
    always="(r.until is null or r.until >= current_date)",
)
