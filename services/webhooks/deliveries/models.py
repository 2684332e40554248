"""Tables of deliveries: what goes to whom, the queue that workers share, and one row for each attempt.

Deliveries of one subject to one endpoint go out in the order of their `position`, the next one once the one before is
done. A `Lane` is such a line, there as long as something waits in it: workers lease lanes, never single deliveries, so
that what waits behind an attempt that failed costs nothing until its turn comes. Whoever adds deliveries or finishes
one writes the lane in the same transaction, and so waits for whoever else does.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from services.common.clock import now
from services.common.ids import new_id


class Delivery(SQLModel, table=True):
    """An event on its way to an endpoint, or there, or given up."""

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint("format in ('thin', 'full', 'cloudevents')", name="delivery_format"),
        CheckConstraint("state in ('pending', 'succeeded', 'failed')", name="delivery_state"),
        CheckConstraint("(done_at is null) = (state = 'pending')", name="delivery_done_at"),
        UniqueConstraint("endpoint_id", "event_id", "replay", name="delivery_once"),
        Index(
            "delivery_in_order",
            "endpoint_id",
            "subject_id",
            "position",
            postgresql_where=text("state = 'pending'"),
        ),
        Index("delivery_of_endpoint", "endpoint_id", "position"),
        Index("delivery_of_event", "event_id"),
    )

    id: UUID = Field(
        default_factory=new_id, primary_key=True, sa_column_kwargs={"server_default": text("gen_random_uuid()")}
    )
    position: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    endpoint_id: UUID = Field(sa_column=Column(ForeignKey("endpoint.id", ondelete="CASCADE"), nullable=False))
    event_id: UUID = Field(sa_column=Column(ForeignKey("event.id", ondelete="CASCADE"), nullable=False))
    replay: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """0 for the first one of this event to this endpoint, then counted on."""

    subject_id: UUID
    format: str
    """Of the body: that of the endpoint when the delivery was made, in every attempt."""

    state: str = Field(default="pending", sa_column_kwargs={"server_default": "pending"})
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    created_at: datetime = Field(
        default_factory=now, sa_column=Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    )
    done_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class Lane(SQLModel, table=True):
    """The pending deliveries of one subject to one endpoint: when the first of them may be tried, and by whom.

    `leased_by` names the worker that tries it now; its lease ends at `due_at`, from when on others may take it.
    """

    __tablename__ = "lane"
    __table_args__ = (Index("lane_due", "endpoint_id", "due_at"),)

    endpoint_id: UUID = Field(
        sa_column=Column(ForeignKey("endpoint.id", ondelete="CASCADE"), primary_key=True, nullable=False)
    )
    subject_id: UUID = Field(primary_key=True)
    due_at: datetime = Field(sa_type=DateTime(timezone=True))
    leased_by: UUID | None = None


class DeliveryAttempt(SQLModel, table=True):
    """One request to an endpoint, and what came of it."""

    __tablename__ = "delivery_attempt"

    delivery_id: UUID = Field(
        sa_column=Column(ForeignKey("delivery.id", ondelete="CASCADE"), primary_key=True, nullable=False)
    )
    number: int = Field(primary_key=True)
    started_at: datetime = Field(sa_type=DateTime(timezone=True))
    latency_ms: int
    status: int | None = None
    """Of the answer; null where there was none."""

    outcome: str
    """`delivered`, `http_error`, `redirect`, `timeout`, `connect_error`, `blocked_address`, …"""

    reason: str | None = None
    """What was wrong with the certificate."""

    response_head: str | None = None
    """The first bytes of the answer, never parsed."""
