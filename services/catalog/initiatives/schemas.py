"""Initiatives as clients write and read them."""

from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from services.catalog.records.schemas import (
    PageRead,
    PublicationStatus,
    RecordRead,
    SourceWrite,
    TerritoryRefRead,
    TextWrite,
)
from services.common.schemas import Code, CodeRead, Line, Slug, SourceRead, StrictModel, TextRead, WebAddress, Year


class CarrierWrite(StrictModel):
    """Who carries the initiative."""

    name: Line | None = None
    sector: Code | None = Field(None, description="Code of `sectors`.")
    kind: Code | None = Field(None, description="Code of `actor_kinds`.")


class ResultWrite(StrictModel):
    """What came of it, with the figures as the source gives them."""

    statement: TextWrite
    sources: Annotated[list[SourceWrite], Field(max_length=20)] = []


class InitiativeWrite(StrictModel):
    """An initiative as it is written: whole, or as the result of a merge patch."""

    slug: Slug = Field(examples=["marche-paysan-fes"])
    title: TextWrite
    summary: TextWrite
    territory: Annotated[str, Field(pattern="^[a-z0-9-]{1,120}$")] = Field(
        description="Id or slug of the territory.", examples=["fes"]
    )
    themes: Annotated[list[Code], Field(min_length=1, max_length=20)] = Field(description="Codes of `themes`.")
    carrier: CarrierWrite | None = None
    start_year: Year | None = None
    end_year: Year | None = None
    maturity: Code | None = Field(None, description="Code of `maturities`.")
    results: Annotated[list[ResultWrite], Field(max_length=50)] = []
    mufpp_category: Code | None = Field(None, description="Code of `mufpp_categories`.")
    url: WebAddress | None = None
    sources: Annotated[list[SourceWrite], Field(min_length=1, max_length=50)]
    status: PublicationStatus = "published"

    @model_validator(mode="after")
    def ends_after_it_starts(self) -> Self:
        """An initiative does not end before it starts."""
        if self.start_year and self.end_year and self.end_year < self.start_year:
            message = "end_year is before start_year"
            raise ValueError(message)
        return self


class CarrierRead(BaseModel):
    """Who carries the initiative."""

    name: str | None
    sector: CodeRead | None
    kind: CodeRead | None


class ResultRead(BaseModel):
    """What came of it."""

    statement: TextRead
    sources: list[SourceRead]


class InitiativeRead(RecordRead):
    """An initiative: what a territory does about its food, who carries it, what came of it."""

    title: TextRead
    summary: TextRead
    territory: TerritoryRefRead
    themes: list[CodeRead]
    carrier: CarrierRead | None
    start_year: int | None
    end_year: int | None
    maturity: CodeRead | None
    results: list[ResultRead]
    mufpp_category: CodeRead | None
    url: str | None


class InitiativePage(PageRead):
    """A page of initiatives, in the order of their creation."""

    items: list[InitiativeRead]
