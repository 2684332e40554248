"""Tables of diagnoses, workshops and priority actions."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.catalog.records.models import RecordBase, record_checks


class Diagnosis(RecordBase, table=True):
    """A diagnosis of a territory's food system, with its findings."""

    __tablename__ = "diagnosis"
    __table_args__ = record_checks("diagnosis")

    title: dict[str, Any] = Field(sa_type=JSONB)
    kind: str


class Workshop(RecordBase, table=True):
    """A workshop in which territories chose what to do."""

    __tablename__ = "workshop"
    __table_args__ = record_checks("workshop")

    title: dict[str, Any] = Field(sa_type=JSONB)
    kind: str


class PriorityAction(RecordBase, table=True):
    """An action that was chosen: it names at least one finding or one workshop."""

    __tablename__ = "priority_action"
    __table_args__ = (
        *record_checks("priority_action"),
        CheckConstraint("jsonb_array_length(findings) > 0 or workshop is not null", name="priority_action_grounded"),
    )

    title: dict[str, Any] = Field(sa_type=JSONB)
    themes: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    stage: str | None = None
    findings: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    workshop: UUID | None = Field(default=None, foreign_key="workshop.id")
