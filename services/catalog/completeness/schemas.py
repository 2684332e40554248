"""Completeness as clients read it."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

Counted = Literal["territories", "initiatives", "cooperations"]


class FactCount(BaseModel):
    """How many records have a fact."""

    fact: str = Field(examples=["start_year"])
    label: str = Field(description="In the reader's language.", examples=["Année de début"])
    count: int
    share: Annotated[float, Field(ge=0, le=1)] | None = Field(description="Of the records; null where there are none.")


class Completeness(BaseModel):
    """So many records, and how many of them have each fact."""

    records: int
    facts: list[FactCount]


class GroupCompleteness(Completeness):
    """The same of a country, a network or a partner; the group without any of these is the association's own."""

    country_code: str | None = Field(examples=["MA"])
    id: UUID | None = Field(description="Of the network or the partner.")
    slug: str | None = Field(examples=["mufpp"])
    name: str | None


class CollectionCompleteness(Completeness):
    """The same of a collection, in all and by group."""

    collection: Counted
    groups: list[GroupCompleteness] | None = Field(description="With `by`, the largest first.")


class CompletenessRead(BaseModel):
    """How complete the catalog is; what is published counts."""

    items: list[CollectionCompleteness]
    next: None = None
