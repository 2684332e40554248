"""Which language a reader gets."""

from typing import Any

import pytest

from services.common.languages import (
    MAX_REQUESTED,
    Languages,
    Origin,
    Text,
    TextEntry,
    languages_of,
    negotiate,
    parse_accept_language,
    used_languages,
)


def text(**origins: Origin) -> Text:
    """A text whose wording in each language names that language."""
    return {lang: TextEntry(text=f"in {lang}", origin=origin) for lang, origin in origins.items()}


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        ("fr", ("fr",)),
        ("fr-CA", ("fr",)),
        ("fr-CA,fr;q=0.9,en;q=0.8", ("fr", "en")),
        ("en;q=0.5, ar", ("ar", "en")),
        ("en;q=0.5,ar;q=0.5", ("en", "ar")),
        ("fr ; q=0.3 , en; q=0.7", ("en", "fr")),
        ("fr;Q=0.3, en;q=0.7", ("en", "fr")),
        ("fr;q=0, en;q=0.1", ("en",)),
        ("fr;q=0.000", ()),
        ("*", ()),
        ("*;q=0.1, FR", ("fr",)),
        ("zh-Hant-TW", ("zh",)),
        ("", ()),
        (",, ,;q=1,", ()),
        ("fr;q=", ()),
        ("fr;q=high, en", ("en",)),
        ("fr;q=nan, en;q=0.1", ("en",)),
        ("fr;q=-1, en;q=0.1", ("en",)),
        ("fr;level=1, en;q=0.1", ("en",)),
    ],
)
def test_accept_language_is_read_best_first_and_nonsense_passed_over(header: str, languages: tuple[str, ...]) -> None:
    assert parse_accept_language(header) == languages


def test_an_endless_header_is_not_read_to_its_end() -> None:
    assert len(parse_accept_language(",".join(f"a{chr(97 + n)}" for n in range(26)))) == MAX_REQUESTED


def test_tags_are_reduced_to_their_language_each_once() -> None:
    assert languages_of(["fr-CA", "FR", " en-GB ", "", "fr", "q" * 60_000, "x-1", "1a"]) == ("fr", "en")


def test_the_parameter_goes_before_the_header() -> None:
    assert negotiate("ar", "fr-FR, en;q=0.3") == Languages(("ar", "fr", "en"))
    assert negotiate("pt-BR", None) == Languages(("pt",))
    assert negotiate(None, None) == Languages(())
    assert negotiate("all", "ar") == Languages(("ar",), everything=True)


@pytest.mark.parametrize(
    ("requested", "available", "picked"),
    [
        (("ar",), text(fr="original", en="machine", ar="machine"), "ar"),
        (("pt", "ar"), text(fr="original", ar="machine"), "ar"),
        (("pt",), text(en="machine", fr="machine", es="original"), "es"),
        ((), text(en="machine", es="original"), "es"),
        (("pt",), text(fr="human", en="human", ar="human"), "en"),
        (("pt",), text(ar="human", fr="human"), "fr"),
        (("pt",), text(ar="human", it="human"), "ar"),
        (("fr",), text(und="original"), "und"),
        (("fr",), text(fr="outdated", en="original"), "fr"),
    ],
)
def test_what_is_missing_falls_back_to_the_original_then_english_then_french(
    requested: tuple[str, ...], available: Text, picked: str
) -> None:
    found = Languages(requested).pick(available)
    assert found == {"text": f"in {picked}", "lang": picked, "origin": available[picked]["origin"]}


def test_a_text_without_wording_gives_nothing() -> None:
    assert Languages(("fr",)).pick({}) is None


def test_everything_comes_beside_the_picked_wording() -> None:
    both = text(fr="original", en="machine")
    assert Languages(("en",), everything=True).pick(both) == {
        "text": "in en",
        "lang": "en",
        "origin": "machine",
        "translations": both,
    }


@pytest.mark.parametrize(
    ("requested", "label"),
    [((), "en"), (("ar",), "ar"), (("pt", "fr"), "fr"), (("pt", "it"), "en"), (("en", "fr"), "en")],
)
def test_labels_come_in_the_first_language_that_they_all_have(requested: tuple[str, ...], label: str) -> None:
    assert Languages(requested).label == label


@pytest.mark.parametrize(
    ("answer", "languages"),
    [
        ({"title": {"text": "a", "lang": "fr"}, "themes": [{"code": "x", "lang": "en"}]}, {"fr", "en"}),
        ([{"items": [{"deep": [{"lang": "ar"}]}]}], {"ar"}),
        ({"lang": "und", "other": {"lang": None}}, set()),
        ({"lang": {"lang": "it"}}, {"it"}),
        (
            {"lang": "fr", "translations": {"fr": {"text": "a"}, "ar": {"text": "b"}, "und": {"text": "c"}}},
            {"fr", "ar"},
        ),
        ({"lang": "fr", "translations": None}, {"fr"}),
        ("lang", set()),
        (None, set()),
    ],
)
def test_the_languages_of_an_answer_are_found_at_any_depth(answer: Any, languages: set[str]) -> None:  # noqa: ANN401 - any JSON value
    assert used_languages(answer) == languages
