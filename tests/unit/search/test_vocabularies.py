from services.search.vocabularies import Vocabularies

STATES = [
    {
        "name": "themes",
        "terms": [
            {"code": "a", "label": {"en": "A", "fr": "Â"}, "alt_labels": {"es": ["la a"]}, "broader": ["b"]},
            {"code": "b", "label": {"fr": "Bé"}, "alt_labels": {}, "broader": ["a"]},
            {"code": "c", "label": {}, "alt_labels": {}, "broader": []},
        ],
    }
]


def test_what_is_kept_with_the_index_is_what_was_read() -> None:
    read = Vocabularies.from_states(STATES)
    assert Vocabularies.from_states(read.states()) == read
    assert read.states() == STATES


def test_a_label_falls_back_to_english_then_any_then_the_code() -> None:
    read = Vocabularies.from_states(STATES)
    assert [read.label("themes", "a", lang) for lang in ("fr", "en", "ar")] == ["Â", "A", "A"]
    assert read.label("themes", "b", "ar") == "Bé"
    assert read.label("themes", "c", "fr") == "c"
    assert read.label("themes", "unknown", "fr") == "unknown"
    assert read.label("unknown", "a", "fr") == "a"


def test_broader_codes_that_go_round_in_a_circle_end() -> None:
    assert Vocabularies.from_states(STATES).with_broader("themes", ["a"]) == ["a", "b"]


def test_every_name_of_a_code_is_known_per_language() -> None:
    assert Vocabularies.from_states(STATES).names("themes", ["a", "b", "unknown"]) == {
        "en": ["A"],
        "fr": ["Â", "Bé"],
        "es": ["la a"],
    }
