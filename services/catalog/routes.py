"""The routes of all kinds of records."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.catalog.cooperations.routes import router as cooperations
from services.catalog.diagnoses.routes import diagnoses, priority_actions, workshops
from services.catalog.initiatives.routes import router as initiatives
from services.catalog.learning.routes import router as learning_resources
from services.catalog.networks.routes import router as networks
from services.catalog.offers.routes import router as offers
from services.catalog.organizations.actors import router as actors
from services.catalog.organizations.routes import router as organizations
from services.catalog.programmes.routes import censuses, funding_calls, programmes
from services.catalog.territories.routes import router as territories

ROUTERS: Sequence[APIRouter] = (
    territories,
    initiatives,
    organizations,
    actors,
    cooperations,
    networks,
    programmes,
    censuses,
    learning_resources,
    funding_calls,
    offers,
    diagnoses,
    workshops,
    priority_actions,
)
