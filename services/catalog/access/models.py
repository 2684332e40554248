"""Tables of partners, their API keys, and the mandates under which they act for territories."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from services.common.clock import now
from services.common.ids import new_id

ACTIVE = "active"
SUSPENDED = "suspended"


class Partner(SQLModel, table=True):
    """An organisation that holds keys. `contacts` are role mailboxes, never a person's, and not public."""

    __tablename__ = "partner"
    __table_args__ = (CheckConstraint("status in ('active', 'suspended')", name="partner_status"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    slug: str = Field(unique=True)
    name: str
    kind: str
    status: str = ACTIVE
    contacts: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    version: int = 1
    created_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
    updated_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))


class ApiKey(SQLModel, table=True):
    """A key by its public id and the digest of its secret, which nobody can read back."""

    __tablename__ = "api_key"
    __table_args__ = (Index("api_key_of_partner", "partner_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.id")
    public_id: str = Field(unique=True)
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    name: str
    scopes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    version: int = 1
    created_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
    expires_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    revoked_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    last_used_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    rotated_from: UUID | None = Field(default=None, foreign_key="api_key.id")


class Mandate(SQLModel, table=True):
    """A partner may act for a territory. `given_by` is the public id of the moderator's key."""

    __tablename__ = "mandate"
    __table_args__ = (
        CheckConstraint("until > since", name="mandate_period"),
        Index("mandate_of_partner", "partner_id", "territory_id"),
        Index("mandate_for_territory", "territory_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.id")
    territory_id: UUID = Field(foreign_key="territory.id")
    given_by: str | None = None
    version: int = 1
    since: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
    until: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    ended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
