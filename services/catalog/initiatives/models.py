"""The table of initiatives."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.catalog.records.models import RecordBase, record_checks


class Initiative(RecordBase, table=True):
    """Something that a territory does about its food, with what came of it."""

    __tablename__ = "initiative"
    __table_args__ = (
        *record_checks("initiative"),
        CheckConstraint("end_year >= start_year", name="initiative_years"),
        Index("initiative_of_territory", "territory_id", "id"),
        Index("initiative_by_theme", "themes", postgresql_using="gin"),
    )

    title: dict[str, Any] = Field(sa_type=JSONB)
    summary: dict[str, Any] = Field(sa_type=JSONB)
    territory_id: UUID = Field(foreign_key="territory.id")
    themes: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    carrier_name: str | None = None
    carrier_sector: str | None = None
    carrier_kind: str | None = None
    carrier_organization_id: UUID | None = Field(default=None, foreign_key="organization.id", index=True)
    start_year: int | None = None
    end_year: int | None = None
    maturity: str | None = None
    results: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    mufpp_category: str | None = None
    url: str | None = None
