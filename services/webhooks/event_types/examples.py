"""Examples of events, of real records as the catalog's feed gives them (`examples.json`, recorded)."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from services.webhooks.event_types.catalogue import API_VERSION, EVENT_TYPES
from services.webhooks.events.payloads import PublicUrls, StoredEvent, render

RECORDED = Path(__file__).parent / "examples.json"
"""By kind of subject: a record's id, version and state, and the change that published it."""

PUBLIC_URL = "https://letsfood.example"
EVENT_ID = UUID("01a206f9-04f1-7c22-9f0b-6f1d1b3c7a55")
DUPLICATE_ID = UUID("01a20791-6c1e-7d05-8a3f-94be0d27c1f6")
"""Of what was merged into the recorded record: the data set holds no record twice."""


@cache
def recorded() -> dict[str, dict[str, Any]]:
    """What `examples.json` holds, by kind of subject."""
    examples: dict[str, dict[str, Any]] = orjson.loads(RECORDED.read_bytes())
    return examples


def example(name: str, form: str) -> dict[str, Any]:
    """A body of the event type in a format, rendered as every other one.

    The recorded record is what it is about; of `….merged`, what a duplicate of it was merged into.
    """
    one = EVENT_TYPES[name]
    kind = one.kind or "initiative"
    record = recorded()[kind]
    record_id = UUID(record["id"])
    event = StoredEvent(
        id=EVENT_ID,
        feed="webhooks" if kind == "endpoint" else "catalog",
        change_id=UUID(record["change_id"]),
        type=name,
        subject_kind=kind,
        subject_id=DUPLICATE_ID if one.merges else record_id,
        subject_version=record["version"] + one.ends,
        occurred_at=datetime.fromisoformat(record["occurred_at"]),
        api_version=API_VERSION,
        state=None if one.ends else orjson.dumps(record["state"]).decode(),
        merged_into=record_id if one.merges else None,
    )
    body: dict[str, Any] = orjson.loads(render(event, form, PublicUrls(PUBLIC_URL, PUBLIC_URL)))
    return body
