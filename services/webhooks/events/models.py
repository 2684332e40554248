"""Tables of events: what happened, frozen as it was then but for states of what has left since, and how far the feeds
have been read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.common.clock import now
from services.common.ids import new_id


class Event(SQLModel, table=True):
    """One event; its id is the `webhook-id` of every delivery of it, replays included."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("feed", "change_id", name="event_of_change"),
        Index("event_by_time", "received_at"),
        Index("event_by_occurrence", "occurred_at"),
        Index("event_with_state", "subject_id", "seq", postgresql_where=text("state is not null")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    seq: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), unique=True, nullable=False)
    )
    """The order in which events were taken in; drawn under one follower at a time, so also that of the feed."""

    feed: str
    """The service whose feed it comes from, `webhooks` for what happens here."""

    change_id: UUID
    """Of the change in that feed: the same change makes one event, however often it is read."""

    type: str
    subject_kind: str
    subject_id: UUID
    subject_version: int
    occurred_at: datetime = Field(sa_type=DateTime(timezone=True))
    received_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
    api_version: str
    """The version of the API in which `state` was rendered."""

    state: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True))
    """The published state that came with the event; null of what has left publication. An event without it takes those
    of its subject's earlier events away, in its own transaction (a trigger, migration 0004): no replay sends them. A
    delivery leased before that may still go out with it."""

    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    """What filters look at; of a tombstone those last known."""

    former_facts: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True))
    """Those before this change, where they differ: who followed the subject hears that it left their filter."""

    merged_into: UUID | None = None
    """Of `….merged`: the record that stood for the subject when the change was taken in. Events taken in before this
    column was there have none."""

    partner_id: UUID | None = None
    """Only this partner's endpoints are told; null: everybody's that ask for it."""


class EventSubject(SQLModel, table=True):
    """The facts last known of a subject, for its tombstone, which comes without a state.

    `published` is false once it has left publication; the row stays, should it come back.
    """

    __tablename__ = "event_subject"

    kind: str = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    feed: str
    version: int
    published: bool = True
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)


class SourceFeed(SQLModel, table=True):
    """How far a service's feed has been read: written with the events, in one transaction."""

    __tablename__ = "source_feed"

    feed: str = Field(primary_key=True)
    cursor: str
