"""Organizations as clients write them."""

from typing import Annotated

from pydantic import Field

from services.catalog.records.schemas import (
    ActorKind,
    ActorRole,
    RecordWrite,
    Sector,
    Sources,
    TerritoryName,
    TextWrite,
    Themes,
)
from services.catalog.records.shapes import Coded
from services.common.schemas import Code, Line, Slug, StrictModel, WebAddress


class RoleWrite(StrictModel):
    """What it does where, on which themes: an entry of that territory's actor map."""

    territory: TerritoryName
    role: ActorRole
    themes: Themes = Field(default_factory=list)
    sources: Sources


class OrganizationWrite(RecordWrite):
    """An organization that acts on food: an association, a network, a service, a company, a university."""

    slug: Slug = Field(examples=["terres-en-villes"])
    name: TextWrite
    acronym: Line | None = None
    kinds: Annotated[list[ActorKind], Field(min_length=1, max_length=5)] = Field(description="Codes of `actor_kinds`.")
    sector: Sector | None = None
    territory: TerritoryName | None = Field(None, description="Where it is seated.")
    url: WebAddress | None = None
    mission: TextWrite | None = None
    objectives: Annotated[list[Annotated[Code, Coded("cooperation_objectives")]], Field(max_length=10)] = Field(
        default_factory=list
    )
    activities: Annotated[list[Annotated[Code, Coded("activity_kinds")]], Field(max_length=10)] = Field(
        default_factory=list
    )
    roles: Annotated[list[RoleWrite], Field(max_length=200)] = Field(default_factory=list)
