"""What the search service answers."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.common.geo import collection_schema, geojson_answer
from services.common.schemas import CodeRead, TextRead


class FacetCount(CodeRead):
    """A code, and how many of all the initiatives found carry it."""

    count: int = Field(ge=0)


class TerritoryFound(BaseModel):
    """The territory of an initiative."""

    id: str
    slug: str = Field(examples=["dijon"])
    name: TextRead | None
    country_code: str | None = Field(examples=["FR"])
    kind: CodeRead | None
    point: dict[str, Any] | None = Field(description="GeoJSON point, WGS 84.")


class CarrierFound(BaseModel):
    """Who carries an initiative."""

    name: str | None
    sector: CodeRead | None
    kind: CodeRead | None


class Highlight(BaseModel):
    """A text in which words of the query were found."""

    field: Literal["title", "summary", "territory", "carrier"]
    lang: str
    html: str = Field(
        description="HTML-escaped, with what was found between `<em>` and `</em>`: it can go into a page as it is.",
        examples=["Réduction du <em>gaspillage</em> à la <em>cantine</em>"],
    )


class InitiativeFound(BaseModel):
    """One initiative found; the whole of it is at `/catalog/v1/initiatives/{slug}`."""

    id: str
    slug: str = Field(examples=["antigaspi-cantines-dijon"])
    title: TextRead | None
    summary: TextRead | None
    highlights: list[Highlight]
    territory: TerritoryFound
    themes: list[CodeRead]
    carrier: CarrierFound | None
    start_year: int | None
    end_year: int | None
    maturity: CodeRead | None
    mufpp_category: CodeRead | None
    url: str | None
    score: float | None = Field(
        description="Orders the hits of this answer; comparable neither between queries nor between engines."
    )


class SearchAnswer(BaseModel):
    """One page of what was found."""

    model_config = ConfigDict(
        json_schema_extra={"description": "Hits, best first; facet counts are over everything found, not this page."}
    )

    items: list[InitiativeFound]
    facets: dict[str, list[FacetCount]]
    total: int = Field(ge=0, description="How many initiatives are found in all.")
    estimated: bool = Field(description="Whether `total` is the engine's estimate.")
    limit: int
    offset: int
    recognised_themes: list[CodeRead] = Field(
        description="Themes that the whole of `q` is a name of: these were searched for instead of its words."
    )
    ignored_words: list[str] = Field(
        description="Words from the end of `q` that were left out because no initiative holds all of them."
    )


SEARCH_ANSWER_AS_GEOJSON = geojson_answer(collection_schema(InitiativeFound, SearchAnswer))


class SearchStatus(BaseModel):
    """How the index stands to the catalog."""

    engine: Literal["embedded", "meilisearch"]
    documents: int | None = Field(
        description="Initiatives that can be found; null while the engine does not answer.", examples=[1276]
    )
    cursor: str | None = Field(description="How far the change feed has been read; null before the first build.")
    behind: int | None = Field(description="Changes not yet read; null while the catalog does not answer.")
    seconds: float | None = Field(description="Age of the oldest change not yet read; 0 when there is none.")
    following: bool = Field(description="Whether this process writes the index; others only read it.")
    last_error: str | None
