"""Names as they are compared: words, sounds, phrases of the field; how alike two names are."""

from collections.abc import Sequence

import pytest

from services.catalog.duplicates.similarity import likeness, names_of, same_word
from services.catalog.duplicates.wording import EMPTY_LEXICON, Lexicon, shortened, sound_of, telling_words

FIELD = Lexicon(
    {("marche", "paysan"): "farmers_markets", ("farmer", "market"): "farmers_markets", ("jardin",): "gardens"},
    frozenset({"marche", "paysan", "farmer", "market", "jardin"}),
)


def alike(one: str, other: str, lexicon: Lexicon = EMPTY_LEXICON, langs: Sequence[str] = ("fr", "fr")) -> float:
    names, others = (
        names_of([(lang, text)], lexicon, frozenset()) for lang, text in zip(langs, (one, other), strict=True)
    )
    return likeness(names, others, lexicon).value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Les Marchés paysans de la ville", ("marche", "paysan", "ville")),
        ("L'École d'Été", ("ecole", "ete")),
        ("Fès", ("fes",)),
        ("الأسواق في المدينة", ("اسواق", "مدينه")),
        ("De la", ("de", "la")),
        ("30 by 30", ("30", "30")),
        ("", ()),
    ],
)
def test_a_name_is_cut_into_the_words_that_tell(text: str, words: tuple[str, ...]) -> None:
    assert telling_words(text) == words


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [("sefrou", "صفرو"), ("sfax", "صفاقس"), ("marrakech", "مراكش"), ("agadir", "اكادير"), ("fez", "فاس")],
)
def test_a_word_sounds_the_same_in_both_scripts(latin: str, arabic: str) -> None:
    assert sound_of(latin) == sound_of(arabic)


def test_words_that_differ_sound_otherwise() -> None:
    assert len({sound_of(word) for word in ("sefrou", "sfax", "marrakech", "agadir", "montpellier")}) == 5
    assert sound_of("eau") == "eau", "no consonant: itself"
    assert sound_of("北京") == "北京", "another script: itself"


def test_one_typo_shares_a_shortened_form() -> None:
    for wrong in ("montplier", "montpelier", "mnotpellier"):
        assert shortened(sound_of("montpellier")) & shortened(sound_of(wrong))


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ("Marché paysan", "MARCHE PAYSAN", 1.0, 1.0),
        ("Pôle logistique mutualisé", "mutualisé : logistique, pôle", 1.0, 1.0),
        ("Pôle logistique mutualisé", "Pole logistic mutualisée", 0.85, 0.99),
        ("Pôle logistique mutualisé des épiceries", "Pôle logistique mutualisé", 0.75, 0.99),
        ("Anti gaspi", "Antigaspi", 0.9, 1.0),
        ("Jardins de la Croix-Rousse", "Cantines de Gerland", 0.0, 0.0),
        ("Plan 2024", "Plan 2030", 0.0, 0.6),
    ],
)
def test_names_are_alike_as_far_as_their_words_are(one: str, other: str, low: float, high: float) -> None:
    assert low <= alike(one, other) <= high
    assert alike(one, other) == pytest.approx(alike(other, one))


def test_what_the_field_says_often_tells_less() -> None:
    often, seldom = ("Jardin Belleville", "Jardin Gerland"), ("Zéphyr Belleville", "Zéphyr Gerland")
    assert alike(*often, FIELD) < alike(*seldom, FIELD)


def test_a_phrase_of_the_field_is_the_same_in_another_language() -> None:
    assert alike("Marché paysan Bensouda", "Bensouda farmers' market", FIELD, ("fr", "en")) > 0.9
    assert alike("Marché paysan Bensouda", "Bensouda farmers' market", langs=("fr", "en")) < 0.6


def test_names_in_a_common_language_are_compared_in_that_one() -> None:
    names = names_of([("fr", "Jardin Alpha"), ("en", "Alpha garden")], EMPTY_LEXICON, frozenset())
    others = names_of([("fr", "Verger Oméga"), ("es", "Alpha garden")], EMPTY_LEXICON, frozenset())
    assert likeness(names, others, EMPTY_LEXICON).value == 0.0


@pytest.mark.parametrize(
    ("word", "other", "same"),
    [
        ("waste", "watse", True),
        ("paysanne", "paysannes", True),
        ("fes", "fez", False),
        ("طعام", "مطاعم", False),
        ("2024", "2025", False),
        ("صفرو", "sefrou", True),
        ("logistique", "logistic", True),
        ("paysan", "poisson", False),
        ("#gardens", "#markets", False),
    ],
)
def test_a_word_is_another_one_with_a_typo_at_most(word: str, other: str, same: bool) -> None:
    assert (same_word(word, other) > 0) == same
