"""What a network is, as a kind of record."""

from services.catalog.networks.models import Network
from services.catalog.networks.schemas import NetworkWrite
from services.catalog.records.kinds import Kind

NETWORK = Kind(
    name="network",
    collection="networks",
    model=Network,
    write=NetworkWrite,
    members={
        "members": "(select count(*) from network_membership m join territory t on t.id = m.territory_id"
        " where m.network_id = r.id and t.status = 'published')"
    },
    as_feature=None,
    moderated=True,
)
