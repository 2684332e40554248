"""The sentences of an answer."""

import string
from collections.abc import Iterator, Mapping

import pytest

from services.matching.domain.criteria import MATURITY_WEIGHT, STAGE_WEIGHT
from services.matching.domain.crosswalk import Relation
from services.matching.domain.explanation import Fact
from services.matching.matches import wording


def sentences() -> Iterator[tuple[str, Mapping[str, str]]]:
    for name, value in vars(wording).items():
        if name.isupper() and isinstance(value, dict):
            nested = isinstance(next(iter(value.values())), dict)
            yield from ((f"{name}.{key}", each) for key, each in value.items()) if nested else [(name, value)]


@pytest.mark.parametrize(("name", "sentence"), list(sentences()))
def test_a_sentence_stands_in_three_languages_with_the_same_places(name: str, sentence: Mapping[str, str]) -> None:
    places = {
        lang: sorted(place for _, place, _, _ in string.Formatter().parse(words) if place)
        for lang, words in sentence.items()
    }
    assert places.keys() == {"fr", "en", "ar"}, name
    assert places["fr"] == places["en"] == places["ar"], name


def test_every_missing_fact_and_every_relation_has_its_sentence() -> None:
    assert wording.MISSING.keys() == set(Fact)
    assert wording.RELATION.keys() == set(Relation)


def test_numbers_are_grouped_as_the_language_does() -> None:
    assert wording.counted(1_234_567, "en") == "1,234,567"
    assert wording.counted(1_234_567, "fr") == "1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567"


def test_weights_by_maturity_and_stage_name_an_unknown_one() -> None:
    assert None in MATURITY_WEIGHT
    assert None in STAGE_WEIGHT
