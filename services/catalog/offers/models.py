"""The table of offers and requests."""

from datetime import date
from typing import Any

from sqlalchemy import Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.catalog.records.models import RecordBase, record_checks


class Offer(RecordBase, table=True):
    """What a territory seeks or offers; over when its date has passed."""

    __tablename__ = "offer"
    __table_args__ = (
        *record_checks("offer"),
        Index("offer_by_theme", "themes", postgresql_using="gin"),
        Index("offer_until", "until"),
    )

    title: dict[str, Any] = Field(sa_type=JSONB)
    direction: str
    themes: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    problems: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    context: str | None = None
    until: date | None = None
