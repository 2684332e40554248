"""Names as they are compared: words that tell, whatever the accents, the script and the language. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Any
from uuid import UUID

from services.catalog.vocabularies.checks import Vocabularies
from services.common.words import fold_word, spans

_STOP_WORDS = (
    "a al au aux avec by da das de del dello della delle dei degli des di do dos du e el en entre et for from i il in"
    " l la las le les lo los n o of on ou par para per por pour s sur sus the to un una une y and with pro"
    " في من إلى على عن مع بين و أو لل ل ب"
)
STOP_WORDS = frozenset(map(fold_word, _STOP_WORDS.split()))
"""Words between words, folded: French, English, Spanish, Portuguese, Italian, Arabic."""

MAX_WORDS = 12
"""Of one name; what comes after distinguishes nobody."""

LONGEST_PHRASE = 4
"""Words of a vocabulary's label that are looked for in a name."""

_ARABIC_CONSONANTS = {
    "bب": "b", "tتثط": "t", "kجغقك": "k", "dدذضظ": "d", "rر": "r",
    "sزسشص": "s", "fف": "f", "lل": "l", "mم": "m", "nن": "n",
}  # fmt: skip
_SOUNDS = str.maketrans(
    {letter: sound for letters, sound in _ARABIC_CONSONANTS.items() for letter in letters}
    | dict.fromkeys("aeiouywhاويهءئؤحخع")
    | {"p": "b", "v": "f", "z": "s", "c": "k", "q": "k", "g": "k", "j": "k", "x": "ks"}
)
"""Letters by the consonant that they are nearest to in both scripts: Arabic has no p and no v, Maghrebi spellings
write ق as g, k and c; vowels and what is mute in one of the scripts count for nothing."""

_SPELLINGS = (
    ("tch", "s"), ("sch", "s"), ("ch", "s"), ("sh", "s"), ("kh", ""), ("gh", "k"), ("ph", "f"), ("th", "t"),
    ("dj", "k"), ("qu", "k"), ("ck", "k"), ("ce", "s"), ("ci", "s"), ("cy", "s"),
)  # fmt: skip


@lru_cache(maxsize=65_536)
def sound_of(word: str) -> str:
    """The consonants of a folded word, the same for `Sefrou` and `صفرو`; the word itself where it has none."""
    if not any(letter in _LATIN or letter in _ARABIC for letter in word):
        return word
    spelt = word
    for spelling, sound in _SPELLINGS:
        spelt = spelt.replace(spelling, sound)
    sounds = spelt.translate(_SOUNDS)
    return "".join(sound for place, sound in enumerate(sounds) if sounds[place - 1 : place] != sound) or word


_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz")
_ARABIC = frozenset("ابتثجحخدذرزسشصضطظعغفقكلمنهويءئؤ")


@lru_cache(maxsize=65_536)
def _singular(word: str) -> str:
    """A folded word without the ending of a Latin plural."""
    return word[:-1] if len(word) > 3 and word[-1] in "sx" and word[-2] in _LATIN else word


def _telling(text: str) -> tuple[str, ...]:
    """The folded words of a name without the small ones; all of them where it has no others."""
    found = [fold_word(span.surface) for span in spans(text)]
    telling = [_singular(word) for word in found if word not in STOP_WORDS and (len(word) > 1 or word.isdecimal())]
    return tuple((telling or found)[:MAX_WORDS])


telling_words = lru_cache(maxsize=16_384)(_telling)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the vocabularies' labels say in every language: phrases by the term that they name, and their words."""

    phrases: Mapping[tuple[str, ...], str]
    common: frozenset[str]

    def translated(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """The words, each phrase that names a term replaced by `#code`: the same in every language."""
        found: list[str] = []
        place = 0
        while place < len(words):
            for length in range(min(LONGEST_PHRASE, len(words) - place), 0, -1):
                if (code := self.phrases.get(words[place : place + length])) is not None:
                    found.append(f"#{code}")
                    place += length
                    break
            else:
                found.append(words[place])
                place += 1
        return tuple(dict.fromkeys(found))

    def weight(self, word: str) -> float:
        """How much a word tells: those of the field's own vocabulary stand in many names."""
        return COMMON_WEIGHT if word.startswith("#") or word in self.common else 1.0


COMMON_WEIGHT = 0.5


@dataclass(frozen=True)
class _Versions:
    """Vocabularies, the same as others of the same versions."""

    versions: frozenset[tuple[UUID, int]]
    vocabularies: Vocabularies = field(compare=False)


def lexicon_of(vocabularies: Vocabularies) -> Lexicon:
    """The lexicon of these vocabularies, made once of each version."""
    versions = frozenset((vocabulary.id, vocabulary.version) for vocabulary in vocabularies.values())
    return _lexicon(_Versions(versions, vocabularies))


@lru_cache(maxsize=2)
def _lexicon(of: _Versions) -> Lexicon:
    """The lexicon of all labels and alternative labels; of a phrase that names several terms, the first counts."""
    phrases: dict[tuple[str, ...], str] = {}
    for term in (term for vocabulary in of.vocabularies.values() for term in vocabulary.state["terms"]):
        labels = [*term["label"].values(), *(label for each in term["alt_labels"].values() for label in each)]
        for label in labels:
            if 0 < len(words := _telling(label)) <= LONGEST_PHRASE:
                phrases.setdefault(words, term["code"])
    return Lexicon(phrases, frozenset(word for phrase in phrases for word in phrase))


EMPTY_LEXICON = Lexicon({}, frozenset())


def texts_of(value: Any) -> Iterable[tuple[str, str]]:  # noqa: ANN401 - a text with entries, a plain one, or none
    """(language, wording) of a member that names something."""
    if isinstance(value, str):
        yield "und", value
    elif value:
        for lang, entry in value.items():
            yield lang, entry if isinstance(entry, str) else entry["text"]


def shortened(sound: str) -> set[str]:
    """A sequence of sounds and what it is with one of them left out: within one typo, two share one of these."""
    return {sound, *(sound[:place] + sound[place + 1 :] for place in range(len(sound)))}


def telling_pairs(words: Iterable[str]) -> Iterable[tuple[str, str]]:
    """The pairs of the three longest words, each in one order."""
    longest = sorted(sorted(set(words)), key=len, reverse=True)[:3]
    return combinations(sorted(longest), 2)
