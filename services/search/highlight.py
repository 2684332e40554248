"""Marks in a text the words that a query found, and makes the rest safe to put into a page. Pure."""

from collections.abc import Sequence
from html import escape

from services.common.words import Span, Word, spans
from services.search.stems import stem
from services.search.words import matches

OPEN, CLOSE = "<em>", "</em>"

MAX_CHARACTERS = 280
"""Of a longer text the stretch around the first word found is shown."""

_LEAD = 60
"""How much of what goes before the first word found is shown with it."""


def highlight(text: str, lang: str, query: Sequence[Word], *, last_is_prefix: bool = True) -> str | None:
    """`text`, HTML-escaped, with every word that the query finds between <em> and </em>; None when it finds none.

    The rule is that of the engines: equality, prefix, typos, and stems of the text's own language.
    """
    found = [span for span in spans(text) if _is_found(span, lang, query, last_is_prefix=last_is_prefix)]
    if not found:
        return None
    start, end = _window(text, found[0])
    marked = ["…"] if start else []
    place = start
    for span in found:
        if span.end > end:
            break
        marked += [escape(text[place : span.start]), OPEN, escape(text[span.start : span.end]), CLOSE]
        place = span.end
    marked.append(escape(text[place:end]))
    if end < len(text):
        marked.append("…")
    return "".join(marked)


def _is_found(span: Span, lang: str, query: Sequence[Word], *, last_is_prefix: bool) -> bool:
    last = len(query) - 1
    return any(
        matches(word.folded, span.folded, is_prefix=place == last and last_is_prefix)
        or (stem(lang, word.surface) or "") == stem(lang, span.surface)
        for place, word in enumerate(query)
    )


def _window(text: str, first: Span) -> tuple[int, int]:
    """Where to begin and end, at spaces, so that the first word found is inside."""
    if len(text) <= MAX_CHARACTERS:
        return 0, len(text)
    start = 0 if first.start <= _LEAD else text.rfind(" ", 0, first.start - _LEAD) + 1
    end = min(start + MAX_CHARACTERS, len(text))
    if end < len(text):
        end = max(text.rfind(" ", first.end, end), first.end)
    return start, end
