"""Bodies: what stands in each format, and that an event kept gives the same bytes whenever it is sent."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from services.webhooks.events.payloads import CONTENT_TYPES, PublicUrls, StoredEvent, render

PUBLIC_URL = "https://letsfood.example"
GATEWAY = PublicUrls(PUBLIC_URL, PUBLIC_URL)
APART = PublicUrls(catalog="http://127.0.0.1:8000", webhooks="http://127.0.0.1:8003")
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


def body_of(event: StoredEvent, form: str, urls: PublicUrls = GATEWAY) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(render(event, form, urls))
    return body


def data_of(event: StoredEvent, form: str) -> dict[str, Any]:
    data: dict[str, Any] = body_of(event, form)["data"]
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


@pytest.mark.parametrize("form", CONTENT_TYPES)
def test_records_and_endpoints_have_each_the_address_of_their_own_service(form: str) -> None:
    endpoint = replace(MERGED, feed="webhooks", type="endpoint.test", subject_kind="endpoint", merged_into=None)
    for event, address, collection in (
        (MERGED, APART.catalog, "/catalog/v1/initiatives"),
        (endpoint, APART.webhooks, "/webhooks/v1/endpoints"),
    ):
        body = body_of(event, form, APART)
        assert body["data"]["url"] == f"{address}{collection}/{event.subject_id}"
        assert body.get("source") == (f"{address}/{event.feed}/v1" if form == "cloudevents" else None)
