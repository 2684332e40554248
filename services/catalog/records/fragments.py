"""Representations kept as bytes, so that what many ask for is read, labelled and written once.

A representation follows from the state, the reader's languages and the vocabularies, and the state tells the names of
other records itself: for the same bytes and languages it is the same, until a vocabulary changes.
"""

from collections.abc import Mapping, Sequence

import orjson

from services.catalog.records.kinds import Kind
from services.catalog.records.representation import Reader
from services.catalog.vocabularies.repository import VocabularyState
from services.common.languages import Languages

MOST = 2_000
LARGEST = 8 * 1024
"""Bytes of a state: those of most records have two thousand. All that is kept takes 10 MB, at worst 40."""

_Fragment = tuple[bytes, frozenset[str]]
"""A representation, and the languages in it."""


class Fragments:
    """What was represented of late. When it is full it begins anew: what is asked for often is soon back."""

    def __init__(self) -> None:
        self._vocabularies: Mapping[str, VocabularyState] | None = None
        self._kept: dict[tuple[str, Languages, bool], dict[bytes, _Fragment]] = {}
        self._room = 0

    def of(self, kind: Kind, states: Sequence[bytes], reader: Reader, *, as_features: bool = False) -> list[bytes]:
        """Each state as the reader gets it, as JSON; the reader has the languages used."""
        if self._vocabularies is not reader.vocabularies or self._room <= 0:
            self._vocabularies, self._kept, self._room = reader.vocabularies, {}, MOST
        key = (kind.name, reader.languages, as_features)
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = {}
            self._room -= 1
        bodies = []
        for state in states:
            fragment = kept.get(state)
            if fragment is None:
                fragment = _represented(kind, state, Reader(reader.languages, reader.vocabularies), as_features)
                self._room -= 1
                if len(state) <= LARGEST:
                    kept[state] = fragment
            body, languages = fragment
            reader.used.update(languages)
            bodies.append(body)
        return bodies


def _represented(kind: Kind, state: bytes, reader: Reader, as_feature: bool) -> _Fragment:
    representation = kind.represent(orjson.loads(state), reader)
    if as_feature and kind.as_feature is not None:
        representation = kind.as_feature(representation)
    return orjson.dumps(representation), frozenset(reader.used)
