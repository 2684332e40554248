"""What becomes of a text when somebody writes it."""

from collections.abc import Mapping
from typing import Any

from services.common.languages import Text, TextEntry
from services.common.problems import FieldError


def revise(former: Text | None, written: Mapping[str, Any]) -> dict[str, TextEntry]:
    """The text after writing: origins filled in, translations of a changed original marked as outdated.

    `written` gives per language a string or `{text, origin}`.
    """
    former = former or {}
    revised = {lang: _entry(former.get(lang), value, alone=len(written) == 1) for lang, value in written.items()}
    changed = {lang for lang, entry in revised.items() if lang not in former or former[lang]["text"] != entry["text"]}
    if any(lang in former and entry["origin"] == "original" for lang, entry in revised.items() if lang in changed):
        for lang, entry in revised.items():
            if lang not in changed and entry["origin"] in {"human", "machine"}:
                entry["origin"] = "outdated"
    return revised


def _entry(former: TextEntry | None, value: Any, *, alone: bool) -> TextEntry:  # noqa: ANN401 - string or entry
    if not isinstance(value, str):
        return TextEntry(text=value["text"], origin=value["origin"])
    if former is not None and former["text"] == value:
        return TextEntry(text=value, origin=former["origin"])
    is_original = alone if former is None else former["origin"] == "original"
    return TextEntry(text=value, origin="original" if is_original else "human")


def text_errors(pointer: str, written: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with a text as written: it cannot have two originals."""
    originals = [
        lang for lang, value in written.items() if not isinstance(value, str) and value["origin"] == "original"
    ]
    if len(originals) > 1:
        detail = f"one language is the original, not {', '.join(originals)}"
        return [FieldError(pointer=pointer, detail=detail, code="several_originals")]
    return []
