"""The bodies that are delivered: of an event kept, always the same bytes, whenever they are made, until its state is
taken away.

Their form is documented by `event_types.schemas`. Another form is another `api_version`: events taken in before keep
theirs.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

SPEC_VERSION = "1.0"

CONTENT_TYPES = {
    "thin": "application/json",
    "full": "application/json",
    "cloudevents": "application/cloudevents+json; charset=utf-8",
}
"""Of the body in each format."""

COLLECTIONS = {
    "network": "/catalog/v1/networks",
    "territory": "/catalog/v1/territories",
    "organization": "/catalog/v1/organizations",
    "initiative": "/catalog/v1/initiatives",
    "cooperation": "/catalog/v1/cooperations",
    "programme": "/catalog/v1/programmes",
    "census": "/catalog/v1/censuses",
    "learning_resource": "/catalog/v1/learning-resources",
    "funding_call": "/catalog/v1/funding-calls",
    "offer": "/catalog/v1/offers",
    "diagnosis": "/catalog/v1/diagnoses",
    "workshop": "/catalog/v1/workshops",
    "priority_action": "/catalog/v1/priority-actions",
    "endpoint": "/webhooks/v1/endpoints",
}
"""Where subjects of each kind can be read. Vocabularies are addressed by name, which an id does not tell."""


@dataclass(frozen=True, slots=True)
class PublicUrls:
    """Where partners reach the services, without a path: one address where a gateway serves all."""

    catalog: str
    webhooks: str

    def of(self, event: "StoredEvent") -> str:
        """Of the service that the event's subject is kept by."""
        return self.webhooks if event.subject_kind == "endpoint" else self.catalog


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it is kept. `state` is JSON text, None where there is none; `id` is the `webhook-id`.

    `merged_into` is the record that stands for the subject of `….merged`, None for every other type.
    """

    id: UUID
    feed: str
    change_id: UUID
    type: str
    subject_kind: str
    subject_id: UUID
    subject_version: int
    occurred_at: datetime
    api_version: str
    state: str | None
    merged_into: UUID | None = None


def render(event: StoredEvent, form: str, urls: PublicUrls) -> bytes:
    """The body in one of `CONTENT_TYPES`; `urls` begin the addresses in it."""
    public_url = urls.of(event)
    data: dict[str, Any] = {
        "subject": {"type": event.subject_kind, "id": str(event.subject_id)},
        "version": event.subject_version,
        "url": _address(event, public_url),
        "change_id": str(event.change_id),
        "api_version": event.api_version,
    }
    if event.merged_into is not None:
        data["merged_into"] = str(event.merged_into)
    if form == "cloudevents":
        return _dump(_cloud_event(event, data, public_url))
    if form == "full":
        data["state"] = None if event.state is None else orjson.Fragment(event.state)
    return _dump({"type": event.type, "timestamp": _utc(event.occurred_at), "data": data})


def _cloud_event(event: StoredEvent, data: dict[str, Any], public_url: str) -> dict[str, Any]:
    return {
        "specversion": SPEC_VERSION,
        "id": str(event.id),
        "source": f"{public_url}/{event.feed}/v1",
        "type": event.type,
        "subject": f"{event.subject_kind}/{event.subject_id}",
        "time": _utc(event.occurred_at),
        "datacontenttype": "application/json",
        "data": data,
    }


def _address(event: StoredEvent, public_url: str) -> str | None:
    collection = COLLECTIONS.get(event.subject_kind)
    return collection and f"{public_url}{collection}/{event.subject_id}"


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _dump(body: dict[str, Any]) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_UTC_Z)
