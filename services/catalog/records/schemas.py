"""JSON members that several records share, as clients read and write them."""

import re
from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from services.catalog.records.models import OWN_TEXT_LICENCE
from services.catalog.records.shapes import Coded, IsText, Refers
from services.common.schemas import (
    Code,
    CodeRead,
    LanguageTag,
    Line,
    Point,
    Prose,
    Slug,
    StrictModel,
    TextRead,
    WebAddress,
    Whole,
)

PublicationStatus = Annotated[
    Literal["draft", "submitted", "published"],
    Field(
        description=(
            "A draft is seen by its owner and the moderators only, with their key: it is in no list, no count, not in "
            "the search and not in the change feed. `submitted` puts it into the moderators' queue. Publishing takes a "
            "mandate for one of the territories that it is in, else a moderator does it."
        )
    ),
]


class SourceWrite(StrictModel):
    """Where a statement comes from: at least a title that finds it."""

    title: Line = Field(examples=["Let's Food – Territorial cooperation"])
    address: WebAddress | None = None
    passage: Line | None = Field(None, description="Where in the document: a page, a heading.")
    retrieved_at: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    licence: Line | None = Field(None, description="SPDX identifier of the source's own licence, where known.")


Sources = Annotated[list[SourceWrite], Field(min_length=1, max_length=50)]
"""What a statement cannot be without."""


class TextEntryWrite(StrictModel):
    """One language of a text, with where the wording comes from."""

    text: Prose
    origin: Literal["original", "human", "machine", "outdated"]


TextWrite = Annotated[
    dict[LanguageTag, Prose | TextEntryWrite],
    Field(
        min_length=1,
        max_length=20,
        description=(
            "A text per language. A plain string stands for the original where it is the only language, and for a "
            "person's translation beside others. Changing the original makes translations left as they are outdated."
        ),
        examples=[{"fr": "Marché paysan de Fès", "en": "Farmers' market of Fez"}],
    ),
    IsText(),
]

Ref = Annotated[str, Field(pattern="^[a-z0-9-]{1,120}$", description="Id or slug.")]
TerritoryName = Annotated[Ref, Refers("territory")]
OrganizationName = Annotated[Ref, Refers("organization")]
InitiativeName = Annotated[Ref, Refers("initiative")]
CooperationName = Annotated[Ref, Refers("cooperation")]
ProgrammeName = Annotated[Ref, Refers("programme")]
NetworkName = Annotated[Ref, Refers("network")]

Theme = Annotated[Code, Coded("themes")]
ProblemCode = Annotated[Code, Coded("problems")]
MufppCategory = Annotated[Code, Coded("mufpp_categories")]
Sector = Annotated[Code, Coded("sectors")]
ActorKind = Annotated[Code, Coded("actor_kinds")]
ActorRole = Annotated[Code, Coded("actor_roles")]
Device = Annotated[Code, Coded("devices")]
Stage = Annotated[Code, Coded("cooperation_stages")]

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

Themes = Annotated[list[Theme], Field(max_length=20, description="Codes of `themes`.")]


def _as_day(value: object) -> object:
    """Pydantic would take numbers, and texts of numbers, for Unix times, and moments for their days."""
    if not isinstance(value, date) and not (isinstance(value, str) and ISO_DAY.fullmatch(value)):
        code = "date_parsing"
        raise PydanticCustomError(code, "write it like 2026-11-23")
    return value


Day = Annotated[date, Field(strict=False), BeforeValidator(_as_day)]
"""A day, `2026-11-23`."""

MonthOrDay = Annotated[str, Field(pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")]
"""As exactly as the source gives it: a year, a month or a day."""


class ActorWrite(StrictModel):
    """Who takes part, and as what."""

    organization: OrganizationName | None = None
    name: Line | None = None
    role: ActorRole = Field(description="Code of `actor_roles`.")

    @model_validator(mode="after")
    def is_named(self) -> Self:
        """An actor is an organization that has a record, or has a name."""
        if self.organization is None and self.name is None:
            code = "unnamed_actor"
            raise PydanticCustomError(code, "either organization or name")
        return self


class PhaseWrite(StrictModel):
    """A phase, called as the source calls it (`Phase 2`, `Part 3`)."""

    number: Annotated[Whole, Field(ge=1, le=100)] | None = None
    label: Line | None = Field(None, description="As it is written in the source.", examples=["Phase 2"])
    purpose: TextWrite
    due: MonthOrDay | None = None


class RecordWrite(StrictModel):
    """What every record is written with."""

    slug: Slug
    licence: Annotated[str, Field(pattern=r"^[A-Za-z0-9.+-]{2,60}$")] = Field(
        OWN_TEXT_LICENCE, description="SPDX licence of the record's own text."
    )
    review_due: Day | None = Field(
        None, description="When somebody should look whether it still is so; by default a year after each change."
    )
    sources: Sources
    status: PublicationStatus = "published"


class TerritoryRefRead(BaseModel):
    """A territory as another record names it."""

    id: UUID
    slug: str = Field(examples=["montpellier"])
    name: TextRead
    country_code: str = Field(examples=["FR"])
    kind: CodeRead
    point: Point | None


class RecordRefRead(BaseModel):
    """A record as another one names it."""

    id: UUID
    slug: str | None
    name: TextRead | None


class OwnerRefRead(BaseModel):
    """The partner whose record it is."""

    id: UUID
    slug: str = Field(examples=["terres-en-villes"])
    name: str


class RecordRead(BaseModel):
    """What every record has."""

    id: UUID
    slug: str
    version: int
    status: str = Field(examples=["published"])
    created_at: AwareDatetime
    updated_at: AwareDatetime
    owner: OwnerRefRead | None = Field(description="Null: the association.")
    review_due: date | None = Field(description="When somebody should look whether it still is so.")
    review_note: str | None = Field(description="Why the moderators sent it back or rejected it.")
    licence: str = Field(description="SPDX licence of our own text.", examples=["CC-BY-4.0"])
    sources: list[dict[str, Any]]


class PageRead(BaseModel):
    """What every page of a list has."""

    next: str | None = Field(description="The `cursor` of the next page; null on the last one.")
    total: int | None = Field(None, description="All items, with `count=true`.")
