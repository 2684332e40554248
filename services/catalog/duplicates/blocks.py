"""Blocks: records that share a key of these are looked at as possible duplicates; no others are. Pure.

A key is narrow: a name's words all together, or a word with a place, a theme with a place, two words where there is no
place. So the blocks stay small however many records there are.
"""

import zlib
from collections.abc import Iterable, Iterator
from uuid import UUID

from services.catalog.duplicates.traits import Traits
from services.catalog.duplicates.wording import shortened, sound_of, telling_pairs, telling_words

SHORT_NAME_WORDS = 2
"""Up to so many words a name is also found with a typo in it; in longer ones the other words find it."""

SHORT_NAME_SOUNDS = 12
MAX_PLACES = 6
"""Of one record; a programme in fifty territories is not found by each of them."""

SINGLE_WORDS = frozenset({"organization", "network", "programme", "census", "funding_call"})
"""Kinds with so few records that any word of a name makes a block."""


def block_keys(traits: Traits) -> list[int]:
    """The keys of a record: 32-bit integers, sorted. Two texts rarely have the same; then there is one look more."""
    return _hashed(traits.kind, {*_of_names(traits), *_of_places(traits), *_of_the_rest(traits)})


def keys_at(traits: Traits, places: Iterable[UUID]) -> list[int]:
    """The keys that the record would have if it were in these places."""
    return _hashed(traits.kind, {f"word {place} {word}" for place in places for word in _sounds(traits)})


def _hashed(kind: str, keys: Iterable[str]) -> list[int]:
    prefix = zlib.crc32(kind.encode())
    return sorted({zlib.crc32(key.encode(), prefix) - 2**31 for key in keys})


def _sounds(traits: Traits) -> set[str]:
    return {sound_of(word) for _, name in traits.names for word in telling_words(name)}


def _of_names(traits: Traits) -> Iterator[str]:
    scope = traits.country or ""
    for _, name in traits.names:
        words = telling_words(name)
        sounds = sorted({sound_of(word) for word in words})
        whole = "".join(sounds)
        yield f"name {whole}"
        if len(words) <= SHORT_NAME_WORDS and len(whole) <= SHORT_NAME_SOUNDS:
            yield from (f"near {scope} {near}" for near in shortened(whole))
        if traits.country or traits.kind in SINGLE_WORDS:
            yield from (f"word {scope} {sound}" for sound in sounds)
        elif not traits.places:
            yield from (f"pair {one} {other}" for one, other in telling_pairs(sounds))


def _of_places(traits: Traits) -> Iterator[str]:
    places = sorted(map(str, traits.places))[:MAX_PLACES]
    sounds = _sounds(traits)
    for at, place in enumerate(places):
        yield from (f"word {place} {sound}" for sound in sounds)
        yield from (f"theme {place} {theme}" for theme in traits.themes)
        yield from (f"places {place} {other}" for other in places[at + 1 :])


def _of_the_rest(traits: Traits) -> Iterator[str]:
    yield from (f"id {system} {number}" for system, number in traits.ids)
    if traits.address:
        yield f"address {traits.address}"
    if traits.carrier:
        carrier = "".join(sorted({sound_of(word) for word in telling_words(traits.carrier)}))
        yield from (f"carrier {carrier} {theme}" for theme in traits.themes)
    if traits.organization:
        yield from (f"organization {traits.organization} {theme}" for theme in traits.themes)
