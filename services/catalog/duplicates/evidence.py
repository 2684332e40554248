"""How likely it is that two records mean the same thing, and what speaks for it. Pure.

Each thing that agrees or differs adds its weight, as in Fellegi and Sunter's record linkage; what is not known adds
nothing. The sum is the logarithm of the odds; the score is the probability that it stands for.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from services.catalog.duplicates.similarity import Name, in_common, likeness, names_of, same_word
from services.catalog.duplicates.traits import Place, Traits
from services.catalog.duplicates.wording import Lexicon, telling_words, texts_of
from services.common.geo import kilometres

LIKELY = 0.5
"""The score from which a record is named as a possible duplicate."""

BEFOREHAND = -2.5
"""The odds of two records of one block before anything of them is looked at."""

NAME_WEIGHTS = ((0.0, -6.0), (0.3, -5.0), (0.5, -2.5), (0.6, -1.0), (0.75, 1.5), (0.85, 3.0), (1.0, 4.5))
"""Likeness of the names → weight; linear in between."""

OTHER_LANGUAGE = -0.5
"""The least weight of names that are in no common language: that they are not alike says little."""

ALIKE = 0.55
"""The likeness from which names are a reason."""

SAME = 0.99
NEAR_KM = 25.0
SAME_ID, OTHER_ID, SAME_ADDRESS = 12.0, -5.0, 4.0
SAME_PLACE, NEAR_PLACE, FAR_PLACE, OTHER_COUNTRY = 2.0, 1.0, -3.5, -5.0
FAR_TERRITORY, OTHER_LEVEL = -5.0, -2.0
SAME_CARRIER, OTHER_CARRIER = 1.2, -0.5
SAME_YEARS, OTHER_YEARS = 0.7, -0.7
SAME_THEMES = 0.4


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that speaks for two records being the same; `parameters` fill its sentence."""

    code: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The weight of one signal, and the reason that it gives."""

    weight: float
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """A record ready to be compared."""

    traits: Traits
    places: Sequence[Place]
    names: Sequence[Name]
    names_there: Sequence[Name]
    """The names without the words of its places' names: beside a place that is the same these tell nothing more."""

    @classmethod
    def of(cls, traits: Traits, places: Sequence[Place], lexicon: Lexicon) -> "Compared":
        """The record, its names cut into words once."""
        names = names_of(traits.names, lexicon, frozenset())
        if traits.kind in NAMED_BY_PLACE:
            return cls(traits, places, names, names)
        aside = {word for place in places for _, text in texts_of(place.name) for word in telling_words(text)}
        return cls(traits, places, names, names_of(traits.names, lexicon, frozenset(aside)))


NAMED_BY_PLACE = frozenset({"territory", "cooperation"})
"""Kinds whose names are those of places."""


def score(one: Compared, other: Compared, lexicon: Lexicon) -> tuple[float, list[Reason]]:
    """The probability (0 to 1) that both mean the same, and the reasons, the weightiest first."""
    place = _places(one, other)
    together = place is not None and place.weight > 0
    level = [Evidence(OTHER_LEVEL)] if _differs(one.traits.level, other.traits.level) else []
    found = [
        _names(one, other, lexicon, together=together),
        *([place] if place else []),
        *level,
        *_ids(one.traits, other.traits),
        *_carriers(one.traits, other.traits),
        *_years(one.traits, other.traits),
        *_themes(one.traits, other.traits),
    ]
    found.sort(key=lambda evidence: -evidence.weight)
    odds = BEFOREHAND + sum(evidence.weight for evidence in found)
    reasons = [evidence.reason for evidence in found if evidence.reason]
    return 1 / (1 + math.exp(-odds)), reasons


def _differs(value: object, other: object) -> bool:
    return value is not None and other is not None and value != other


