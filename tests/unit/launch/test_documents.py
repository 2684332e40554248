"""One OpenAPI document for all services."""

from typing import Any

from services.launch.documents import documents, merged


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


def test_the_whole_holds_every_path_and_every_reference_resolves() -> None:
    by_service = documents()
    whole = merged(by_service)
    assert set(whole["paths"]) == {path for document in by_service.values() for path in document["paths"]}
    schemas = whole["components"]["schemas"]
    missing = {name for name in references(whole) if name.rpartition("/")[2] not in schemas}
    assert missing == set()
