"""What is kept of a request that created something, in the transaction that created it."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class IdempotentRequest(SQLModel, table=True):
    """An Idempotency-Key of one caller, the fingerprint of its request, and the answer that it got.

    `caller` is the public id of the API key. Secrets of an answer are not in `body`.
    """

    __tablename__ = "idempotent_request"
    __table_args__ = (Index("idempotent_request_by_age", "created_at"),)

    caller: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    fingerprint: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    status: int
    headers: dict[str, str] = Field(sa_type=JSONB)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
