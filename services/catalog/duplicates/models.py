"""Tables of blocks, by which possible duplicates are found, and of pairs that were found or set apart."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, Index, Integer, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from services.common.clock import now
from services.common.ids import new_id


class DuplicateBlock(SQLModel, table=True):
    """The blocks that a record stands in; whoever writes a record writes them (`blocks.block_keys`)."""

    __tablename__ = "duplicate_block"
    __table_args__ = (Index("duplicate_block_by_key", "keys", postgresql_using="gin"),)

    record_id: UUID = Field(primary_key=True)
    keys: list[int] = Field(sa_column=Column(ARRAY(Integer), nullable=False))


class DuplicatePair(SQLModel, table=True):
    """Two records that may be one, as found when one of them was written; set apart where somebody said they are not.

    A pair stands here once: its first id is the smaller one. The ids are no foreign keys: those would lock the other
    record, and who writes one of two that are alike would wait for who writes the other. Records are never deleted.
    """

    __tablename__ = "duplicate_pair"
    __table_args__ = (
        CheckConstraint("first_id < second_id", name="duplicate_pair_order"),
        CheckConstraint("dismissed_at is null or reason is not null", name="duplicate_pair_reason"),
        Index("duplicate_pair_of_second", "second_id"),
        Index("duplicate_pair_open", "id", postgresql_where=text("dismissed_at is null")),
    )

    first_id: UUID = Field(primary_key=True)
    second_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=new_id, unique=True)
    kind: str
    score: float | None = None
    found_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
    dismissed_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    partner_id: UUID | None = Field(default=None, foreign_key="partner.id")
    """Who set it apart."""
    key_id: str | None = None
    """The public id of the key."""
    reason: str | None = None
