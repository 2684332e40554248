"""Where two versions of a document differ. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Difference:
    """What stood at a place (JSON pointer) and what stands there now; None: nothing."""

    pointer: str
    before: Any
    after: Any


def differences(before: Any, after: Any, pointer: str = "") -> Iterator[Difference]:  # noqa: ANN401 - any JSON value
    """Every place where two JSON values differ, as deep as they have the same shape."""
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in [*before, *(name for name in after if name not in before)]:
            yield from differences(before.get(name), after.get(name), f"{pointer}/{_escaped(name)}")
    elif isinstance(before, list) and isinstance(after, list):
        if _identified(before) and _identified(after):
            yield from _by_id(before, after, pointer)
        else:
            yield from _by_place(before, after, pointer)
    else:
        yield Difference(pointer, before, after)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _identified(items: Sequence[Any]) -> bool:
    """Whether all have an id, and each its own: ids in other systems may repeat."""
    ids = [item["id"] for item in items if isinstance(item, Mapping) and isinstance(item.get("id"), str)]
    return len(set(ids)) == len(items)


def _by_id(before: Sequence[Any], after: Sequence[Any], pointer: str) -> Iterator[Difference]:
    former = {item["id"]: item for item in before}
    present = {item["id"]: item for item in after}
    for ident in [*former, *(ident for ident in present if ident not in former)]:
        yield from differences(former.get(ident), present.get(ident), f"{pointer}/{_escaped(ident)}")


def _by_place(before: Sequence[Any], after: Sequence[Any], pointer: str) -> Iterator[Difference]:
    """What was put in or taken out moves the rest, and does not change it."""
    was, now = ([orjson.dumps(item, option=orjson.OPT_SORT_KEYS) for item in items] for items in (before, after))
    for _, first, end, new_first, new_end in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        both = min(end - first, new_end - new_first)
        for step in range(both):
            yield from differences(before[first + step], after[new_first + step], f"{pointer}/{new_first + step}")
        for place in range(first + both, end):
            yield Difference(f"{pointer}/{place}", before[place], None)
        for place in range(new_first + both, new_end):
            yield Difference(f"{pointer}/{place}", None, after[place])
