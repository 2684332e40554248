"""Every kind of record there is."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from fastapi import Path

from services.catalog.cooperations.kind import COOPERATION
from services.catalog.diagnoses.kinds import DIAGNOSIS, PRIORITY_ACTION, WORKSHOP
from services.catalog.initiatives.kind import INITIATIVE
from services.catalog.learning.kind import LEARNING_RESOURCE
from services.catalog.networks.kind import NETWORK
from services.catalog.offers.kind import OFFER
from services.catalog.organizations.kind import ORGANIZATION
from services.catalog.programmes.kinds import CENSUS, FUNDING_CALL, PROGRAMME
from services.catalog.records.kinds import Kind
from services.catalog.territories.kind import TERRITORY

KINDS: Sequence[Kind] = (
    NETWORK,
    TERRITORY,
    ORGANIZATION,
    INITIATIVE,
    COOPERATION,
    PROGRAMME,
    CENSUS,
    LEARNING_RESOURCE,
    FUNDING_CALL,
    OFFER,
    DIAGNOSIS,
    WORKSHOP,
    PRIORITY_ACTION,
)
"""In the order of the snapshot: what others refer to comes first, as far as that goes."""

BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
BY_COLLECTION: Mapping[str, Kind] = {kind.collection: kind for kind in KINDS}

Collection = Literal[
    "networks",
    "territories",
    "organizations",
    "initiatives",
    "cooperations",
    "programmes",
    "censuses",
    "learning-resources",
    "funding-calls",
    "offers",
    "diagnoses",
    "workshops",
    "priority-actions",
]
CollectionPath = Annotated[Collection, Path(description="Which kind of record.", examples=["initiatives"])]
"""For operations that all kinds share."""
