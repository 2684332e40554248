"""Initiatives as clients write them."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.catalog.records.schemas import (
    ActorKind,
    ActorWrite,
    InitiativeName,
    MufppCategory,
    OrganizationName,
    RecordWrite,
    Sector,
    Sources,
    SourceWrite,
    TerritoryName,
    TextWrite,
    Theme,
)
from services.catalog.records.shapes import Coded
from services.common.schemas import Code, Line, Slug, StrictModel, WebAddress, Year, ends_before_start


class CarrierWrite(StrictModel):
    """Who carries the initiative: an organization that has a record, or a name."""

    organization: OrganizationName | None = None
    name: Line | None = None
    sector: Sector | None = Field(None, description="Code of `sectors`: public, private, associative, citizen.")
    kind: ActorKind | None = Field(None, description="Code of `actor_kinds`.")


class ResultWrite(StrictModel):
    """What came of it, with the figures as the source gives them."""

    kind: Literal["concrete", "immaterial"] | None = Field(
        None, description="Immaterial: trust, knowing one another, a shared vision or method."
    )
    statement: TextWrite
    sources: Annotated[list[SourceWrite], Field(max_length=20)] = Field(default_factory=list)


class MoneyWrite(StrictModel):
    """A cost or a funding, as a source gives it: what pays for cooperating is kept apart from what pays for action."""

    kind: Literal["cost", "funding"]
    covers: Literal["cooperation", "action"]
    amount: Annotated[float, Field(ge=0, le=1e12)] | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = Field(None, examples=["EUR"])
    year: Year | None = None
    funder: OrganizationName | None = None
    funder_name: Line | None = None
    statement: TextWrite | None = None
    sources: Sources


class TransferWrite(StrictModel):
    """Where it was carried over to."""

    territory: TerritoryName
    initiative: InitiativeName | None = None
    year: Year | None = None
    sources: Annotated[list[SourceWrite], Field(max_length=20)] = Field(default_factory=list)


Lineage = Annotated[list[InitiativeName], Field(max_length=20)]


class InitiativeWrite(RecordWrite):
    """An initiative as it is written: whole, or as the result of a merge patch."""

    slug: Slug = Field(examples=["marche-producteurs-fes"])
    title: TextWrite
    summary: TextWrite
    territory: TerritoryName = Field(description="Id or slug of the territory.", examples=["fes"])
    themes: Annotated[list[Theme], Field(min_length=1, max_length=20)] = Field(description="Codes of `themes`.")
    carrier: CarrierWrite | None = None
    actors: Annotated[list[ActorWrite], Field(max_length=50)] = Field(
        default_factory=list, description="Who else takes part, and as what."
    )
    start_year: Year | None = None
    end_year: Year | None = None
    maturity: Annotated[Code, Coded("maturities")] | None = Field(None, description="Code of `maturities`.")
    results: Annotated[list[ResultWrite], Field(max_length=50)] = Field(default_factory=list)
    lessons_of_failure: TextWrite | None = Field(None, description="What did not work, and what it taught.")
    money: Annotated[list[MoneyWrite], Field(max_length=50)] = Field(default_factory=list)
    mufpp_category: MufppCategory | None = Field(None, description="Code of `mufpp_categories`.")
    mufpp_actions: Annotated[list[Annotated[Code, Coded("mufpp_actions")]], Field(max_length=20)] = Field(
        default_factory=list
    )
    sdg_targets: Annotated[list[Annotated[Code, Coded("sdg_targets")]], Field(max_length=20)] = Field(
        default_factory=list
    )
    inspired_by: Lineage = Field(default_factory=list, description="Initiatives that gave the idea.")
    adapted_from: Lineage = Field(default_factory=list, description="Initiatives that it is an adaptation of.")
    transferred_to: Annotated[list[TransferWrite], Field(max_length=50)] = Field(default_factory=list)
    url: WebAddress | None = None

    @model_validator(mode="after")
    def ends_after_it_starts(self) -> Self:
        """An initiative does not end before it starts."""
        ends_before_start(self.start_year, self.end_year)
        return self
