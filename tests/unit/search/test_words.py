import random

import pytest

from services.common.words import fold_word, folded_text, spans
from services.search.words import allowed_typos, distance, matches, prefix_distance


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("L'École de Sèvres", "l ecole de sevres"),
        ("École", "ecole"),
        ("œuvres d’été", "oeuvres d ete"),
        ("Straße ÑANDÚ coração", "strasse nandu coracao"),
        ("anti-gaspi_2023 2,5 %", "anti gaspi 2023 2 5"),
        ("الهَدْر", "هدر"),
        ("هـــدر", "هدر"),
        ("مدرسة ومدرسه", "مدرسه ومدرسه"),
        ("إدارة أغذية ٱلطعام", "اداره اغذيه طعام"),
        ("الألبان ألبان البان", "بان بان بان"),
        ("التزام الالتزام آلاف الآلاف", "تزام تزام اف اف"),
        ("على مستوى", "علي مستوي"),
        ("إلى ال الا", "الي ال الا"),
        ("", ""),
        ("…!?", ""),
    ],
)
def test_folding_makes_spellings_of_one_word_one(text: str, folded: str) -> None:
    assert folded_text(text) == folded


def test_a_word_knows_its_place_in_the_text() -> None:
    text = "Le «marché» d'Été, هَدْر"
    assert [text[span.start : span.end] for span in spans(text)] == ["Le", "marché", "d", "Été", "هَدْر"]
    assert [span.folded for span in spans(text)] == ["le", "marche", "d", "ete", "هدر"]


def test_folding_twice_is_folding_once() -> None:
    for word in ("Écoles", "الأغذية", "coração", "مدرسة", "الألبان", "الالتزام"):
        assert fold_word(fold_word(word)) == fold_word(word)


@pytest.mark.parametrize(("word", "typos"), [("bio", 0), ("cant", 0), ("canti", 1), ("cantines", 1), ("gaspillag", 2)])
def test_longer_words_may_hold_more_typos(word: str, typos: int) -> None:
    assert allowed_typos(word) == typos


@pytest.mark.parametrize(
    ("query", "word", "is_prefix", "found"),
    [
        ("cantine", "cantine", False, True),
        ("cantine", "cantines", False, True),
        ("cantin", "cantines", False, False),
        ("cantin", "cantines", True, True),
        ("catnine", "cantine", False, True),
        ("gaspilage", "gaspillages", False, True),
        ("gaspilge", "gaspillages", False, False),
        ("bio", "bia", False, False),
        ("bio", "biologique", True, True),
        ("bio", "biologique", False, False),
        ("terre", "verre", False, False),
        ("alimentation", "xlimentation", False, True),
        ("alimentation", "xlimentatiom", False, False),
        ("cnati", "cantines", True, True),
        ("محلات", "محالت", False, True),
    ],
)
def test_the_rule_of_what_a_word_finds(query: str, word: str, is_prefix: bool, found: bool) -> None:
    assert matches(query, word, is_prefix=is_prefix) is found


def test_distances_agree_with_their_definition() -> None:
    chance = random.Random(7)
    for _ in range(300):
        left = "".join(chance.choices("abc", k=chance.randint(0, 6)))
        right = "".join(chance.choices("abc", k=chance.randint(0, 6)))
        expected = naive(left, right)
        assert distance(left, right, 9) == distance(right, left, 9) == expected
        assert prefix_distance(left, right, 9) == min(naive(left, right[:end]) for end in range(len(right) + 1))


def naive(left: str, right: str) -> int:
    """Optimal string alignment, straight from its definition."""
    if not left or not right:
        return len(left) + len(right)
    best = min(
        naive(left[:-1], right) + 1,
        naive(left, right[:-1]) + 1,
        naive(left[:-1], right[:-1]) + (left[-1] != right[-1]),
    )
    if len(left) > 1 and len(right) > 1 and left[-1] == right[-2] and left[-2] == right[-1]:
        best = min(best, naive(left[:-2], right[:-2]) + 1)
    return best
