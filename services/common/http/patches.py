"""The JSON Schema of merge patches (RFC 7396), made of that of the models which they change."""

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

Schema = dict[str, Any]

COMPONENTS = "#/components/schemas/"
DESCRIPTION = (
    "What to change, as a merge patch (RFC 7396): null takes a member away, or back to its default; objects are merged "
    "with what is there, a list replaces the former one."
)
NULL: Schema = {"type": "null"}
ABOUT = {"title", "description", "examples", "deprecated"}
"""What is said of a member, whatever its value may be."""

COUNTS = {"minProperties", "maxProperties"}
"""Of the merged object; how many of its members a patch names says nothing of it."""


def patch_schemas(model: type[BaseModel], kept: Collection[str] = ()) -> dict[str, Schema]:
    """The schemas of components for a merge patch on `model`: by its name first, then those of objects within it.

    All members may be left out. Null is for those that the model can be without, but for the `kept`. Objects are
    merged, so theirs are schemas of patches again; what is in a list is as the model says.
    """
    _, found = models_json_schema([(model, "validation")], ref_template=COMPONENTS + "{model}")
    models: dict[str, Schema] = found["$defs"]
    name = model.__name__
    whole = models[name]
    required = [*whole.get("required", ()), *kept]
    patches = _Patches({**models, name: {**whole, "required": required, "description": DESCRIPTION}})
    patches.reference(name)
    return patches.found


class _Patches:
    """The schemas of patches on these models, as far as they are referred to."""

    def __init__(self, models: Mapping[str, Schema]) -> None:
        self._models = models
        self.found: dict[str, Schema] = {}

    def reference(self, model: str) -> Schema:
        """A reference to the patch on a model."""
        name = f"{model.removesuffix('Write')}Patch"
        if name not in self.found:
            self.found[name] = {}  # for a model within itself
            self.found[name] = {**self._members(self._models[model]), "title": name}
        return {"$ref": COMPONENTS + name}

    def _members(self, schema: Schema) -> Schema:
        required = schema.get("required", ())
        members = {
            name: _without_null(self._value(member)) if name in required else _or_null(self._value(member))
            for name, member in schema["properties"].items()
        }
        return {**{name: value for name, value in schema.items() if name != "required"}, "properties": members}

    def _value(self, schema: Schema) -> Schema:
        """What may be written over a value of this schema. Its default is not what holds when it is left out."""
        schema = {name: value for name, value in schema.items() if name != "default"}
        if "$ref" in schema:
            model = schema["$ref"].removeprefix(COMPONENTS)
            return {**schema, **self.reference(model)} if "properties" in self._models[model] else schema
        if "anyOf" in schema:
            return {**schema, "anyOf": [self._value(one) for one in schema["anyOf"]]}
        if "patternProperties" in schema:
            by_pattern = {name: _or_null(self._value(one)) for name, one in schema["patternProperties"].items()}
            rest = {name: value for name, value in schema.items() if name not in COUNTS}
            return {**rest, "patternProperties": by_pattern}
        return schema


def _or_null(schema: Schema) -> Schema:
    if "anyOf" in schema:
        return {**schema, "anyOf": [*_without_null(schema)["anyOf"], NULL]}
    about = {name: value for name, value in schema.items() if name in ABOUT}
    value = {name: value for name, value in schema.items() if name not in ABOUT}
    return {"anyOf": [value, NULL], **about}


def _without_null(schema: Schema) -> Schema:
    if "anyOf" not in schema:
        return schema
    return {**schema, "anyOf": [one for one in schema["anyOf"] if one != NULL]}
