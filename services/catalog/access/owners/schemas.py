"""Whose a record is, as moderators set it."""

from uuid import UUID

from pydantic import BaseModel, Field

from services.common.schemas import Line, StrictModel


class OwnerWrite(StrictModel):
    """The new owner."""

    partner: Line | None = Field(description="Id or slug; null: the association.", examples=["terres-en-villes"])


class OwnerRead(BaseModel):
    """The owner of a record."""

    id: UUID = Field(description="The record.")
    version: int = Field(examples=[4])
    partner_id: UUID | None = Field(description="Null: the association.")
