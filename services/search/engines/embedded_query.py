"""From a query to tantivy's own, keeping the port's rule: every word, by equality, prefix, typo or stem."""

from collections.abc import Iterable, Sequence

from tantivy import FieldType, Occur, Schema
from tantivy import Query as TantivyQuery

from services.common.geo import BoundingBox
from services.common.words import Word
from services.search.engines.embedded_schema import (
    INITIATIVE,
    LABELS,
    LATITUDE,
    LONGITUDE,
    SUMMARY,
    TITLE,
    facet_field,
    stem_field,
)
from services.search.engines.port import TERRITORY, Query
from services.search.stems import STEMMERS, stem
from services.search.words import allowed_typos

FIELD_WEIGHTS = {TITLE: 3.0, LABELS: 2.0, SUMMARY: 1.0}
"""A word in the title says more of an initiative than one in its summary."""

EQUAL_WEIGHT, STEM_WEIGHT, NEAR_WEIGHT = 1.0, 0.8, 0.3
"""A word as typed goes before another form of it, and that before a beginning or a typo."""

_TIE = 0.1
"""How much a second place of the same word adds to its best one."""


def build_query(schema: Schema, query: Query) -> TantivyQuery:
    """All words and all filters, over initiatives only."""
    last = len(query.words) - 1
    parts = [_unscored(TantivyQuery.term_query(schema, "kind", INITIATIVE))]
    parts.extend(
        _word(schema, word, is_prefix=place == last and query.last_is_prefix) for place, word in enumerate(query.words)
    )
    for wanted in query.filters:
        field = TERRITORY if wanted.name == TERRITORY else facet_field(wanted.name)
        parts.append(_unscored(TantivyQuery.term_set_query(schema, field, list(wanted.values))))
    if query.bbox is not None:
        parts.append(_unscored(_any_of([_inside(schema, half) for half in query.bbox.halves()])))
    return _all_of(parts)


def by_terms(schema: Schema, field: str, values: Sequence[str]) -> TantivyQuery:
    """Initiatives with one of these values in a field of ids."""
    return _all_of(
        [
            TantivyQuery.term_query(schema, "kind", INITIATIVE),
            TantivyQuery.term_set_query(schema, field, list(values)),
        ]
    )


def _word(schema: Schema, word: Word, *, is_prefix: bool) -> TantivyQuery:
    places: list[TantivyQuery] = []
    for field, weight in FIELD_WEIGHTS.items():
        equal = TantivyQuery.term_query(schema, field, word.folded, "freq")
        places.append(TantivyQuery.boost_query(equal, weight * EQUAL_WEIGHT))
        near = _near(schema, field, word.folded, is_prefix=is_prefix)
        if near is not None:
            places.append(TantivyQuery.boost_query(near, weight * NEAR_WEIGHT))
    for lang in STEMMERS:
        stemmed = stem(lang, word.surface)
        if stemmed:
            found = TantivyQuery.term_query(schema, stem_field(lang), stemmed, "freq")
            places.append(TantivyQuery.boost_query(found, STEM_WEIGHT))
    return TantivyQuery.disjunction_max_query(places, _TIE)


def _near(schema: Schema, field: str, word: str, *, is_prefix: bool) -> TantivyQuery | None:
    typos = allowed_typos(word)
    if typos == 2:
        return TantivyQuery.fuzzy_term_query(schema, field, word, 2, True, is_prefix)
    if not typos and not is_prefix:
        return None
    pattern = "|".join(_one_typo(word)) if typos else word
    return TantivyQuery.regex_query(schema, field, f"({pattern}){'.*' if is_prefix else ''}")


def _one_typo(word: str) -> Iterable[str]:
    """Patterns of `word` and of every word one typo away that begins with the same letter.

    tantivy's own fuzzy query lets the first letter change too, and finds `verre` for `terre`.
    """
    yield word
    for place in range(1, len(word)):
        before, letter, after = word[:place], word[place], word[place + 1 :]
        yield f"{before}{after}"
        yield f"{before}.{after}"
        yield f"{before}.{letter}{after}"
        if after:
            yield f"{before}{after[0]}{letter}{after[1:]}"
    yield f"{word}."


def _inside(schema: Schema, box: BoundingBox) -> TantivyQuery:
    return _all_of(
        [
            TantivyQuery.range_query(schema, LONGITUDE, FieldType.Float, box.west, box.east),
            TantivyQuery.range_query(schema, LATITUDE, FieldType.Float, box.south, box.north),
        ]
    )


def _unscored(query: TantivyQuery) -> TantivyQuery:
    return TantivyQuery.const_score_query(query, 0.0)


def _all_of(parts: Sequence[TantivyQuery]) -> TantivyQuery:
    return TantivyQuery.boolean_query([(Occur.Must, part) for part in parts])


def _any_of(parts: Sequence[TantivyQuery]) -> TantivyQuery:
    return TantivyQuery.boolean_query([(Occur.Should, part) for part in parts])
