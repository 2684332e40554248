"""Vocabularies as clients read and write them."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.common.schemas import Code, LanguageTag, Line, Prose, StrictModel

Labels = str | dict[str, str] | None
Relation = Literal["exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"]
"""How a term stands to one of another scheme (SKOS)."""


class MatchRead(BaseModel):
    """The same or a near term of another scheme."""

    scheme: str = Field(examples=["sdg-target"])
    code: str = Field(examples=["12.3"])
    relation: Relation


class TermRead(BaseModel):
    """A term. Labels are in one language, or `{lang: label}` with `lang=all`."""

    code: str = Field(examples=["food_waste"])
    label: Labels = Field(examples=["Gaspillage alimentaire"])
    alt_labels: list[str] | dict[str, list[str]]
    definition: Labels
    broader: list[str]
    mufpp_category: str | None
    matches: list[MatchRead] = Field(description="Terms of other schemes (SKOS).")


class TermAloneRead(TermRead):
    """A term with the vocabulary that it is in. Its ETag is the vocabulary's version."""

    vocabulary: str = Field(examples=["themes"])
    version: int = Field(description="The vocabulary's.")
    lang: str | None = Field(description="The language of the labels; null with `lang=all`.")
    narrower: list[str] = Field(description="The terms right below it.", examples=[["composting"]])


class VocabularySummary(BaseModel):
    """A vocabulary, without its terms."""

    name: str = Field(examples=["themes"])
    version: int
    label: Labels
    terms: int


class VocabularyList(BaseModel):
    """Every vocabulary; the list is short and comes whole."""

    items: list[VocabularySummary]
    next: None = None


class VocabularyRead(BaseModel):
    """A vocabulary with its terms in their order. Vocabularies may grow: expect codes that you do not know."""

    id: UUID
    name: str
    version: int
    label: Labels
    lang: str | None = Field(description="The language of the labels; null with `lang=all`.")
    source: str | None
    terms: list[TermRead]


class MatchWrite(StrictModel):
    """The same or a near term of another scheme."""

    scheme: Line = Field(examples=["sdg-target"])
    code: Line = Field(examples=["12.3"])
    relation: Relation


class LabelWrite(StrictModel):
    """A label in the three languages that every label stands in."""

    fr: Line
    en: Line
    ar: Line


class TermContentWrite(StrictModel):
    """What a term says: whole, or as the result of a merge patch."""

    label: LabelWrite
    alt_labels: Annotated[
        dict[LanguageTag, Annotated[list[Line], Field(max_length=50)]],
        Field(max_length=30, description="Other words for it, by language: readers search by them."),
    ] = {}
    definition: dict[LanguageTag, Prose] | None = None
    broader: Annotated[list[Code], Field(max_length=10)] = Field(
        default_factory=list, description="Terms of the same vocabulary that hold it.", examples=[["water"]]
    )
    mufpp_category: Code | None = Field(None, description="Code of `mufpp_categories`.")
    matches: Annotated[list[MatchWrite], Field(max_length=50)] = Field(default_factory=list)


class TermWrite(TermContentWrite):
    """A new term. Its code stays as it is for good."""

    code: Code = Field(examples=["food_cooperatives"])
