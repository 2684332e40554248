"""What the tables of all records have in common, and the tables that hold something of every record."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from services.common.clock import now
from services.common.ids import new_id

DRAFT = "draft"
SUBMITTED = "submitted"
NEEDS_UPDATE = "needs_update"
REJECTED = "rejected"
PUBLISHED = "published"
ARCHIVED = "archived"
DISCARDED = "discarded"
"""An archived draft: who could not see it is not told either that it was there."""
MERGED = "merged"
"""Another record stands for it now."""

UNPUBLISHED = frozenset({DRAFT, SUBMITTED, NEEDS_UPDATE, REJECTED})
"""The owner's and the moderators' to see."""
ENDED = frozenset({ARCHIVED, DISCARDED})

STATUSES = (
    "status in ('draft', 'submitted', 'needs_update', 'rejected', 'published', 'archived', 'discarded', 'merged')"
)
"""The condition on every record's status."""
SOURCED = "jsonb_array_length(sources) > 0"
"""Every statement has a source."""

OWN_TEXT_LICENCE = "CC-BY-4.0"
"""Licence (SPDX) of the texts that we write, unless their author says otherwise."""

REVIEW_AFTER = timedelta(days=365)
"""When somebody should look at a record again, counted from its last change."""


def record_checks(table: str) -> tuple[CheckConstraint, CheckConstraint]:
    """What every record's table holds to: a status that there is, and a source."""
    return CheckConstraint(STATUSES, name=f"{table}_status"), CheckConstraint(SOURCED, name=f"{table}_sourced")


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
    review_due: date | None = None
    review_told: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    """Whether the feed has said that the review fell due."""
    review_note: str | None = None
    """Why the moderators sent it back or rejected it."""
    merged_into: UUID | None = None
    """The record that stands for this one, where `status` is `merged`."""
    sources: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    licence: str = OWN_TEXT_LICENCE
    content: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONB, sa_column_kwargs={"server_default": text("'{}'::jsonb")}
    )
    """The members that nothing is searched by; references in it are ids, each with its row in `record_link`."""


class RegisteredRecord(SQLModel, table=True):
    """What is known of a record of whatever kind; triggers on the kinds' tables keep it."""

    __tablename__ = "record"
    __table_args__ = (
        CheckConstraint("status <> 'merged' or merged_into is not null", name="record_merged_into"),
        Index("record_by_slug", "kind", "slug", unique=True),
        Index(
            "record_unpublished",
            "status",
            "updated_at",
            "id",
            postgresql_where=text("status in ('draft', 'submitted', 'needs_update', 'rejected')"),
        ),
        Index("record_review_due", "review_due", "id", postgresql_where=text("status = 'published'")),
        Index(
            "record_review_untold",
            "review_due",
            "id",
            postgresql_where=text("status = 'published' and not review_told"),
        ),
    )

    id: UUID = Field(primary_key=True)
    kind: str
    slug: str
    name: dict[str, Any] = Field(sa_type=JSONB)
    status: str
    version: int
    owner_id: UUID | None = None
    updated_at: datetime = Field(sa_type=DateTime(timezone=True))
    review_due: date | None = None
    review_told: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    review_note: str | None = None
    themes: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    category: str | None = None
    """The code in the record's own `kind`, where it has one."""
    country_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    merged_into: UUID | None = Field(default=None, foreign_key="record.id")


class RecordLink(SQLModel, table=True):
    """That one record names another; `relation` is the member that does, e.g. `carrier/organization`."""

    __tablename__ = "record_link"
    __table_args__ = (Index("record_link_to", "target_id", "relation"),)

    source_id: UUID = Field(primary_key=True)
    relation: str = Field(primary_key=True)
    target_id: UUID = Field(primary_key=True, foreign_key="record.id")


class FormerSlug(SQLModel, table=True):
    """A slug that a record had: its address leads on to the present one."""

    __tablename__ = "former_slug"

    kind: str = Field(primary_key=True)
    slug: str = Field(primary_key=True)
    record_id: UUID = Field(index=True)


class Revision(SQLModel, table=True):
    """A version of a record: who made it, when, why, and what it said, as it is written."""

    __tablename__ = "revision"

    record_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    kind: str
    action: str
    status: str
    at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
    partner_id: UUID | None = None
    key_id: str | None = None
    """The public id of the API key; None: a command of the association's, e.g. the loader."""
    reason: str | None = None
    document: dict[str, Any] = Field(sa_type=JSONB)


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
