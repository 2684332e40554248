"""Crosswalks as clients read and write them: what a code of another scheme is called here."""

from typing import Annotated, Literal, Self

from fastapi import Path, Query
from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from services.catalog.records.schemas import OwnerRefRead
from services.catalog.vocabularies.schemas import TermAloneRead
from services.common.schemas import Code, Line, StrictModel

SCHEME = r"^[a-z0-9][a-z0-9._-]{0,79}$"

SchemePath = Annotated[str, Path(pattern=SCHEME, description="The scheme's name.", examples=["letsfood-dataset-2026"])]
SchemeParameter = Annotated[
    str, Query(pattern=SCHEME, description="The other scheme.", examples=["letsfood-dataset-2026"])
]
VocabularyPath = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,64}$", description="Our vocabulary.", examples=["themes"])]
SchemeCodePath = Annotated[
    str,
    Path(
        max_length=200,
        pattern=r"^[^\x00-\x1f/]+$",
        description="The scheme's code, percent-encoded; it has no slash.",
        examples=["food_aid_and_access"],
    ),
]
Mapping = Literal["exactMatch", "closeMatch", "broadMatch", "narrowMatch"]


class EntryWrite(StrictModel):
    """What a code of the scheme is called here; both null: nothing here corresponds."""

    target: Code | None = Field(description="Code of our vocabulary.", examples=["food_solidarity"])
    relation: Mapping | None = Field(
        description="`broadMatch`: our term is broader than theirs, `narrowMatch`: narrower.", examples=["closeMatch"]
    )
    note: Line | None = None

    @model_validator(mode="after")
    def relates(self) -> Self:
        """A target has a relation, and none has none."""
        if (self.target is None) != (self.relation is None):
            code = "target_and_relation"
            raise PydanticCustomError(code, "target and relation are given both, or both null")
        return self


class EntryRead(BaseModel):
    """What a code of a scheme is called here."""

    scheme: str = Field(examples=["letsfood-dataset-2026"])
    vocabulary: str = Field(examples=["themes"])
    code: str = Field(examples=["food_aid_and_access"])
    target: str | None = Field(description="Null: nothing here corresponds.", examples=["food_solidarity"])
    relation: Mapping | None
    note: str | None


class SchemeSummary(BaseModel):
    """A scheme whose codes are mapped to ours."""

    name: str = Field(examples=["letsfood-dataset-2026"])
    version: int
    owner: OwnerRefRead | None = Field(description="The partner whose codes they are; null: moderators keep it.")
    entries: int
    vocabularies: list[str] = Field(description="Our vocabularies that they are mapped to.", examples=[["themes"]])


class SchemeList(BaseModel):
    """Every scheme; the list is short and comes whole."""

    items: list[SchemeSummary]
    next: None = None


class SchemeRead(SchemeSummary):
    """A scheme with its entries, by vocabulary and code."""

    items: list[EntryRead]


class MappedTerm(TermAloneRead):
    """A term of ours that a code of another scheme corresponds to."""

    relation: str = Field(description="How their code stands to it (SKOS).", examples=["closeMatch"])


class MappedTerms(BaseModel):
    """The terms that a code of another scheme corresponds to."""

    items: list[MappedTerm]
    next: None = None
