"""Tables of cooperations and their parties."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from services.catalog.records.models import RecordBase, record_checks


class Cooperation(RecordBase, table=True):
    """Territories that work together, or mean to. `devices` is a set, each member with its sources."""

    __tablename__ = "cooperation"
    __table_args__ = (
        *record_checks("cooperation"),
        CheckConstraint("end_year >= start_year", name="cooperation_years"),
        Index("cooperation_by_theme", "themes", postgresql_using="gin"),
    )

    title: dict[str, Any] = Field(sa_type=JSONB)
    themes: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    devices: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    stage: str | None = None
    start_year: int | None = None
    end_year: int | None = None
    description: dict[str, Any] = Field(sa_type=JSONB)


class CooperationParty(SQLModel, table=True):
    """A territory that takes part, in the order in which the source names them."""

    __tablename__ = "cooperation_party"
    __table_args__ = (Index("cooperation_party_of", "cooperation_id", "position"),)

    cooperation_id: UUID = Field(foreign_key="cooperation.id", primary_key=True)
    territory_id: UUID = Field(foreign_key="territory.id", primary_key=True, index=True)
    position: int
    role: str | None = None
