"""What an initiative is, as a kind of record."""

from collections.abc import Mapping
from typing import Any

from services.catalog.initiatives.models import Initiative
from services.catalog.initiatives.schemas import InitiativeWrite
from services.catalog.records.kinds import Document, Kind
from services.catalog.records.queries import TERRITORY_REF


def _columns(document: Document) -> Mapping[str, Any]:
    carrier = document["carrier"] or {}
    return {
        "territory_id": document["territory"],
        "carrier_name": carrier.get("name"),
        "carrier_sector": carrier.get("sector"),
        "carrier_kind": carrier.get("kind"),
        "carrier_organization_id": carrier.get("organization"),
    }


INITIATIVE = Kind(
    name="initiative",
    collection="initiatives",
    model=Initiative,
    write=InitiativeWrite,
    members={
        "territory": TERRITORY_REF,
        "carrier": """case when
    num_nonnulls(r.carrier_name, r.carrier_sector, r.carrier_kind, r.carrier_organization_id) > 0
    then json_build_object('organization', r.carrier_organization_id, 'name', r.carrier_name,
      'sector', r.carrier_sector, 'kind', r.carrier_kind) end""",
    },
    joins="join territory t on t.id = r.territory_id",
    sort_key=None,
    columns=_columns,
    elsewhere=frozenset({"territory", "carrier"}),
    linked=frozenset({"territory"}),
    places=("territory",),
    rules=("lineage_without_cycle",),
)
