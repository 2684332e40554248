"""What of a schema breaks clients that were written by an earlier one.

A request may allow more than before and never less; an answer may hold more and never less. Enumerations of answers
are open (they may grow, even into any text), bounds of answers are no promise, a `const` is.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from math import inf
from typing import Any

Schema = Mapping[str, Any]

MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
LEAST = {"minimum": -inf, "exclusiveMinimum": -inf, "minLength": 0, "minItems": 0, "minProperties": 0}
"""With what holds where there is none."""

EXACT = ("pattern", "format", "multipleOf", "uniqueItems")


class Side(Enum):
    """Who writes what the schema describes: clients or we."""

    REQUEST = "request"
    ANSWER = "answer"


class Schemas:
    """Compares schemas of two documents; what is referred to is compared once for each side."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old = old.get("components", {}).get("schemas", {})
        self._new = new.get("components", {}).get("schemas", {})
        self._known: dict[tuple[str, str, Side], list[str]] = {}

    def changes(self, old: Schema, new: Schema, side: Side) -> list[str]:
        """Each change that breaks, as `.member[]: what`."""
        key = (repr(old), repr(new), side)  # with what stands beside a reference
        if "$ref" not in old and "$ref" not in new:
            return [*self._compare(_alternatives(old, self._old), _alternatives(new, self._new), side)]
        if key not in self._known:
            self._known[key] = []  # a schema within itself breaks nothing more
            self._known[key] = [*self._compare(_alternatives(old, self._old), _alternatives(new, self._new), side)]
        return self._known[key]

    def _compare(self, old: list[Schema], new: list[Schema], side: Side) -> Iterator[str]:
        """Every alternative that clients write has to be accepted, every one that we write has to be known.

        An object that we wrote has to be there still; that a scalar or null does not come any more harms nobody.
        """
        found = [[[*self._alternative(one, other, side)] for other in new] for one in old]
        if side is Side.ANSWER:
            objects = [row for one, row in zip(old, found, strict=True) if _type(one) == "object"]
            found = [*map(list, zip(*found, strict=True)), *objects]
        for changes in found:
            yield from min(changes, key=_cost, default=[])

    def _alternative(self, old: Schema, new: Schema, side: Side) -> Iterator[str]:
        before, after = _type(old), _type(new)
        given, known = (before, after) if side is Side.REQUEST else (after, before)
        if known not in {None, given} and (given, known) != ("integer", "number"):
            yield f": type changed from {before or 'any'} to {after or 'any'}"
            return
        yield from _narrowed(old, new) if side is Side.REQUEST else _loosened(old, new)
        yield from self._members(old, new, side)
        for name in ("items", "additionalProperties"):
            yield from self._inner("[]", old.get(name, True), new.get(name, True), side)
        patterns, rest = new.get("patternProperties", {}), new.get("additionalProperties", True)
        for pattern, schema in old.get("patternProperties", {}).items():
            if pattern in patterns:
                yield from self._inner("[]", schema, patterns[pattern], side)
            elif side is Side.REQUEST or (rest is False and not patterns):
                yield ": names of members changed"
            else:
                yield from self._inner("[]", schema, {"anyOf": [*patterns.values()]} if patterns else rest, side)
        longest = max(len(old.get("prefixItems", ())), len(new.get("prefixItems", ())))
        for number in range(min(longest, old.get("maxItems", longest))):
            yield from self._inner(f"[{number}]", _item(old, number), _item(new, number), side)

    def _inner(self, place: str, old: Schema | bool, new: Schema | bool, side: Side) -> Iterator[str]:
        """Changes of what is inside; where one of both says nothing (`true`), it may be anything."""
        if old is not False and new is not False and old is not new:
            before, after = ({} if one is True else one for one in (old, new))
            yield from (f"{place}{change}" for change in self.changes(before, after, side))

    def _members(self, old: Schema, new: Schema, side: Side) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        was, now = set(old.get("required", ())), set(new.get("required", ()))
        for name, schema in before.items():
            if name in after:
                yield from (f".{name}{change}" for change in self.changes(schema, after[name], side))
            elif not schema.get("deprecated"):
                yield f".{name}: member removed"
        if side is Side.REQUEST:
            yield from (f".{name}: member became required" for name in sorted(now - was))
        else:
            yield from (f".{name}: member is no longer always there" for name in sorted(was - now) if name in after)


