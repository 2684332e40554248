"""What a document says once other records stand for those that it names. Pure."""

from collections.abc import Mapping
from typing import Any

from services.catalog.records.kinds import Document, Kind
from services.catalog.records.shapes import Leaf, Many, Members, Refers, Shape, changed


def repointed(kind: Kind, document: Document, loser: str, survivor: str, own: str) -> Document:
    """The resolved document of the record `own` with the survivor's id in the place of the loser's, pruned."""

    def instead(leaf: Leaf, value: Any, former: Any) -> Any:  # noqa: ANN401, ARG001 - as `changed` calls it
        return survivor if isinstance(leaf, Refers) and value == loser else value

    return pruned(kind, changed(kind.shape, document, None, instead), own)


def pruned(kind: Kind, document: Document, own: str) -> Document:
    """The resolved document of the record `own` without what merges make superfluous.

    That is a record that a list names twice, an item of a list for one of each record (a party, a membership) when
    there is one already, and the record itself: none names itself.
    """

    def others(leaf: Leaf, value: Any, former: Any) -> Any:  # noqa: ANN401, ARG001 - as `changed` calls it
        return None if isinstance(leaf, Refers) and value == own else value

    without: Document = _pruned(kind.shape, changed(kind.shape, document, None, others), None, kind.once_each)
    return without


def _pruned(shape: Shape, value: Any, key: str | None, once_each: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON
    """The value without what its lists say twice; `key` is the member by which the items of this list are single."""
    if isinstance(shape, Many) and isinstance(value, list):
        if isinstance(shape.of, Refers):
            return list(dict.fromkeys(item for item in value if item is not None))
        items = [_pruned(shape.of, item, None, once_each) for item in value]
        if key is None:
            return items
        first: dict[str, Any] = {}
        for item in items:
            first.setdefault(item[key], item)
        return list(first.values())
    if isinstance(shape, Members) and isinstance(value, dict):
        named = {name: inner for name, inner in shape.of.items() if name in value}
        return value | {
            name: _pruned(inner, value[name], once_each.get(name), once_each) for name, inner in named.items()
        }
    return value
