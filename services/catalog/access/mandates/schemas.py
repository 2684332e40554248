"""Mandates as clients give and read them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from services.catalog.access.keys.schemas import Expiry
from services.common.schemas import Line, StrictModel


class MandateCreate(StrictModel):
    """A partner may act for a territory."""

    partner: Line = Field(description="Id or slug.", examples=["terres-en-villes"])
    territory: Line = Field(description="Id or slug.", examples=["montpellier"])
    until: Expiry | None = Field(None, description="When it ends by itself; null: when somebody ends it.")


class MandateRead(BaseModel):
    """A mandate."""

    id: UUID
    partner_id: UUID
    territory_id: UUID
    given_by: str | None = Field(description="Public id of the moderator's key.")
    version: int
    since: datetime = Field(examples=["2026-11-23T09:00:00Z"])
    until: datetime | None


class MandatePage(BaseModel):
    """A page of mandates."""

    items: list[MandateRead]
    next: str | None = Field(description="The `cursor` of the next page; null on the last one.")
    total: int | None = Field(None, description="All items, with `count=true`.")
