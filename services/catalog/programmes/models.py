"""Tables of programmes, censuses and funding calls."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.catalog.records.models import RecordBase, record_checks


class Programme(RecordBase, table=True):
    """What groups cooperations and phases."""

    __tablename__ = "programme"
    __table_args__ = (
        *record_checks("programme"),
        CheckConstraint("end_year >= start_year", name="programme_years"),
    )

    title: dict[str, Any] = Field(sa_type=JSONB)
    themes: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    start_year: int | None = None
    end_year: int | None = None


class Census(RecordBase, table=True):
    """A census of practices."""

    __tablename__ = "census"
    __table_args__ = record_checks("census")

    title: dict[str, Any] = Field(sa_type=JSONB)
    themes: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))


class FundingCall(RecordBase, table=True):
    """A call for projects."""

    __tablename__ = "funding_call"
    __table_args__ = (
        *record_checks("funding_call"),
        CheckConstraint("closes >= opens", name="funding_call_days"),
        Index("funding_call_by_closing", "closes"),
    )

    title: dict[str, Any] = Field(sa_type=JSONB)
    themes: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    device: str | None = None
    opens: date | None = None
    closes: date | None = None
