"""One OpenAPI document for all services."""

from typing import Any

from services.common.http.merged import merged
from services.launch.documents import documents


def references(value: object) -> set[str]:
    """Every `$ref` in a document."""
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(references(item) for item in value.values()))
    if isinstance(value, list):
        return set().union(*(references(item) for item in value))
    return set()


def document(path: str, schema: dict[str, Any]) -> dict[str, Any]:
    operation = {"responses": {"200": {"schema": {"$ref": "#/components/schemas/Status"}}}}
    return {
        "openapi": "3.1.0",
        "paths": {path: {"get": operation}},
        "components": {"schemas": {"Status": schema, "Same": {"type": "string"}}},
    }


def test_schemas_of_one_name_keep_their_meaning() -> None:
    whole = merged(
        {"search": document("/search", {"type": "integer"}), "matching": document("/matching", {"type": "null"})}
    )
    schemas = whole["components"]["schemas"]
    assert schemas == {"Status": {"type": "integer"}, "MatchingStatus": {"type": "null"}, "Same": {"type": "string"}}
    reference = whole["paths"]["/matching"]["get"]["responses"]["200"]["schema"]["$ref"]
    assert reference == "#/components/schemas/MatchingStatus"


def test_a_schema_about_one_that_is_another_is_another_too() -> None:
    about = {"properties": {"status": {"$ref": "#/components/schemas/Status"}}}
    by_service = {
        "search": document("/search", {"type": "integer"}),
        "matching": document("/matching", {"type": "null"}),
        "webhooks": document("/webhooks", {"type": "integer"}),
    }
    for each in by_service.values():
        each["components"]["schemas"]["Page"] = about
    schemas = merged(by_service)["components"]["schemas"]
    assert schemas["Page"] == about
    assert schemas["MatchingPage"] == {"properties": {"status": {"$ref": "#/components/schemas/MatchingStatus"}}}
    assert set(schemas) == {"Status", "Same", "Page", "MatchingStatus", "MatchingPage"}


def test_events_and_what_each_service_is_are_in_the_whole() -> None:
    one = document("/webhooks", {"type": "null"}) | {"webhooks": {"it.happened": {"post": {}}}}
    one["info"] = {"title": "Webhooks", "description": "Tells of what happens."}
    whole = merged({"search": document("/search", {"type": "null"}), "webhooks": one})
    assert whole["webhooks"] == {"it.happened": {"post": {}}}
    assert "Tells of what happens." in whole["info"]["description"]


def test_no_two_operations_have_one_id() -> None:
    ids = [operation["operationId"] for item in merged(documents())["paths"].values() for operation in item.values()]
    assert len(ids) == len(set(ids)) > 30


def test_the_whole_holds_every_path_and_every_reference_resolves() -> None:
    by_service = documents()
    whole = merged(by_service)
    assert set(whole["paths"]) == {path for document in by_service.values() for path in document["paths"]}
    there = {f"#/components/{kind}/{name}" for kind, named in whole["components"].items() for name in named}
    assert references(whole) <= there
