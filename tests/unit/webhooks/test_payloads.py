"""Bodies: what stands in each format, and that an event kept gives the same bytes whenever it is sent."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from services.webhooks.events.payloads import CONTENT_TYPES, StoredEvent, render

PUBLIC_URL = "https://letsfood.example"
SURVIVOR = UUID("01a20754-3d95-724e-b838-1ea6e98ba741")
MERGED = StoredEvent(
    id=UUID("01a206f9-04f1-7c22-9f0b-6f1d1b3c7a55"),
    feed="catalog",
    change_id=UUID("d9d2e9c8-3192-45ae-a48a-40f09ff61d55"),
    type="initiative.merged",
    subject_kind="initiative",
    subject_id=UUID("01a20791-6c1e-7d05-8a3f-94be0d27c1f6"),
    subject_version=3,
    occurred_at=datetime(2026, 11, 23, 8, 12, 45, tzinfo=UTC),
    api_version="1",
    state=None,
    merged_into=SURVIVOR,
)


def data_of(event: StoredEvent, form: str) -> dict[str, Any]:
    data: dict[str, Any] = orjson.loads(render(event, form, PUBLIC_URL))["data"]
    return data


@pytest.mark.parametrize("form", CONTENT_TYPES)
def test_a_merge_names_what_stands_for_the_record_in_every_format(form: str) -> None:
    data = data_of(MERGED, form)
    assert data["merged_into"] == str(SURVIVOR)
    assert data["url"] == f"{PUBLIC_URL}/catalog/v1/initiatives/{MERGED.subject_id}"


@pytest.mark.parametrize("form", CONTENT_TYPES)
def test_of_other_events_and_of_merges_kept_without_it_there_is_no_such_member(form: str) -> None:
    for event_type in ("initiative.archived", "initiative.merged"):
        assert "merged_into" not in data_of(replace(MERGED, type=event_type, merged_into=None), form)
