"""Deliveries as their receiver reads them, and what can be sent again."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, PlainValidator, model_validator
from pydantic_core import PydanticCustomError

from services.common.schemas import RecordId, StrictModel
from services.webhooks.event_types.schemas import EventSubjectRead

State = Literal["pending", "succeeded", "failed"]


RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def _moment(value: object) -> datetime:
    """Stricter than Pydantic, which takes numbers for Unix times."""
    code = "moment"
    try:
        if isinstance(value, str) and RFC_3339.fullmatch(value):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise PydanticCustomError(code, "no such time") from error
    raise PydanticCustomError(code, "write it like 2026-11-23T09:00:00Z")


Moment = Annotated[
    datetime,
    PlainValidator(_moment, json_schema_input_type=datetime),
    Field(examples=["2026-11-23T09:00:00Z"]),
]
"""RFC 3339, with its zone."""


class AttemptRead(BaseModel):
    """One request, and what came of it."""

    number: int
    started_at: datetime
    latency_ms: int = Field(description="Until the head of the answer, or until there was none.")
    status: int | None = Field(description="Of the answer; null: there was none.")
    outcome: str = Field(
        description="`delivered`, `http_error`, `redirect` (never followed), `timeout`, `connect_error`, "
        "`disconnected`, `tls_error`, `unresolved`, `blocked_address`; there may be more of them one day.",
        examples=["delivered"],
    )
    reason: str | None = Field(
        description="Of `tls_error`: what is wrong with the certificate, or that there is no TLS.",
        examples=["certificate has expired"],
    )
    response_head: str | None = Field(description="The first characters of the answer.")


class DeliveredEvent(BaseModel):
    """The event of a delivery."""

    id: UUID = Field(description="The `webhook-id`.")
    type: str = Field(examples=["initiative.updated"])
    subject: EventSubjectRead
    version: int
    occurred_at: datetime


class DeliveryRead(BaseModel):
    """An event on its way to an endpoint, there, or given up."""

    id: UUID
    event: DeliveredEvent
    replay: int = Field(description="0: sent by itself; counted on each time it is sent again.")
    state: State = Field(description="`failed`: given up after the last attempt; it can be replayed.")
    attempts: list[AttemptRead]
    created_at: datetime
    done_at: datetime | None
    next_attempt_at: datetime | None = Field(
        description="When it is tried again. Null: it is done or under way, waits for an earlier one of its subject, "
        "or its endpoint is disabled or held."
    )


class DeliveryPage(BaseModel):
    """A page of deliveries, the newest first."""

    items: list[DeliveryRead]
    next: str | None = Field(description="The `cursor` of the next page; null on the last one.")
    total: int | None = Field(None, description="All items, with `count=true`.")


class ReplayWrite(StrictModel):
    """Which events: one by its id, or those of a time, all or only what is missing."""

    event_id: RecordId | None = Field(None, description="This one event (its `webhook-id`).")
    since: Moment | None = Field(None, description="Those that happened then or later (`timestamp`).")
    until: Moment | None = Field(None, description="Only those that happened before.")
    missing: bool = Field(
        False,
        description="Only what happened since the endpoint was made and neither arrived nor waits to be sent.",
    )

    @model_validator(mode="after")
    def _says_which(self) -> "ReplayWrite":
        ranged = self.since is not None or self.missing
        if (self.event_id is None) != ranged or (self.until is not None and not ranged):
            code = "replay_choice"
            raise PydanticCustomError(code, "give 'event_id', or 'since', or 'missing', the latter two with 'until'")
        return self


class ReplayRead(BaseModel):
    """What is sent again."""

    events: int = Field(
        description="Found by what you asked for, and let through by the endpoint's types and filter.", examples=[12]
    )
    deliveries: int = Field(description="Made of them. Those that waited already are tried at once instead.")
    next_since: datetime | None = Field(
        description="Where there may be more events than one replay sends: ask again with this as `since`."
    )


class TestRead(BaseModel):
    """A test event on its way."""

    event_id: UUID = Field(description="Its `webhook-id`.", examples=["01a20754-3b61-76ce-95d7-660470730cf6"])
    delivery_id: UUID
