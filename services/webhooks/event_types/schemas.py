"""What is delivered: the bodies of every format. `services.webhooks.events` renders them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict
from pydantic.json_schema import SkipJsonSchema


class EventSubjectRead(BaseModel):
    """What an event is about."""

    type: str = Field(examples=["initiative"])
    id: UUID


def _without_default(schema: JsonDict) -> None:
    """Of a member that is missing where there is nothing to say: it is never null."""
    del schema["default"]


class EventData(BaseModel):
    """Which record, in which version, and where to read it."""

    model_config = ConfigDict(extra="forbid")

    subject: EventSubjectRead
    version: int = Field(description="Of the subject. Versions of one subject arrive in order; skip what you have.")
    url: str | None = Field(
        description="Where the subject can be read; null where there is none.",
        examples=["https://letsfood.example/catalog/v1/initiatives/01a206f8-cde3-7607-83c5-41e5956901c3"],
    )
    change_id: UUID = Field(description="The id of the change in the feed, to compare with `changes`.")
    api_version: str = Field(description="The version of the API in which this was rendered.", examples=["1"])
    merged_into: UUID | SkipJsonSchema[None] = Field(
        None,
        exclude_if=lambda value: value is None,
        json_schema_extra=_without_default,
        description="Of `….merged` always, of other types never: the id of the record that stands for the subject, the "
        "last of a chain of merges when the change was taken in. It may be merged itself later, and the event of that "
        "may arrive before this one; `url` leads to whichever is the last now.",
        examples=["01a20754-3d95-724e-b838-1ea6e98ba741"],
    )


class FullEventData(EventData):
    """The same with the state that was published then."""

    state: dict[str, Any] | None = Field(
        description="The record as the change feed gave it when the change was taken in (`include=data`), with licence "
        "and sources; its own `version` may be ahead of the event's. Null once it has left publication, "
        "also in earlier events that are sent after that: a replay, or what had been waiting."
    )


class ThinEvent(BaseModel):
    """A body in the format `thin`."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(examples=["initiative.updated"])
    timestamp: datetime = Field(description="When it happened; `webhook-timestamp` is when this attempt was made.")
    data: EventData


class FullEvent(BaseModel):
    """A body in the format `full`."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(examples=["initiative.updated"])
    timestamp: datetime = Field(description="When it happened; `webhook-timestamp` is when this attempt was made.")
    data: FullEventData


class CloudEvent(BaseModel):
    """A body in the format `cloudevents`: CloudEvents 1.0.2, structured, `application/cloudevents+json`."""

    model_config = ConfigDict(extra="forbid")

    specversion: Literal["1.0"]
    id: UUID = Field(description="The same as `webhook-id`.")
    source: str = Field(examples=["https://letsfood.example/catalog/v1"])
    type: str = Field(examples=["initiative.updated"])
    subject: str = Field(description="Kind and id.", examples=["initiative/01a206f8-cde3-7607-83c5-41e5956901c3"])
    time: datetime
    datacontenttype: Literal["application/json"]
    data: EventData


class EventTypeRead(BaseModel):
    """A type of event."""

    type: str = Field(examples=["initiative.updated"])
    subject: str | None = Field(description="The kind of record it is about; null: any.", examples=["initiative"])
    description: str
    selectable: bool = Field(description="Whether an endpoint's `event_types` can name it.")
    example: ThinEvent


class EventTypeList(BaseModel):
    """Every type of event. There may be more of them one day: pass over those that you do not know."""

    items: list[EventTypeRead]
