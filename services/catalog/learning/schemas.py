"""Learning resources as clients write them."""

from typing import Annotated

from pydantic import Field

from services.catalog.programmes.schemas import MemberWrite, Territories
from services.catalog.records.schemas import (
    MonthOrDay,
    MufppCategory,
    ProgrammeName,
    RecordWrite,
    Ref,
    TextWrite,
    Themes,
)
from services.catalog.records.shapes import Coded, Refers
from services.common.schemas import Code, LanguageTag, Slug, StrictModel, WebAddress, Whole


class ReplayWrite(StrictModel):
    """A recording in one language; without an address where the source gives none."""

    lang: LanguageTag
    url: WebAddress | None = None


class LearningResourceWrite(RecordWrite):
    """A webinar, a series of them, a video module, a guide: for whom, on what, in which languages."""

    slug: Slug = Field(examples=["webinar-food-waste"])
    title: TextWrite
    format: Annotated[Code, Coded("resource_formats")] = Field(description="Code of `resource_formats`.")
    series: Annotated[Ref, Refers("learning_resource")] | None = None
    position: Annotated[Whole, Field(ge=1, le=1000)] | None = Field(None, description="Its place in the series.")
    themes: Themes = Field(default_factory=list)
    mufpp_category: MufppCategory | None = None
    audience: Annotated[list[Annotated[Code, Coded("learning_audiences")]], Field(max_length=10)] = Field(
        default_factory=list
    )
    territories: Territories = Field(default_factory=list)
    organizations: Annotated[list[MemberWrite], Field(max_length=50)] = Field(default_factory=list)
    languages: Annotated[list[LanguageTag], Field(max_length=20)] = Field(default_factory=list)
    replays: Annotated[list[ReplayWrite], Field(max_length=20)] = Field(default_factory=list)
    date: MonthOrDay | None = None
    summary: TextWrite | None = None
    programme: ProgrammeName | None = None
    url: WebAddress | None = None