def _cost(changes: list[str]) -> tuple[bool, int, int]:
    """Of several alternatives the one is meant that has the same type, differs the least and has the same members."""
    removed = sum(change.endswith(": member removed") for change in changes)
    return any(change.startswith(": type changed") for change in changes), len(set(changes)), removed


def _alternatives(schema: Schema, components: Schema) -> list[Schema]:
    """What a value may be: schemas without references, `anyOf`, `oneOf`, `allOf` and lists of types at their top."""
    if "$ref" in schema:
        referred = components[schema["$ref"].rpartition("/")[2]]
        beside = {name: value for name, value in schema.items() if name != "$ref"}
        return _alternatives({**referred, **beside}, components)
    for name in ("anyOf", "oneOf", "allOf"):
        if name in schema:
            beside = {key: value for key, value in schema.items() if key != name}
            parts = [_alternatives(part, components) for part in schema[name]]
            if name != "allOf":
                return [_both(beside, one) for part in parts for one in part]
            whole: list[Schema] = [beside]
            for part in parts:
                whole = [_both(one, other) for one in whole for other in part]
            return whole
    if isinstance(schema.get("type"), list):
        return [{**schema, "type": one} for one in schema["type"]]
    return [schema]


def _item(schema: Schema, number: int) -> Schema | bool:
    """What the item of that number, from 0, may be."""
    items: list[Schema] = schema.get("prefixItems", [])
    return items[number] if number < len(items) else schema.get("items", True)


def _both(one: Schema, other: Schema) -> Schema:
    """A schema of what fits both."""
    shared = one.get("properties", {}).keys() & other.get("properties", {}).keys()
    properties = {**one.get("properties", {}), **other.get("properties", {})}
    properties |= {name: {"allOf": [one["properties"][name], other["properties"][name]]} for name in shared}
    required = {*one.get("required", ()), *other.get("required", ())}
    return {**other, **one, "properties": properties, "required": sorted(required)}


def _type(schema: Schema) -> str | None:
    """The type of what fits, None for any."""
    if "type" in schema:
        return str(schema["type"])
    if "const" in schema:
        return {str: "string", bool: "boolean", int: "integer", float: "number"}.get(type(schema["const"]))
    return "object" if schema.get("properties") else None


def _values(schema: Schema) -> list[Any] | None:
    """The values that fit, None when they are not listed."""
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _narrowed(old: Schema, new: Schema) -> Iterator[str]:
    """What a client could send and cannot any more, or that means something else now."""
    before, after = _values(old), _values(new)
    if after is not None and before is None:
        yield ": only listed values are taken now"
    if before is not None and after is not None:
        yield from (f": value {value!r} removed" for value in before if value not in after)
    yield from (f": {name} lowered" for name in MOST if new.get(name, inf) < old.get(name, inf))
    yield from (f": {name} raised" for name, none in LEAST.items() if new.get(name, none) > old.get(name, none))
    yield from (f": {name} changed" for name in EXACT if name in new and old.get(name) != new[name])
    if new.get("additionalProperties", True) is False and old.get("additionalProperties", True) is not False:
        yield ": other members are refused now"
    if "default" in old and ("default" not in new or old["default"] != new["default"]):
        yield ": default changed"


def _loosened(old: Schema, new: Schema) -> Iterator[str]:
    """What a client could rely on and cannot any more."""
    if "const" in old and _values(new) != [old["const"]]:
        yield f": is no longer always {old['const']!r}"
    if isinstance(old.get("additionalProperties"), Mapping) and (
        new.get("additionalProperties") is False and not new.get("patternProperties")
    ):
        yield ": other members removed"
    if "format" in old and old["format"] != new.get("format"):
        yield ": format changed"
