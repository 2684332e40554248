"""Examples of events, of real records as the catalog's feed gives them (`examples.json`, recorded)."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from services.webhooks.event_types.catalogue import API_VERSION, EVENT_TYPES
from services.webhooks.events.payloads import StoredEvent, render

RECORDED = Path(__file__).parent / "examples.json"
"""By kind of subject: a record's id, version and state, and the change that published it."""

PUBLIC_URL = "https://letsfood.example"
EVENT_ID = UUID("01a206f9-04f1-7c22-9f0b-6f1d1b3c7a55")


@cache
def recorded() -> dict[str, dict[str, Any]]:
    """What `examples.json` holds, by kind of subject."""
    examples: dict[str, dict[str, Any]] = orjson.loads(RECORDED.read_bytes())
    return examples


def example(name: str, form: str) -> dict[str, Any]:
    """A body of the event type in a format, rendered as every other one."""
    kind = EVENT_TYPES[name].kind or "initiative"
    record = recorded()[kind]
    event = StoredEvent(
        id=EVENT_ID,
        feed="webhooks" if kind == "endpoint" else "catalog",
        change_id=UUID(record["change_id"]),
        type=name,
        subject_kind=kind,
        subject_id=UUID(record["id"]),
        subject_version=record["version"],
        occurred_at=datetime.fromisoformat(record["occurred_at"]),
        api_version=API_VERSION,
        state=None if EVENT_TYPES[name].ends else orjson.dumps(record["state"]).decode(),
    )
    body: dict[str, Any] = orjson.loads(render(event, form, PUBLIC_URL))
    return body
