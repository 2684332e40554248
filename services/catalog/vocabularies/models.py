"""Tables of the vocabularies, their terms, and the crosswalk from other schemes' codes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.common.ids import new_id


class Vocabulary(SQLModel, table=True):
    """A named list of terms, kept as data."""

    __tablename__ = "vocabulary"

    name: str = Field(primary_key=True)
    id: UUID = Field(default_factory=new_id, unique=True)
    version: int = 1
    position: int
    label: dict[str, Any] = Field(sa_type=JSONB)
    source: str | None = None


class VocabularyTerm(SQLModel, table=True):
    """A term: a stable code, labels in French, English and Arabic, its place among the others."""

    __tablename__ = "vocabulary_term"

    vocabulary: str = Field(foreign_key="vocabulary.name", primary_key=True)
    code: str = Field(primary_key=True)
    position: int
    label: dict[str, Any] = Field(sa_type=JSONB)
    alt_labels: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    definition: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    broader: list[str] = Field(default_factory=list, sa_type=JSONB)
    mufpp_category: str | None = None
    matches: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    changed_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    """When somebody added or changed it here; loading a file leaves it then."""


class CrosswalkEntry(SQLModel, table=True):
    """How a code of another scheme maps to a term of ours; `target` is null where nothing corresponds."""

    __tablename__ = "crosswalk"

    scheme: str = Field(primary_key=True)
    vocabulary: str = Field(foreign_key="vocabulary.name", primary_key=True)
    code: str = Field(primary_key=True)
    target: str | None = None
    relation: str | None = None
    note: str | None = None
    changed_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    """When somebody put it here; loading a file leaves it then."""


class CrosswalkScheme(SQLModel, table=True):
    """A scheme whose codes the crosswalk maps, and whose it is; `version` counts the changes made here."""

    __tablename__ = "crosswalk_scheme"

    name: str = Field(primary_key=True)
    owner_id: UUID | None = Field(default=None, foreign_key="partner.id")
    """The partner whose codes they are; None: moderators keep it."""
    version: int = 1
