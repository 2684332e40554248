"""JSON members that several records share, as clients read and write them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, Field

from services.catalog.records.queries import BoundingBox
from services.common.problems import bad_parameter
from services.common.schemas import (
    CodeRead,
    LanguageTag,
    Line,
    Point,
    Prose,
    StrictModel,
    TextRead,
    WebAddress,
)

PublicationStatus = Annotated[
    Literal["draft", "published"],
    Field(
        description=(
            "A draft is seen by its owner and the moderators only, by its address, with their key: it is in no list, "
            "no count, not in the search and not in the change feed. Publishing and withdrawing are changes of it."
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
]


class TerritoryRefRead(BaseModel):
    """A territory as another record names it."""

    id: UUID
    slug: str = Field(examples=["montpellier"])
    name: TextRead
    country_code: str = Field(examples=["FR"])
    kind: CodeRead
    point: Point | None


class RecordRead(BaseModel):
    """What every record has."""

    id: UUID
    slug: str
    version: int
    status: str = Field(examples=["published"])
    created_at: AwareDatetime
    updated_at: AwareDatetime
    licence: str = Field(description="SPDX licence of our own text.", examples=["CC-BY-4.0"])
    sources: list[dict[str, Any]]


class PageRead(BaseModel):
    """What every page of a list has."""

    next: str | None = Field(description="The `cursor` of the next page; null on the last one.")
    total: int | None = Field(None, description="All items, with `count=true`.")


def parse_bbox(value: str | None) -> BoundingBox | None:
    """`west,south,east,north`; raises `Problem` (400) for anything else."""
    if value is None:
        return None
    try:
        west, south, east, north = (float(part) for part in value.split(","))
    except ValueError as error:
        raise bad_parameter("bbox", "west,south,east,north in degrees", "bbox") from error
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise bad_parameter("bbox", "longitudes from -180 to 180, latitudes from -90 to 90, south <= north", "bbox")
    return BoundingBox(west, south, east, north)


BboxParameter = Annotated[
    str | None,
    Query(
        max_length=200,
        description="`west,south,east,north` in WGS 84 degrees; west > east crosses the antimeridian.",
        examples=["-5.5,33.5,-4.5,34.5"],
    ),
]
CountriesParameter = Annotated[
    list[Annotated[str, Field(pattern="^[A-Z]{2}$")]],
    Query(description="ISO 3166-1 alpha-2; repeat for any of several.", examples=[["MA"]]),
]
RefsParameter = Annotated[
    list[Annotated[str, Field(pattern="^[a-z0-9-]{1,120}$")]],
    Query(description="Ids or slugs; repeat for any of several.", examples=[["montpellier"]]),
]
CodesParameter = Annotated[
    list[Annotated[str, Field(pattern="^[a-z0-9_]{1,64}$")]],
    Query(description="Codes of the vocabulary; repeat for any of several.", examples=[["food_waste"]]),
]
