"""Tables of the projection: the catalog's published records as they were last heard of, and where that stands."""

from typing import Any

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class ProjectedRecord(SQLModel, table=True):
    """The newest known state of one catalog record; `state` is null once it has left publication.

    The tombstone stays, so that an older state that arrives late does not bring the record back.
    """

    __tablename__ = "projected_record"

    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    version: int
    state: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True))


class FollowedFeed(SQLModel, table=True):
    """How far a service's change feed has been taken in: written with the records, in one transaction."""

    __tablename__ = "followed_feed"

    service: str = Field(primary_key=True)
    cursor: str
