"""How alike two names are, in whatever languages and spellings. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from services.catalog.duplicates.wording import Lexicon, sound_of, telling_words

TYPOS = ((9, 2), (5, 1))
"""From so many letters so many typos make no other word: the rule of the search."""

SAME_WORD = 85.0
"""From this similarity (rapidfuzz's ratio, 0 to 100) a word of six letters or more has another ending only."""

SAME_SOUND = 0.9
"""What two words that sound the same count: of different scripts, or `logistique` and `logistics`."""

TELLING_SOUNDS = 4
"""From so many consonants words of one script that sound the same are one."""

OTHER_LANGUAGE = 0.95
"""What likeness counts that holds only once the field's phrases are translated."""

UNKNOWN = "und"
"""The language of names that are of no language, or of nobody knows which."""

MAX_NAMES = 6
"""Of one record that are compared."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike (0 to 1) two names are: which, in which languages, and whether only their translations are."""

    value: float
    name: str = ""
    other: str = ""
    translated: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """A name ready to be compared, with the languages that it is in."""

    langs: frozenset[str]
    text: str
    words: tuple[str, ...]
    translated: tuple[str, ...]


Named = Sequence[tuple[str, str]]


def names_of(named: Named, lexicon: Lexicon, aside: frozenset[str]) -> list[Name]:
    """The names ready to be compared, without the words `aside` (of the place) where others are left."""
    found: dict[tuple[str, ...], Name] = {}
    for lang, text in named:
        words = tuple(dict.fromkeys(telling_words(text)))
        words = tuple(word for word in words if word not in aside) or words
        before = found.get(words)
        langs = frozenset({lang}) | (before.langs if before else frozenset())
        found[words] = Name(langs, before.text if before else text, words, lexicon.translated(words))
    return list(found.values())[:MAX_NAMES]


def in_common(names: Iterable[Name], others: Iterable[Name]) -> frozenset[str]:
    """The languages that both have a name in."""
    langs, other_langs = (frozenset(lang for name in each for lang in name.langs) for each in (names, others))
    return langs & other_langs


def likeness(names: Sequence[Name], others: Sequence[Name], lexicon: Lexicon) -> Likeness:
    """The greatest likeness of any two of the names; of those in one language where there is one in common."""
    best = Likeness(0.0)
    shared = in_common(names, others) - {UNKNOWN}
    for name in names:
        for other in others:
            if shared and not name.langs & other.langs and UNKNOWN not in name.langs | other.langs:
                continue
            value = _alike(name.words, other.words, lexicon)
            if value > best.value:
                best = Likeness(value, name.text, other.text)
            if name.translated == name.words and other.translated == other.words:
                continue
            value = OTHER_LANGUAGE * _alike(name.translated, other.translated, lexicon)
            if value > best.value:
                best = Likeness(value, name.text, other.text, translated=True)
    return best


def _alike(words: tuple[str, ...], others: tuple[str, ...], lexicon: Lexicon) -> float:
    """Dice's coefficient over weighted words, a word with another spelling counting for what it is alike."""
    if words == others:
        return 1.0
    shared, left = 0.0, list(others)
    telling = 0
    for word in words:
        value, match = max(((same_word(word, other), other) for other in left), default=(0.0, ""))
        if value:
            left.remove(match)
            weight = (lexicon.weight(word) + lexicon.weight(match)) / 2
            shared += weight * value
            telling += weight > COMMONPLACE
    total, other_total = (sum(map(lexicon.weight, each)) for each in (words, others))
    dice = 2 * shared / (total + other_total)
    if telling and min(len(words), len(others)) > 1 and shared >= 0.9 * min(total, other_total):
        return max(dice, SHORTENED + (1 - SHORTENED) * dice)
    joined = fuzz.ratio("".join(words), "".join(others), score_cutoff=90.0) / 100
    return max(dice, joined)


COMMONPLACE = 0.75
SHORTENED = 0.5
"""What it counts that a name of several words stands whole within the other."""


def same_word(word: str, other: str) -> float:
    """How much one word is the other (0 to 1); 0 for another word."""
    if word == other:
        return 1.0
    if word[0] == "#" or other[0] == "#" or word.isdecimal() or other.isdecimal():
        return 0.0
    sounds = 2 if word.isascii() != other.isascii() else TELLING_SOUNDS
    sound = sound_of(word)
    if len(sound) >= sounds and sound == sound_of(other):
        return SAME_SOUND
    if word.isascii() != other.isascii():
        return 0.0
    shorter = min(len(word), len(other))
    typos = next((typos for letters, typos in TYPOS if shorter >= letters), 0)
    if typos and (distance := OSA.distance(word, other, score_cutoff=typos)) <= typos:
        return 1 - distance / (2 * shorter)
    return fuzz.ratio(word, other, score_cutoff=SAME_WORD) / 100 if shorter > 5 else 0.0
