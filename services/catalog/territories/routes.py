"""`/catalog/v1/territories`."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel

from services.catalog.records.listing import AnyFilter, BoxFilter, Filter, coded, in_network
from services.catalog.records.operations import Texts
from services.catalog.records.parameters import CountriesParameter, RefsParameter
from services.catalog.records.routers import kind_router
from services.catalog.territories.kind import TERRITORY

FILTERS: Sequence[AnyFilter] = (
    Filter("country", CountriesParameter, "r.country_code = any({0})"),
    coded("kind", "territory_kinds"),
    Filter("network", RefsParameter, in_network("r")),
    coded(
        "problem",
        "problems",
        "exists (select from territory_problem p where p.territory_id = r.id and p.problem = any({0}))",
    ),
    coded(
        "theme",
        "themes",
        "exists (select from initiative i where i.territory_id = r.id and i.status = 'published'"
        " and i.themes && {0}::text[])",
    ),
    BoxFilter("{box}", "r"),
)


class MembershipRead(BaseModel):
    """A network that the territory is in."""

    id: UUID
    slug: str
    name: str
    since: int | None
    until: int | None


router = kind_router(
    TERRITORY,
    tag="territories",
    texts=Texts(
        about="A territory with its stated problems, its networks, and what decides whether it can cooperate.",
        listed="""Territories by name, then id.

`network` is a network's id or slug (`mufpp`), `problem` a problem stated for the territory, `theme` a theme on which
it has an initiative (narrower themes included). Repeat a parameter for any of several; different parameters all
have to fit. `Accept: application/geo+json` gives a FeatureCollection.

Example: `/catalog/v1/territories?country=MA&problem=water_scarcity&lang=ar`.""",
        get="""One territory by id or slug: names, level, population and whose it is, networks, stated problems with
evidence, how far its food policy is, its food projects.

Example: `/catalog/v1/territories/montpellier?lang=fr`.""",
        create="Publish a new territory. 409 when the slug is taken, 422 naming every code that its vocabulary lacks.",
        change="""Change a territory by a merge patch (RFC 7396) on the form in which it is written; lists are
replaced whole. A problem keeps its identity by its `id`.""",
        archive="Archive a territory: its address answers 410 with the reason. 409 while published records name it.",
    ),
    filters=FILTERS,
    order="by name",
    members={"networks": list[MembershipRead]},
)
