"""Cooperations as clients read them."""

from pydantic import BaseModel, Field

from services.catalog.records.schemas import PageRead, RecordRead, TerritoryRefRead
from services.common.schemas import CodeRead, SourceRead, TextRead


class PartyRead(BaseModel):
    """A territory that takes part."""

    territory: TerritoryRefRead
    role: str | None


class DeviceRead(BaseModel):
    """A device of international action that frames the cooperation, with the sources that say so."""

    device: CodeRead
    sources: list[SourceRead]


class CooperationRead(RecordRead):
    """Territories that work together; a single one while it is an idea or under study."""

    slug: str = Field(examples=["montpellier-fes"])
    title: TextRead
    parties: list[PartyRead]
    themes: list[CodeRead]
    devices: list[DeviceRead]
    stage: CodeRead | None
    start_year: int | None
    end_year: int | None
    description: TextRead | None


class CooperationPage(PageRead):
    """A page of cooperations, by slug."""

    items: list[CooperationRead]
