"""What a territory is, as a kind of record."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.access.partners.mailboxes import personal_contacts
from services.catalog.records.kinds import Document, Kind
from services.catalog.records.representation import State
from services.catalog.territories.models import Territory
from services.catalog.territories.schemas import TerritoryWrite
from services.common.languages import Languages, Text
from services.common.problems import FieldError


def fold(text: str) -> str:
    """A text for sorting: lower case, without accents (PostgreSQL need not have ICU)."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def sort_name(name: Text) -> str:
    """The key that territories are sorted by: their French or English name, else the original, folded."""
    picked = Languages(("fr", "en")).pick(name)
    return fold(picked["text"]) if picked else ""


def _columns(document: Document) -> Mapping[str, Any]:
    lon, lat = document["point"]["coordinates"] if document["point"] else (None, None)
    population = document["population"] or dict.fromkeys(("value", "year", "scope", "source"))
    return {
        "sort_name": sort_name(document["name"]),
        "lon": lon,
        "lat": lat,
        "population": population["value"],
        "population_year": population["year"],
        "population_scope": population["scope"],
        "population_source": population["source"],
    }


def _children(document: Document) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    memberships = {membership["network"]: membership for membership in document["networks"]}
    return {
        "territory_problem": [
            {**problem, "position": position} for position, problem in enumerate(document["problems"])
        ],
        "network_membership": [
            {
                "network_id": network,
                "since": membership["since"],
                "until": membership["until"],
                "sources": document["sources"],
            }
            for network, membership in memberships.items()
        ],
    }


def _as_written(state: State) -> State:
    memberships = [
        {"network": network["id"], "since": network["since"], "until": network["until"]}
        for network in state["networks"]
    ]
    return {**state, "networks": memberships}


async def _check(session: AsyncSession, document: Document, territory_id: UUID) -> list[FieldError]:  # noqa: ARG001 - as `Check` is called
    return list(personal_contacts(contact["email"] for contact in document["contacts"]))


TERRITORY = Kind(
    name="territory",
    collection="territories",
    model=Territory,
    write=TerritoryWrite,
    members={
        "point": """case when r.lon is not null
    then json_build_object('type', 'Point', 'coordinates', json_build_array(r.lon, r.lat)) end""",
        "population": """case when r.population is not null then json_build_object('value', r.population,
    'year', r.population_year, 'scope', r.population_scope, 'source', r.population_source) end""",
        "networks": """coalesce((
    select json_agg(json_build_object('id', n.id, 'slug', n.slug, 'name', n.name, 'since', m.since, 'until', m.until)
      order by n.slug)
    from network_membership m join network n on n.id = m.network_id
    where m.territory_id = r.id and n.status = 'published'), '[]'::json)""",
        "problems": """coalesce((
    select json_agg(json_build_object('id', p.id, 'problem', p.problem, 'theme', p.theme, 'severity', p.severity,
      'chain_links', p.chain_links, 'evidence', p.evidence, 'stated_by', p.stated_by, 'year', p.year,
      'diagnosis', p.diagnosis, 'sources', p.sources) order by p.position)
    from territory_problem p where p.territory_id = r.id), '[]'::json)""",
    },
    sort_key="r.sort_name",
    columns=_columns,
    elsewhere=frozenset({"point", "population", "networks", "problems"}),
    children=_children,
    child_tables={"territory_problem": "territory_id", "network_membership": "territory_id"},
    linked=frozenset({"networks/network"}),
    as_written=_as_written,
    check=_check,
    once_each={"networks": "network"},
    moderated=True,
)
