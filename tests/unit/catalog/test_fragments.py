"""Representations that are kept: they are what would be made anew, for as long as the vocabularies are the same."""

import orjson
import pytest

from services.catalog.initiatives.kind import INITIATIVE
from services.catalog.records import fragments as kept
from services.catalog.records.fragments import Fragments
from services.catalog.records.representation import Reader, State
from services.catalog.vocabularies.repository import VocabularyState
from services.common.ids import new_id
from services.common.languages import Languages

STATE = orjson.dumps(
    {
        "id": "01a206f8-cde3-7607-83c5-41e5956901c3",
        "title": {
            "fr": {"text": "Charbonnières, sans OGM", "origin": "original"},
            "en": {"text": "Charbonnières, free of GMO", "origin": "machine"},
        },
        "themes": ["food_waste"],
        "territory": {
            "id": "01a2079d-7142-70b3-8a50-a92038e3a639",
            "slug": "charbonnieres",
            "name": {"fr": {"text": "Charbonnières", "origin": "original"}},
            "country_code": "FR",
            "kind": "commune",
            "point": {"type": "Point", "coordinates": [4.74, 45.78]},
        },
    }
)
ENGLISH, FRENCH = Languages(("en",)), Languages(("fr",))


def vocabularies(english: str = "Food waste") -> dict[str, VocabularyState]:
    labels = {
        "food_waste": {"fr": "Gaspillage", "en": english, "ar": "هدر الغذاء"},
        "commune": {"fr": "Commune", "en": "Municipality", "ar": "بلدية"},
    }
    return {name: VocabularyState(new_id(), 1, {}, labels, {}) for name in ("themes", "territory_kinds")}


def made_anew(reader: Reader) -> State:
    return INITIATIVE.represent(orjson.loads(STATE), reader)


@pytest.fixture
def fragments() -> Fragments:
    return Fragments()


def test_what_is_kept_is_what_would_be_made_anew(fragments: Fragments) -> None:
    known = vocabularies()
    for languages in (ENGLISH, FRENCH, Languages(("ar",)), Languages((), everything=True)) * 2:
        reader, anew = Reader(languages, known), Reader(languages, known)
        [body] = fragments.of(INITIATIVE, [STATE], reader)
        assert orjson.loads(body) == made_anew(anew)
        assert reader.used == anew.used


def test_a_feature_and_a_record_are_kept_apart(fragments: Fragments) -> None:
    reader = Reader(ENGLISH, vocabularies())
    for _ in range(2):
        [feature] = fragments.of(INITIATIVE, [STATE], reader, as_features=True)
        [record] = fragments.of(INITIATIVE, [STATE], reader)
        assert orjson.loads(feature)["geometry"]["coordinates"] == [4.74, 45.78]
        assert "geometry" not in orjson.loads(record)


def test_a_changed_label_is_told_at_once(fragments: Fragments) -> None:
    told = []
    for label in ("Food waste", "Wasted food"):
        [body] = fragments.of(INITIATIVE, [STATE], Reader(ENGLISH, vocabularies(label)))
        told.append(orjson.loads(body)["themes"][0]["label"])
    assert told == ["Food waste", "Wasted food"]


def test_it_keeps_no_more_than_it_has_room_for_and_nothing_large(
    fragments: Fragments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST", 3)
    reader = Reader(ENGLISH, vocabularies())
    states = [orjson.dumps({"id": str(number)}) for number in range(10)]
    assert [fragments.of(INITIATIVE, [state], reader) for state in states] == [[state] for state in states]
    assert _count(fragments) <= 3
    large = orjson.dumps({"id": "x" * kept.LARGEST})
    for _ in range(3):
        before = _count(fragments)
        assert fragments.of(INITIATIVE, [large], reader) == [large]
        assert _count(fragments) <= before


def test_nor_does_it_keep_what_readers_are_told_of_nothing(
    fragments: Fragments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST", 3)
    known = vocabularies()
    for language in ("en", "fr", "ar", "es", "pt", "it", "de"):
        assert fragments.of(INITIATIVE, [], Reader(Languages((language,)), known)) == []
        assert len(fragments._kept) <= 3


def _count(fragments: Fragments) -> int:
    return sum(len(of_reader) for of_reader in fragments._kept.values())
