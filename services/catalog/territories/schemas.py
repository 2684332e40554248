"""Territories as clients write and read them."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.catalog.records.schemas import PageRead, PublicationStatus, RecordRead, SourceWrite, TextWrite
from services.common.schemas import (
    Code,
    CodeRead,
    CountryCode,
    Line,
    Point,
    RecordId,
    Slug,
    SourceRead,
    StrictModel,
    SubdivisionCode,
    TextRead,
    Whole,
    Year,
)

PopulationScope = Literal["territory", "main_city", "populated_place"]


class ProblemWrite(StrictModel):
    """A problem stated for the territory, with the source that states it."""

    id: RecordId | None = Field(None, description="Of a problem that is there already.")
    problem: Code | None = Field(None, description="Code of `problems`; null where none fits.", examples=["food_waste"])
    theme: Code | None = Field(None, description="Code of `themes`.")
    severity: Annotated[Whole, Field(ge=1, le=3)] | None = Field(
        None, description="1 to 3 where a source grades it; null is unknown, not zero."
    )
    evidence: TextWrite
    stated_by: Line | None = None
    year: Year | None = None
    sources: Annotated[list[SourceWrite], Field(min_length=1, max_length=20)]


class PopulationWrite(StrictModel):
    """Inhabitants, and of what: a metropole's figure is often its main city's."""

    value: Annotated[Whole, Field(ge=0, le=2_000_000_000)]
    year: Year | None = None
    scope: PopulationScope
    source: Line


class ExternalId(StrictModel):
    """The territory's id in another system."""

    system: Line = Field(examples=["wikidata"])
    id: Line = Field(examples=["Q6441"])


class MembershipWrite(StrictModel):
    """Membership in a network, by the network's slug."""

    network: Slug = Field(examples=["mufpp"])
    since: Year | None = None
    until: Year | None = None


class TerritoryWrite(StrictModel):
    """A territory as it is written: whole, or as the result of a merge patch."""

    slug: Slug = Field(examples=["montpellier"])
    name: TextWrite
    display_name: Line | None = Field(None, examples=["Montpellier Méditerranée Métropole"])
    kind: Code = Field(description="Code of `territory_kinds`.", examples=["metropolis"])
    local_level: Line | None = Field(None, description="What the country calls this level.", examples=["métropole"])
    country_code: CountryCode
    subdivision_code: SubdivisionCode | None = None
    point: Point | None = None
    point_note: Line | None = Field(None, description="What the point is, where it is not the territory's middle.")
    population: PopulationWrite | None = None
    has_food_project: Literal[True] | None = Field(None, description="True where a source says so; null is unknown.")
    external_ids: Annotated[list[ExternalId], Field(max_length=50)] = []
    networks: Annotated[list[MembershipWrite], Field(max_length=100)] = []
    problems: Annotated[list[ProblemWrite], Field(max_length=200)] = []
    sources: Annotated[list[SourceWrite], Field(min_length=1, max_length=50)]
    status: PublicationStatus = "published"


class ProblemRead(BaseModel):
    """A problem stated for a territory, with its evidence and sources."""

    id: UUID
    problem: CodeRead | None
    theme: CodeRead | None
    severity: int | None = Field(description="1 to 3; null is unknown, not zero.")
    evidence: TextRead | None
    stated_by: str | None
    year: int | None
    sources: list[SourceRead]


class PopulationRead(BaseModel):
    """Inhabitants. `scope` says of what: `main_city` is the main city's figure, not the whole territory's."""

    value: int
    year: int | None
    scope: str
    source: str


class MembershipRead(BaseModel):
    """A network that the territory is in."""

    id: UUID
    slug: str
    name: str
    since: int | None
    until: int | None


class TerritoryRead(RecordRead):
    """A territory with its stated problems and its networks."""

    name: TextRead
    display_name: str | None = Field(description="The full name, as the territory calls itself.")
    kind: CodeRead
    local_level: str | None
    country_code: str
    subdivision_code: str | None
    point: Point | None
    point_note: str | None
    population: PopulationRead | None
    has_food_project: bool | None = Field(description="Carries a food project by a source; null is unknown, never no.")
    external_ids: list[ExternalId]
    networks: list[MembershipRead]
    problems: list[ProblemRead]


class TerritoryPage(PageRead):
    """A page of territories, by name."""

    items: list[TerritoryRead]
