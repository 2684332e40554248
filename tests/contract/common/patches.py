"""The merge patches that a document describes: their schemas, and bodies made of these."""

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

Schema = dict[str, Any]
NULL = {"type": "null"}
JSON_TYPES = ("application/merge-patch+json", "application/json")


class Patch:
    """The body of the PATCH at a path of a document."""

    def __init__(self, document: dict[str, Any], path: str) -> None:
        self._components = document["components"]
        content = document["paths"][path]["patch"]["requestBody"]["content"]
        self.content = content["application/json"]
        assert content == dict.fromkeys(JSON_TYPES, self.content)
        self._schema = self.content["schema"]

    def fits(self, body: object) -> bool:
        """Whether the schema lets this body pass."""
        whole = {**self._schema, "components": self._components}
        return Draft202012Validator(whole, format_checker=FormatChecker()).is_valid(body)

    def taking_away(self) -> dict[str, None]:
        """Null for every member that may be null."""
        return {name: None for name, schema in self._members(self._schema).items() if _may_be_null(schema)}

    def wrong(self) -> Iterator[dict[str, Any]]:
        """Bodies that each take away what has to stay, or name what there is not, here or in an object within."""
        yield from self._wrong(self._schema)

    def _wrong(self, schema: Schema) -> Iterator[dict[str, Any]]:
        members = self._members(schema)
        yield from ({name: None} for name, member in members.items() if not _may_be_null(member))
        yield from ({"nothing": value} for value in (None, 1))
        for name, member in members.items():
            for one in (member, *member.get("anyOf", ())):
                if "$ref" in one:
                    yield from ({name: inner} for inner in self._wrong(one))

    def _members(self, schema: Schema) -> Schema:
        found: Schema = self._components["schemas"][schema["$ref"].rpartition("/")[2]]["properties"]
        return found


def _may_be_null(schema: Schema) -> bool:
    return NULL in schema.get("anyOf", ())
