"""Partners, keys, mandates, owners and introspection: everything about who may do what."""

from services.catalog.access.introspection import router as introspection
from services.catalog.access.keys.routes import router as keys
from services.catalog.access.mandates.routes import router as mandates
from services.catalog.access.owners.routes import router as owners
from services.catalog.access.partners.routes import router as partners
from services.catalog.access.partners.suspended import router as suspended

ACCESS_ROUTERS = (partners, suspended, keys, mandates, owners, introspection)
