"""Tables of endpoints: where a partner wants to be told of what, and the secrets that sign it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, Integer, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from services.common.clock import now
from services.common.ids import new_id


class Endpoint(SQLModel, table=True):
    """An address of a partner. It is told of what is taken in from its creation on; `replay` reaches further back.

    `event_types` is empty for all types. `filter` holds of `EndpointFilter` what is not empty: lists of values any of
    which will do, territories and networks by id, and `own_only`.
    `failing_since` is the first failure after the last success: the clock of the automatic disabling.
    """

    __tablename__ = "endpoint"
    __table_args__ = (
        CheckConstraint("format in ('thin', 'full', 'cloudevents')", name="endpoint_format"),
        CheckConstraint("enabled or disabled_reason is not null", name="endpoint_disabled_for_a_reason"),
        Index("endpoint_of_partner", "partner_id", "id", postgresql_where=text("deleted_at is null")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    partner_id: UUID
    url: str
    description: str | None = None
    event_types: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    filter: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    format: str = "thin"
    sealed_headers: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Headers that every delivery carries, encrypted (`Vault.open_headers`): they may hold a token."""

    rate_per_second: float | None = None
    """Deliveries a second, at most; null: no bound."""

    retry_schedule: list[int] | None = Field(default=None, sa_column=Column(ARRAY(Integer), nullable=True))
    """Seconds before each attempt; null: that of the settings."""

    enabled: bool = True
    disabled_reason: str | None = None
    """`owner`: its partner switched it off, `gone`: it answered 410, `failing`: nothing arrived for too long."""

    disabled_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    failing_since: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    paused_until: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    """Nothing is sent before: its rate, or what it answered (429, 502, 503, 504), asks for a pause."""

    held_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    """Since when its partner is known to be suspended: deliveries wait. Null: it is not."""

    version: int = 1
    created_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
    updated_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
    deleted_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class EndpointSecret(SQLModel, table=True):
    """A secret that signs what an endpoint gets, encrypted (`Vault`); several while one is replaced.

    `expires_at` is null for the one in force; those replaced sign beside it until theirs.
    """

    __tablename__ = "endpoint_secret"
    __table_args__ = (
        CheckConstraint("kind in ('v1', 'v1a')", name="endpoint_secret_kind"),
        CheckConstraint("(public_key is not null) = (kind = 'v1a')", name="endpoint_secret_public_key"),
        Index("endpoint_secret_of", "endpoint_id", "created_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    endpoint_id: UUID = Field(sa_column=Column(ForeignKey("endpoint.id", ondelete="CASCADE"), nullable=False))
    kind: str
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    public_key: str | None = None
    """`whpk_…`, of `v1a`."""

    created_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
    expires_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
