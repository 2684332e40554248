"""From what a reader typed to what the engines are asked. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from services.common.problems import bad_parameter, unknown_code
from services.common.words import Word, words
from services.search.engines.port import FACETS, MAX_DEPTH, MAX_WORDS, Filter, Query
from services.search.vocabularies import THEMES, Vocabularies

MAX_QUERY_CHARACTERS = 500

_STOP_WORDS = """
a au aux avec ce ces cette d dans de des du en est et l la le les leur ou par pour qu que qui s sa se ses son sur un une
an and are as at by for from in is it its of on or that the to with
al con del el los las lo por para y o una unos unas su sus
في من علي الي عن مع او ان هذا هذه التي الذي تلك ذلك
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Folded words that say nothing of what is looked for, in French, English, Spanish and Arabic.

Every word of a query has to be found, and a document need not stand in the language of the query.
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the engine is asked, the words to mark in what it finds, and the themes that the whole text is a name of."""

    query: Query
    words: Sequence[Word]
    recognised_themes: Sequence[str] = ()
    otherwise: Query | None = None
    """What to ask when no initiative carries a recognised theme: the words themselves."""


def content_words(text: str) -> Sequence[Word]:
    """The first `MAX_WORDS` words of `text` without stop words; all of them when there are only such."""
    every = words(text)
    telling = [word for word in every if word.folded not in STOP_WORDS]
    return (telling or every)[:MAX_WORDS]


def understand(text: str, query: Query, vocabularies: Vocabularies) -> Asked:
    """`query` with the words of `text`; or, when the whole of it is a name of a theme, with that theme.

    So the same theme named in French, English or Arabic finds the same initiatives: those that carry the theme or a
    narrower one. A theme that the reader also filters by stays a filter of its own: both have to pass.
    """
    recognised = vocabularies.themes_called(text)
    typed = content_words(text)
    by_words = replace(query, words=typed)
    if not recognised:
        return Asked(by_words, typed)
    by_theme = replace(query, filters=[*query.filters, Filter("theme", recognised)])
    return Asked(by_theme, typed, recognised, otherwise=by_words)


def shorter(query: Query) -> Query | None:
    """`query` without its last word, or None when it has only one."""
    if len(query.words) < 2:
        return None
    return replace(query, words=query.words[:-1], last_is_prefix=False)


def parse_facets(values: Iterable[str]) -> list[str]:
    """Names of facets from repeated or comma-separated values; raises a 400 problem for an unknown one."""
    names = list(dict.fromkeys(name.strip() for value in values for name in value.split(",") if name.strip()))
    for name in names:
        if name not in FACETS:
            raise unknown_code("facets", name, FACETS)
    return names


def parse_themes(values: Iterable[str], vocabularies: Vocabularies) -> list[str]:
    """Codes of themes; raises a 400 problem that names the known ones for any other."""
    known = vocabularies.codes(THEMES)
    codes = list(dict.fromkeys(values))
    for code in codes:
        if code not in known:
            raise unknown_code("theme", code, known)
    return codes


def parse_countries(values: Iterable[str]) -> list[str]:
    """Upper-case ISO 3166-1 alpha-2 codes; raises a 400 problem for anything else."""
    codes = list(dict.fromkeys(value.upper() for value in values))
    for code in codes:
        if len(code) != 2 or not code.isascii() or not code.isalpha():
            raise bad_parameter(
                "country", f"'{code}' is not an ISO 3166-1 alpha-2 code, e.g. FR", "country", {"value": code[:80]}
            )
    return codes


def check_depth(limit: int, offset: int) -> None:
    """Raises a 400 problem when the page lies deeper than engines are asked."""
    if limit + offset > MAX_DEPTH:
        detail = f"limit + offset is at most {MAX_DEPTH}; read everything through /catalog/v1/changes"
        raise bad_parameter("offset", detail, "too_deep", {"most": MAX_DEPTH})
