"""Merging a record into another one of its kind."""

from uuid import UUID

from pydantic import BaseModel, Field

from services.catalog.records.schemas import Ref
from services.common.schemas import StrictModel


class MergeWrite(StrictModel):
    """The record that stays."""

    into: Ref = Field(
        description="Id or slug of a published record of the same kind.", examples=["marche-producteurs-fes"]
    )


class SurvivorRead(BaseModel):
    """The record that stands for the other one from now on."""

    id: UUID
    slug: str


class MergeRead(BaseModel):
    """What was merged, into what, and how many records name the survivor now instead."""

    id: UUID = Field(description="The record that was merged.")
    version: int
    merged_into: SurvivorRead
    repointed: int = Field(description="Records that named the merged one and name the survivor now.", examples=[3])