def _names(one: Compared, other: Compared, lexicon: Lexicon, *, together: bool) -> Evidence:
    best = (
        likeness(one.names_there, other.names_there, lexicon) if together else likeness(one.names, other.names, lexicon)
    )
    weight = _interpolated(best.value)
    if not in_common(one.names, other.names):
        weight = max(weight, OTHER_LANGUAGE)
    reason = None
    if best.value >= ALIKE:
        code = "translated_name" if best.translated else "same_name" if best.value >= SAME else "similar_name"
        reason = Reason(code, {"name": best.name, "other": best.other})
    return Evidence(weight, reason)


def _interpolated(value: float) -> float:
    for (low, below), (high, above) in pairwise(NAME_WEIGHTS):
        if value <= high:
            return below + (above - below) * (value - low) / (high - low)
    return NAME_WEIGHTS[-1][1]


def _places(one: Compared, other: Compared) -> Evidence | None:
    if not one.places or not other.places:
        return None
    territories = one.traits.kind == "territory"
    shared = {place.id for place in one.places} & {place.id for place in other.places}
    if shared:
        all_shared = len(shared) == len(one.places) == len(other.places)
        place = next(place for place in one.places if place.id in shared)
        return Evidence(SAME_PLACE if all_shared else NEAR_PLACE, Reason("same_place", {"place": place.name}))
    apart = _apart(one.places, other.places)
    if apart is not None and apart <= NEAR_KM:
        weight = SAME_PLACE if territories and apart <= NEAR_KM / 5 else NEAR_PLACE
        return Evidence(weight, Reason("near_place", {"km": math.ceil(apart)}))
    if not {place.country_code for place in one.places} & {place.country_code for place in other.places}:
        return Evidence(OTHER_COUNTRY + (FAR_TERRITORY if territories else 0.0))
    if apart is not None:
        return Evidence(FAR_TERRITORY if territories else FAR_PLACE)
    return None


def _apart(places: Iterable[Place], others: Sequence[Place]) -> float | None:
    """Kilometres between the nearest two."""
    known = [
        kilometres(place.point, other.point) for place in places for other in others if place.point and other.point
    ]
    return min(known, default=None)


def _ids(one: Traits, other: Traits) -> Iterator[Evidence]:
    for system, number in sorted(one.ids & other.ids)[:1]:
        yield Evidence(SAME_ID, Reason("same_id", {"system": system, "id": number}))
        return
    if {system for system, _ in one.ids} & {system for system, _ in other.ids}:
        yield Evidence(OTHER_ID)
    if one.address and one.address == other.address:
        yield Evidence(SAME_ADDRESS, Reason("same_address", {"address": one.address}))


def _carriers(one: Traits, other: Traits) -> Iterator[Evidence]:
    if one.organization and one.organization == other.organization:
        yield Evidence(SAME_CARRIER, Reason("same_organization", {}))
    elif one.carrier and other.carrier:
        words, others = telling_words(one.carrier), telling_words(other.carrier)
        shared = sum(any(same_word(word, each) for each in others) for word in words)
        if words and shared >= CARRIER_SHARED * min(len(words), len(others)):
            yield Evidence(SAME_CARRIER, Reason("same_carrier", {"carrier": one.carrier}))
        elif not shared and one.carrier.isascii() == other.carrier.isascii():
            yield Evidence(OTHER_CARRIER)


CARRIER_SHARED = 0.75
"""The share of words from which two carriers are one."""


def _years(one: Traits, other: Traits) -> Iterator[Evidence]:
    if one.start_year and other.start_year:
        if one.start_year == other.start_year:
            yield Evidence(SAME_YEARS, Reason("same_years", {"year": one.start_year}))
        elif abs(one.start_year - other.start_year) > 1:
            yield Evidence(OTHER_YEARS)


def _themes(one: Traits, other: Traits) -> Iterator[Evidence]:
    shared = sorted(one.themes & other.themes)
    if shared:
        yield Evidence(SAME_THEMES, Reason("same_theme", {"theme": shared[0]}))
