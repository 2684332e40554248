"""`/catalog/v1/offers`."""

from services.catalog.offers.kind import OFFER
from services.catalog.offers.schemas import OfferWrite
from services.catalog.records.listing import PLACES, THEME, add_list, coded, linked
from services.catalog.records.operations import Texts, add_operations
from services.catalog.records.read_models import page_model, read_model
from services.common.http.app import service_router

FILTERS = (
    coded("direction", "offer_directions"),
    THEME,
    coded("problem", "problems", "r.problems && {0}::text[]"),
    coded("form", "exchange_forms", "r.content -> 'forms' ?| {0}::text[]"),
    coded("context", "offer_contexts"),
    linked("cooperation", "l.relation = 'cooperation'"),
    *PLACES,
)

OfferRead = read_model(OfferWrite, "What a territory seeks or offers.", {"over": bool})
OfferPage = page_model(OfferRead, "by slug")

router = service_router(f"/{OFFER.collection}", tags=["offers"])
add_list(
    router,
    OFFER,
    OfferPage,
    """What territories seek (`direction=request`) and offer (`direction=offer`), by slug, as long as it is not over.

Example: `/catalog/v1/offers?direction=request&country=FR`.""",
    FILTERS,
    always="(r.until is null or r.until >= current_date)",
)
add_operations(
    router,
    OFFER,
    OfferRead,
    Texts(
        get="""One offer or request by id or slug; `over` once its last day has passed.

Example: `/catalog/v1/offers/toulouse-new-cooperation`.""",
        create="Publish what a territory seeks or offers. 409 when the slug is taken, 422 naming every unknown code.",
    ),
)
