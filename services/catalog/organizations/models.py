"""The table of organizations."""

from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.catalog.records.models import RecordBase, record_checks


class Organization(RecordBase, table=True):
    """Who acts on food, and where; its references stand in `record_link`."""

    __tablename__ = "organization"
    __table_args__ = (
        *record_checks("organization"),
        CheckConstraint("cardinality(kinds) > 0", name="organization_kinds"),
        Index("organization_by_name", "sort_name", "id"),
        Index("organization_by_kind", "kinds", postgresql_using="gin"),
    )

    name: dict[str, Any] = Field(sa_type=JSONB)
    sort_name: str
    kinds: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    sector: str | None = None
