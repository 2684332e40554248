"""Programmes, censuses and funding calls as clients write them."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from services.catalog.records.schemas import (
    ActorKind,
    ActorRole,
    CooperationName,
    Day,
    Device,
    InitiativeName,
    MonthOrDay,
    OrganizationName,
    PhaseWrite,
    ProgrammeName,
    RecordWrite,
    Sector,
    Stage,
    TerritoryName,
    TextWrite,
    Themes,
)
from services.catalog.records.shapes import Coded
from services.common.schemas import (
    Code,
    CountryCode,
    Line,
    Slug,
    StrictModel,
    WebAddress,
    Whole,
    Year,
    ends_before_start,
)

Territories = Annotated[list[TerritoryName], Field(max_length=200)]
Count = Annotated[Whole, Field(ge=0, le=1_000_000)]
Countries = Annotated[list[CountryCode], Field(max_length=250)]


class MemberWrite(StrictModel):
    """An organization that takes part, and as what."""

    organization: OrganizationName
    role: ActorRole


class ProgrammePhaseWrite(PhaseWrite):
    """A phase of a programme, called as the source calls it (`Phase 2`, `Part 3`); it spans cooperations."""

    deliverables: Annotated[list[TextWrite], Field(max_length=50)] = Field(default_factory=list)
    status: Stage | None = None
    territories: Territories = Field(default_factory=list)
    cooperations: Annotated[list[CooperationName], Field(max_length=200)] = Field(default_factory=list)


class RecommendationWrite(StrictModel):
    """What a programme recommends, under the topic and number of its source."""

    topic: Line = Field(examples=["COOP"])
    number: Annotated[Whole, Field(ge=1, le=1000)]
    text: TextWrite


class EngineerWrite(StrictModel):
    """The time that an organization gives to bringing others together, in full-time equivalents."""

    organization: Line
    fte: Annotated[float, Field(ge=0, le=100)] | None = None
    since: MonthOrDay | None = None


class ExperimentWrite(StrictModel):
    """How a programme works in one territory."""

    territory: TerritoryName
    organisations_count: Count | None = None
    engineers_count: Count | None = None
    engineers: Annotated[list[EngineerWrite], Field(max_length=50)] = Field(default_factory=list)
    working_groups: Count | None = None
    central_project: TextWrite | None = None
    cooperation_models: Annotated[list[Annotated[Code, Coded("cooperation_models")]], Field(max_length=5)] = Field(
        default_factory=list
    )


class FundingWrite(StrictModel):
    """What paid for it."""

    label: Line
    year: Year | None = None


class ProgrammeWrite(RecordWrite):
    """A programme: it groups cooperations, and phases that span them."""

    slug: Slug = Field(examples=["coopalim"])
    title: TextWrite
    purpose: TextWrite
    start_year: Year | None = None
    end_year: Year | None = None
    partners: Annotated[list[MemberWrite], Field(max_length=100)] = Field(default_factory=list)
    axes: Annotated[list[Annotated[Code, Coded("food_system_axes")]], Field(max_length=20)] = Field(
        default_factory=list
    )
    themes: Themes = Field(default_factory=list)
    territories: Territories = Field(default_factory=list)
    cooperations: Annotated[list[CooperationName], Field(max_length=200)] = Field(default_factory=list)
    phases: Annotated[list[ProgrammePhaseWrite], Field(max_length=50)] = Field(default_factory=list)
    recommendations: Annotated[list[RecommendationWrite], Field(max_length=100)] = Field(default_factory=list)
    experiments: Annotated[list[ExperimentWrite], Field(max_length=50)] = Field(default_factory=list)
    device: Device | None = None
    funding: FundingWrite | None = None
    date_note: TextWrite | None = Field(None, description="Where sources date it differently: all are kept.")
    url: WebAddress | None = None

    @model_validator(mode="after")
    def ends_after_it_starts(self) -> Self:
        """Nothing ends before it starts."""
        ends_before_start(self.start_year, self.end_year)
        return self


class PeriodWrite(StrictModel):
    """From a year to a year."""

    start_year: Year | None = None
    end_year: Year | None = None

    @model_validator(mode="after")
    def ends_after_it_starts(self) -> Self:
        """Nothing ends before it starts."""
        ends_before_start(self.start_year, self.end_year)
        return self


class CensusWrite(RecordWrite):
    """A census of practices: who asked for it, who made it, where, what it found."""

    slug: Slug = Field(examples=["fao-mediterranean-food-initiatives"])
    title: TextWrite
    commissioner: OrganizationName | None = None
    operator: OrganizationName | None = None
    territories: Territories = Field(default_factory=list)
    countries: Countries = Field(default_factory=list)
    themes: Themes = Field(default_factory=list)
    carrier_sectors: Annotated[list[Sector], Field(max_length=10)] = Field(default_factory=list)
    purpose: TextWrite
    period: PeriodWrite | None = None
    findings: Annotated[list[TextWrite], Field(max_length=100)] = Field(default_factory=list)
    initiatives_count: Count | None = None
    cities_count: Count | None = None
    initiatives: Annotated[list[InitiativeName], Field(max_length=1000)] = Field(default_factory=list)
    url: WebAddress | None = None


class FundingCallWrite(RecordWrite):
    """A call for projects: through which device, who may apply, until when."""

    slug: Slug = Field(examples=["daect-cle-en-main-2020"])
    title: TextWrite
    summary: TextWrite | None = None
    device: Device | None = None
    funder: OrganizationName | None = None
    who_may_apply: TextWrite | None = None
    applicant_kinds: Annotated[list[ActorKind], Field(max_length=20)] = Field(default_factory=list)
    opens: Day | None = None
    closes: Day | None = None
    year: Year | None = None
    themes: Themes = Field(default_factory=list)
    sdg_targets: Annotated[list[Annotated[Code, Coded("sdg_targets")]], Field(max_length=20)] = Field(
        default_factory=list
    )
    countries: Countries = Field(default_factory=list)
    programme: ProgrammeName | None = None
    url: WebAddress | None = None
