"""What an organization is, as a kind of record."""

from services.catalog.organizations.models import Organization
from services.catalog.organizations.schemas import OrganizationWrite
from services.catalog.records.kinds import Kind
from services.catalog.territories.kind import sort_name

ORGANIZATION = Kind(
    name="organization",
    collection="organizations",
    model=Organization,
    write=OrganizationWrite,
    sort_key="r.sort_name",
    columns=lambda document: {"sort_name": sort_name(document["name"])},
    places=("territory",),
)
