"""The table of learning resources."""

from typing import Any

from sqlalchemy import Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.catalog.records.models import RecordBase, record_checks


class LearningResource(RecordBase, table=True):
    """What one can learn from."""

    __tablename__ = "learning_resource"
    __table_args__ = (
        *record_checks("learning_resource"),
        Index("learning_resource_by_theme", "themes", postgresql_using="gin"),
    )

    title: dict[str, Any] = Field(sa_type=JSONB)
    format: str
    themes: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    languages: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    mufpp_category: str | None = None
