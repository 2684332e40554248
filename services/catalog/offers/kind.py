"""What an offer is, as a kind of record."""

from services.catalog.offers.models import Offer
from services.catalog.offers.schemas import OfferWrite
from services.catalog.records.kinds import Kind
from services.catalog.records.representation import feature

OFFER = Kind(
    name="offer",
    collection="offers",
    model=Offer,
    write=OfferWrite,
    members={"over": "coalesce(r.until < current_date, false)"},
    places=("territory",),
    as_feature=feature,
)
