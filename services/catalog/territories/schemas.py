"""Territories as clients write them."""

from typing import Annotated, Literal

from pydantic import Field

from services.catalog.access.partners.schemas import Mailbox
from services.catalog.records.schemas import (
    Device,
    MonthOrDay,
    NetworkName,
    ProblemCode,
    RecordWrite,
    Ref,
    Sources,
    TextWrite,
    Theme,
    Themes,
)
from services.catalog.records.shapes import Coded, Refers
from services.common.schemas import (
    Code,
    CountryCode,
    LanguageTag,
    Line,
    Point,
    RecordId,
    Slug,
    StrictModel,
    SubdivisionCode,
    WebAddress,
    Whole,
    Year,
)

PopulationScope = Literal["territory", "main_city", "populated_place"]


class ProblemWrite(StrictModel):
    """A problem stated for the territory: by whom, when, in what diagnosis, with the source that says so."""

    id: RecordId | None = Field(None, description="Of a problem that is there already.")
    problem: ProblemCode | None = Field(
        None, description="Code of `problems`; null where none fits.", examples=["food_waste"]
    )
    theme: Theme | None = Field(None, description="Code of `themes`.")
    severity: Annotated[Whole, Field(ge=1, le=3)] | None = Field(
        None, description="1 to 3 where a source grades it; null is unknown, not zero."
    )
    chain_links: Annotated[list[Annotated[Code, Coded("chain_links")]], Field(max_length=10)] = Field(
        default_factory=list
    )
    evidence: TextWrite
    stated_by: Line | None = None
    year: Year | None = None
    diagnosis: Annotated[Ref, Refers("diagnosis")] | None = None
    sources: Sources


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
    """Membership in a network."""

    network: NetworkName = Field(examples=["mufpp"])
    since: Year | None = None
    until: Year | None = None


class ReadinessWrite(StrictModel):
    """Facts that decide whether a cooperation can work, each only where a source says so."""

    food_policy_stage: Annotated[Code, Coded("food_policy_stages")] | None = None
    pat_level: Annotated[Code, Coded("pat_levels")] | None = Field(
        None, description="Recognition of its food project (PAT), in France."
    )
    pat_recognised_on: MonthOrDay | None = None
    pat_expires_on: MonthOrDay | None = None
    ir_service_role: Annotated[Code, Coded("ir_service_roles")] | None = Field(
        None, description="What the international-relations service does in it."
    )
    languages: Annotated[list[LanguageTag], Field(max_length=10)] = Field(
        default_factory=list, description="Languages that its services work in."
    )
    sources: Sources


class FoodProjectWrite(StrictModel):
    """A food project (PAT) of the territory."""

    name: TextWrite
    holder: Line | None = None
    level: Annotated[Code, Coded("pat_levels")] | None = None
    recognised_on: MonthOrDay | None = None
    expires_on: MonthOrDay | None = None
    themes: Themes = Field(default_factory=list)
    governance: TextWrite | None = None
    url: WebAddress | None = None
    sources: Sources


class CooperationAssessmentWrite(StrictModel):
    """How international action and the food project stand to each other, as a study found; types are a set."""

    types: Annotated[list[Annotated[Code, Coded("pat_relations")]], Field(max_length=5)] = Field(default_factory=list)
    devices: Annotated[list[Device], Field(max_length=10)] = Field(default_factory=list)
    ir_service_role: Annotated[Code, Coded("ir_service_roles")] | None = None
    benefits: Annotated[list[Annotated[Code, Coded("cooperation_benefits")]], Field(max_length=10)] = Field(
        default_factory=list
    )
    study: Line | None = None
    year: Year | None = None
    sources: Sources


class ContactWrite(StrictModel):
    """A service's mailbox, not a person's."""

    service: Literal["food", "international"]
    name: Line | None = Field(None, examples=["Direction de l'alimentation"])
    email: Mailbox
    url: WebAddress | None = None


class TerritoryWrite(RecordWrite):
    """A territory as it is written: whole, or as the result of a merge patch."""

    slug: Slug = Field(examples=["montpellier"])
    name: TextWrite
    display_name: Line | None = Field(
        None,
        description="The full name, as the territory calls itself.",
        examples=["Montpellier Méditerranée Métropole"],
    )
    kind: Annotated[Code, Coded("territory_kinds")] = Field(
        description="Code of `territory_kinds`.", examples=["metropolis"]
    )
    local_level: Line | None = Field(None, description="What the country calls this level.", examples=["métropole"])
    country_code: CountryCode
    subdivision_code: SubdivisionCode | None = None
    point: Point | None = None
    point_note: Line | None = Field(None, description="What the point is, where it is not the territory's middle.")
    population: PopulationWrite | None = None
    has_food_project: Literal[True] | None = Field(None, description="True where a source says so; null is unknown.")
    external_ids: Annotated[list[ExternalId], Field(max_length=50)] = Field(default_factory=list)
    networks: Annotated[list[MembershipWrite], Field(max_length=100)] = Field(default_factory=list)
    problems: Annotated[list[ProblemWrite], Field(max_length=200)] = Field(default_factory=list)
    readiness: ReadinessWrite | None = None
    food_projects: Annotated[list[FoodProjectWrite], Field(max_length=20)] = Field(default_factory=list)
    cooperation_assessments: Annotated[list[CooperationAssessmentWrite], Field(max_length=20)] = Field(
        default_factory=list
    )
    contacts: Annotated[list[ContactWrite], Field(max_length=10)] = Field(default_factory=list)
