"""What the OpenAPI page of webhooks promises: the events, their schemas, and examples that are real."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from services.catalog.app import EVENT_TYPES as CATALOG_TYPES
from services.common.http.merged import merged
from services.common.ids import parse_id
from services.launch.documents import documents
from services.webhooks.event_types import examples
from services.webhooks.event_types.catalogue import EVENT_TYPES, KINDS

CHANGING = {"created_at", "updated_at", "review_due"}
"""Differ between two loads of the same data."""


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return documents()["webhooks"]


def bodies(document: dict[str, Any], name: str) -> Iterator[tuple[str, Draft202012Validator, dict[str, Any]]]:
    """The examples of an event type, each with what its media type has to be."""
    for media_type, content in document["webhooks"][name]["post"]["requestBody"]["content"].items():
        whole = {**content["schema"], "components": document["components"]}
        validator = Draft202012Validator(whole, format_checker=FormatChecker())
        if "example" in content:
            yield media_type, validator, content["example"]
        for example in content.get("examples", {}).values():
            yield media_type, validator, example["value"]


def test_every_event_that_the_catalog_publishes_can_be_sent(document: dict[str, Any]) -> None:
    assert set(CATALOG_TYPES) <= EVENT_TYPES.keys()
    assert document["webhooks"].keys() == EVENT_TYPES.keys()


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_every_event_has_a_schema_that_its_examples_fit_and_no_others(document: dict[str, Any], name: str) -> None:
    operation = document["webhooks"][name]["post"]
    assert len(operation["description"]) > 20
    assert {parameter["name"] for parameter in operation["parameters"]} == {
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
    }
    seen = set()
    for media_type, validator, example in bodies(document, name):
        validator.validate(example)
        assert not validator.is_valid(example | {"type": "other.thing"})
        assert not validator.is_valid(example | {"more": 1})
        assert not validator.is_valid(example | {"data": example["data"] | {"version": "one"}})
        assert not validator.is_valid(example | {"data": {}})
        seen.add(media_type)
    assert seen == {"application/json", "application/cloudevents+json"}


def test_an_event_of_what_left_publication_has_no_state(document: dict[str, Any]) -> None:
    for _, validator, example in bodies(document, "initiative.archived"):
        if "state" in example["data"]:
            assert example["data"]["state"] is None
            assert not validator.is_valid(example | {"data": example["data"] | {"state": {"id": "x"}}})


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_events_of_merges_name_what_stands_for_the_record_now_and_others_name_nothing(
    document: dict[str, Any], name: str
) -> None:
    kind, _, event = name.partition(".")
    for _, validator, example in bodies(document, name):
        data = example["data"]
        if event == "merged":
            assert data["merged_into"] == examples.recorded()[kind]["id"] != data["subject"]["id"]
            assert data["url"].endswith(data["subject"]["id"])
            without = {member: value for member, value in data.items() if member != "merged_into"}
            assert not validator.is_valid(example | {"data": without})
            for wrong in (None, "none", [data["merged_into"]]):
                assert not validator.is_valid(example | {"data": data | {"merged_into": wrong}})
        else:
            assert "merged_into" not in data
            assert not validator.is_valid(example | {"data": data | {"merged_into": None}})
            assert not validator.is_valid(example | {"data": data | {"merged_into": data["subject"]["id"]}})


def test_the_events_are_in_the_merged_document_too() -> None:
    assert merged(documents())["webhooks"].keys() == EVENT_TYPES.keys()


def essence(value: object) -> object:
    """A state without what differs between two loads of the same data: ids, times, and what is sorted by them."""
    if isinstance(value, dict):
        if value and all(parse_id(key) for key in value):
            return sorted((essence(member) for member in value.values()), key=str)
        return {key: essence(member) for key, member in value.items() if key not in CHANGING}
    if isinstance(value, list):
        members = [essence(member) for member in value]
        return sorted(members, key=str) if any(isinstance(member, str) for member in value) else members
    return "an id" if isinstance(value, str) and parse_id(value) else value


async def test_the_examples_are_records_as_the_feed_gives_them(catalog: httpx.AsyncClient) -> None:
    """When this fails, what the feed gives has changed: `python -m tests.contract.webhooks.record`."""
    wanted = {kind: name_of(example["state"]) for kind, example in examples.recorded().items() if kind != "endpoint"}
    assert wanted.keys() == {*KINDS, "vocabulary"}
    found: dict[str, object] = {}
    page: dict[str, Any] = {"has_more": True, "next": None}
    while page["has_more"]:
        asked: dict[str, Any] = {"include": "data", "limit": 1000}
        if page["next"] is not None:
            asked["since"] = page["next"]
        page = (await catalog.get("/catalog/v1/changes", params=asked)).json()
        for item in page["items"]:
            kind = item["subject"]["type"]
            if item["data"] is not None and name_of(item["data"]) == wanted.get(kind):
                found[kind] = essence(item["data"])
    assert found == {kind: essence(examples.recorded()[kind]["state"]) for kind in wanted}


def name_of(state: dict[str, Any]) -> object:
    return state.get("slug") or state["name"]
