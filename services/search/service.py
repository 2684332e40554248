"""Finding initiatives: what was typed, what the engine found, and the answer in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

from services.common.countries import country_name
from services.common.languages import Languages
from services.common.words import Word
from services.search import query as queries
from services.search.documents import MUFPP_CATEGORIES
from services.search.engines.port import Engine, EngineUnavailableError, Hit, Page, Query
from services.search.highlight import highlight
from services.search.vocabularies import THEMES, Vocabularies

COUNTRY = "country"
TERRITORY_KIND = "territory_kind"

VOCABULARY_OF = {
    "theme": THEMES,
    TERRITORY_KIND: "territory_kinds",
    "mufpp_category": MUFPP_CATEGORIES,
    "sector": "sectors",
    "carrier_kind": "actor_kinds",
    "maturity": "maturities",
}
"""Where the labels of codes stand; those of countries come from CLDR."""

LABELS_KEPT_S = 1.0
"""How long labels are used before the index is asked for them again: a rebuild may have brought others."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to: the page, the words to mark, and how the query was read."""

    page: Page
    asked: queries.Asked
    ignored_words: Sequence[Word]


class SearchService:
    """Searches on an engine. Raises problems (400) for what cannot be asked, `EngineError` for what did not work."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._labels: tuple[float, Vocabularies] | None = None

    async def vocabularies(self) -> Vocabularies:
        """The labels that go with the index; raises `EngineUnavailableError` before there is one."""
        if self._labels is not None and monotonic() - self._labels[0] < LABELS_KEPT_S:
            return self._labels[1]
        metadata = await self._engine.metadata()
        if metadata is None:
            message = "the search index has not been built yet"
            raise EngineUnavailableError(message)
        self._labels = (monotonic(), metadata.vocabularies)
        return metadata.vocabularies

    async def search(self, asked: queries.Asked) -> Found:
        """What holds every word; where nothing does, words are left out from the end until something does.

        A recognised theme that finds nothing gives way to the words that named it, if all of them are found.
        """
        if asked.otherwise is None:
            return await self._search_words(asked)
        page = await self._engine.search(asked.query)
        if not page.total:
            by_words = await self._engine.search(asked.otherwise)
            if by_words.total:
                return Found(by_words, replace(asked, query=asked.otherwise, recognised_themes=()), ())
        return Found(page, asked, ())

    async def _search_words(self, asked: queries.Asked) -> Found:
        attempt: Query | None = asked.query
        tried = asked.query
        page = Page([], 0, estimated=False, facets={})
        while attempt is not None:
            tried, page = attempt, await self._engine.search(attempt)
            attempt = None if page.total else queries.shorter(attempt)
        if not page.total:
            tried = asked.query
        kept = len(tried.words)
        return Found(page, replace(asked, query=tried, words=tried.words), asked.query.words[kept:])


def answer(found: Found, vocabularies: Vocabularies, languages: Languages) -> dict[str, Any]:
    """The answer of `SearchAnswer`'s shape."""
    query = found.asked.query
    return {
        "items": [_item(hit, found.asked, vocabularies, languages) for hit in found.page.hits],
        "facets": {
            name: _counts(name, found.page.facets.get(name, {}), vocabularies, languages) for name in query.facets
        },
        "total": found.page.total,
        "estimated": found.page.estimated,
        "limit": query.limit,
        "offset": query.offset,
        "recognised_themes": [_code("theme", code, vocabularies, languages) for code in found.asked.recognised_themes],
        "ignored_words": [word.surface for word in found.ignored_words],
    }


def as_geojson(answered: Mapping[str, Any]) -> dict[str, Any]:
    """An answer as a FeatureCollection (RFC 7946): hits at their territories, all else as members beside them."""
    features = [
        {"type": "Feature", "id": item["id"], "geometry": item["territory"]["point"], "properties": item}
        for item in answered["items"]
    ]
    others = {name: value for name, value in answered.items() if name != "items"}
    return {"type": "FeatureCollection", "features": features, **others}


def _item(hit: Hit, asked: queries.Asked, vocabularies: Vocabularies, languages: Languages) -> dict[str, Any]:
    card = hit.card
    territory = card["territory"]
    carrier = card.get("carrier")
    return {
        "id": card["id"],
        "slug": card["slug"],
        "title": languages.pick(card["title"]),
        "summary": languages.pick(card["summary"]),
        "highlights": _highlights(card, asked, languages),
        "territory": {
            **territory,
            "name": languages.pick(territory["name"]),
            "kind": _code_or_none(TERRITORY_KIND, territory["kind"], vocabularies, languages),
        },
        "themes": [_code("theme", code, vocabularies, languages) for code in card["themes"]],
        "carrier": carrier
        and {
            "name": carrier["name"],
            "sector": _code_or_none("sector", carrier.get("sector"), vocabularies, languages),
            "kind": _code_or_none("carrier_kind", carrier.get("kind"), vocabularies, languages),
        },
        "start_year": card["start_year"],
        "end_year": card["end_year"],
        "maturity": _code_or_none("maturity", card["maturity"], vocabularies, languages),
        "mufpp_category": _code_or_none("mufpp_category", card["mufpp_category"], vocabularies, languages),
        "url": card["url"],
        "score": hit.score,
    }


def _highlights(card: Mapping[str, Any], asked: queries.Asked, languages: Languages) -> list[dict[str, str]]:
    """Where the words stand: each text in the language it is shown in, else in the first in which it holds one."""
    if not asked.words:
        return []
    found = []
    carrier = (card.get("carrier") or {}).get("name")
    texts = {
        "title": card["title"],
        "summary": card["summary"],
        "territory": card["territory"]["name"],
        "carrier": {"und": {"text": carrier, "origin": "original"}} if carrier else {},
    }
    for field, text in texts.items():
        shown = languages.pick(text)
        order = dict.fromkeys([*([shown["lang"]] if shown else []), *text])
        for lang in order:
            html = highlight(text[lang]["text"], lang, asked.words, last_is_prefix=asked.query.last_is_prefix)
            if html is not None:
                found.append({"field": field, "lang": lang, "html": html})
                break
    return found


def _code_or_none(
    facet: str, code: str | None, vocabularies: Vocabularies, languages: Languages
) -> dict[str, str] | None:
    return None if code is None else _code(facet, code, vocabularies, languages)


def _code(facet: str, code: str, vocabularies: Vocabularies, languages: Languages) -> dict[str, str]:
    lang = languages.label
    label = country_name(code, lang) if facet == COUNTRY else vocabularies.label(VOCABULARY_OF[facet], code, lang)
    return {"code": code, "label": label, "lang": lang}


def _counts(
    facet: str, counts: Mapping[str, int], vocabularies: Vocabularies, languages: Languages
) -> list[dict[str, Any]]:
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return [{**_code(facet, code, vocabularies, languages), "count": count} for code, count in ordered]
