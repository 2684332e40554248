"""Diagnoses, workshops and priority actions as clients write them: one chain, each link naming the one before."""

from typing import Annotated

from pydantic import Field

from services.catalog.programmes.schemas import MemberWrite, PeriodWrite, Territories
from services.catalog.records.schemas import (
    ActorKind,
    InitiativeName,
    MonthOrDay,
    OrganizationName,
    ProblemCode,
    ProgrammeName,
    RecordWrite,
    Ref,
    SourceWrite,
    TerritoryName,
    TextWrite,
    Themes,
)
from services.catalog.records.shapes import Coded, Refers
from services.common.schemas import Code, LanguageTag, RecordId, Slug, StrictModel, WebAddress, Whole

ChainLink = Annotated[Code, Coded("chain_links")]
Dimension = Annotated[Code, Coded("dimensions")]


class FindingWrite(StrictModel):
    """What a diagnosis found. Severity is 1, 2, 3 or unknown; unknown is not zero."""

    id: RecordId | None = Field(None, description="Of a finding that is there already.")
    statement: TextWrite
    problem: ProblemCode | None = None
    chain_link: ChainLink | None = None
    dimension: Dimension | None = None
    severity: Annotated[Whole, Field(ge=1, le=3)] | None = None
    is_main_issue: bool = False
    sources: Annotated[list[SourceWrite], Field(max_length=20)] = Field(default_factory=list)


class DiagnosisWrite(RecordWrite):
    """A diagnosis of a territory's food system, perhaps made in parallel with another territory's."""

    slug: Slug = Field(examples=["fes-lets-food-cities"])
    territory: TerritoryName
    title: TextWrite
    kind: Annotated[Code, Coded("diagnosis_kinds")]
    chain_links: Annotated[list[ChainLink], Field(max_length=20)] = Field(default_factory=list)
    dimensions: Annotated[list[Dimension], Field(max_length=10)] = Field(default_factory=list)
    period: PeriodWrite | None = None
    authors: Annotated[list[MemberWrite], Field(max_length=50)] = Field(default_factory=list)
    findings: Annotated[list[FindingWrite], Field(max_length=200)] = Field(default_factory=list)
    paired_with: Annotated[Ref, Refers("diagnosis")] | None = Field(
        None, description="The diagnosis that was made in parallel."
    )
    programme: ProgrammeName | None = None
    url: WebAddress | None = None
    status_note: TextWrite | None = None


class WorkshopWrite(RecordWrite):
    """A workshop in which territories chose what to do."""

    slug: Slug = Field(examples=["sefrou-atelier-filieres"])
    title: TextWrite
    kind: Annotated[Code, Coded("workshop_kinds")]
    territories: Annotated[list[TerritoryName], Field(max_length=50)] = Field(
        default_factory=list, description="The territories that held it."
    )
    date: MonthOrDay | None = None
    languages: Annotated[list[LanguageTag], Field(max_length=10)] = Field(default_factory=list)
    participants: Annotated[list[ActorKind], Field(max_length=20)] = Field(
        default_factory=list, description="Kinds, never names."
    )
    inputs: TextWrite | None = Field(None, description="Experiences that were shared in it.")
    programme: ProgrammeName | None = None


class FindingRef(StrictModel):
    """A finding, by the diagnosis that holds it."""

    diagnosis: Annotated[Ref, Refers("diagnosis")]
    finding: RecordId | None = Field(None, description="The finding's id; null: the diagnosis as a whole.")


class PriorityActionWrite(RecordWrite):
    """An action that was chosen, and why: it names a finding or a workshop."""

    slug: Slug = Field(examples=["sefrou-atelier-filieres-1"])
    title: TextWrite
    statement: TextWrite | None = None
    territories: Territories = Field(default_factory=list)
    themes: Themes = Field(default_factory=list)
    rank: Annotated[Whole, Field(ge=1, le=1000)] | None = None
    stage: Annotated[Code, Coded("priority_action_statuses")] | None = None
    findings: Annotated[list[FindingRef], Field(max_length=50)] = Field(default_factory=list)
    workshop: Annotated[Ref, Refers("workshop")] | None = None
    inspired_by: Annotated[list[InitiativeName], Field(max_length=20)] = Field(default_factory=list)
    co_built_with: Annotated[list[OrganizationName], Field(max_length=50)] = Field(default_factory=list)
