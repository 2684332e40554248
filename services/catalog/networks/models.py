"""Tables of networks and of the territories in them."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.catalog.records.models import RecordBase, record_checks


class Network(RecordBase, table=True):
    """A network or programme that territories belong to."""

    __tablename__ = "network"
    __table_args__ = record_checks("network")

    name: str
    description: dict[str, Any] = Field(sa_type=JSONB)
    kind: str
    start_year: int | None = None


class NetworkMembership(SQLModel, table=True):
    """A territory's membership, with its dates where they are known."""

    __tablename__ = "network_membership"
    __table_args__ = (Index("network_membership_of_territory", "territory_id"),)

    network_id: UUID = Field(foreign_key="network.id", primary_key=True)
    territory_id: UUID = Field(foreign_key="territory.id", primary_key=True)
    since: int | None = None
    until: int | None = None
    sources: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
