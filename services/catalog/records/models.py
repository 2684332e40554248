"""What the tables of all records have in common."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.common.ids import new_id

DRAFT = "draft"
PUBLISHED = "published"
ARCHIVED = "archived"
DISCARDED = "discarded"
"""An archived draft: who could not see it is not told either that it was there."""

ENDED = frozenset({ARCHIVED, DISCARDED})

STATUSES = "status in ('draft', 'published', 'archived', 'discarded')"
"""The condition on every record's status; a draft or a discarded record is its owner's and the moderators' to see."""

OWN_TEXT_LICENCE = "CC-BY-4.0"
"""Licence (SPDX) of the texts that we write, unless their author says otherwise."""


def now() -> datetime:
    """The present time, in UTC."""
    return datetime.now(UTC)


class RecordBase(SQLModel):
    """Identity, version, publication state and sources of a record."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    slug: str = Field(unique=True)
    version: int = 1
    status: str = PUBLISHED
    owner_id: UUID | None = Field(default=None, foreign_key="partner.id")
    """The partner whose record it is; None: the association's."""
    created_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
    updated_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
    archive_reason: str | None = None
    sources: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    licence: str = OWN_TEXT_LICENCE


class LoadedRow(SQLModel, table=True):
    """What a file said of a record when it was last loaded: a row that says the same again changes nothing."""

    __tablename__ = "loaded_row"

    kind: str = Field(primary_key=True)
    slug: str = Field(primary_key=True)
    digest: str
    version: int


class LoadedFile(SQLModel, table=True):
    """A file that was loaded without errors, by the digest of its bytes."""

    __tablename__ = "loaded_file"

    name: str = Field(primary_key=True)
    digest: str
