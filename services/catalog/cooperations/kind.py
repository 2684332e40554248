"""What a cooperation is, as a kind of record."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.catalog.cooperations.models import Cooperation
from services.catalog.cooperations.schemas import CooperationWrite
from services.catalog.records.kinds import Document, Kind
from services.catalog.records.queries import TERRITORY_REF
from services.catalog.records.representation import feature_of_territories


def _children(document: Document) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    return {
        "cooperation_party": [
            {"territory_id": party["territory"], "role": party["role"], "position": position}
            for position, party in enumerate(document["parties"])
        ]
    }


COOPERATION = Kind(
    name="cooperation",
    collection="cooperations",
    model=Cooperation,
    write=CooperationWrite,
    members={
        "parties": f"""coalesce((
    select json_agg(json_build_object('territory', {TERRITORY_REF}, 'role', p.role) order by p.position)
    from cooperation_party p join territory t on t.id = p.territory_id where p.cooperation_id = r.id), '[]'::json)""",  # noqa: S608 - constants
    },
    elsewhere=frozenset({"parties"}),
    children=_children,
    child_tables={"cooperation_party": "cooperation_id"},
    once_each={"parties": "territory"},
    linked=frozenset({"parties/territory"}),
    places=("parties/territory",),
    as_feature=feature_of_territories("parties"),
    rules=("cooperation_parties", "cooperation_parties_of"),
)
