"""Vocabularies as clients read them."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

Labels = str | dict[str, str] | None


class TermRead(BaseModel):
    """A term. Labels are in one language, or `{lang: label}` with `lang=all`."""

    code: str = Field(examples=["food_waste"])
    label: Labels = Field(examples=["Gaspillage alimentaire"])
    alt_labels: list[str] | dict[str, list[str]]
    definition: Labels
    broader: list[str]
    mufpp_category: str | None
    matches: list[dict[str, Any]] = Field(description="Terms of other schemes: `{scheme, code, relation}` (SKOS).")


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
