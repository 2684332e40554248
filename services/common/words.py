"""How texts and queries are cut into words and folded: the one definition that search and catalog are held to. Pure.

Folding makes `École`, `ecole` and `ÉCOLE` one word, and the Arabic `الهَدْر`, `هدر` and `هـدر` another. The Arabic
rules are those that Lucene's ArabicNormalizer and Meilisearch's charabia share: no diacritics and no tatweel, alef
and hamza forms on their bare letter, alef maqsura as yeh, taa marbuta as heh, and the article ال cut off.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_MARKS = "".join(char for char in map(chr, range(0x10000)) if unicodedata.category(char).startswith("M"))
_MARK = re.compile(f"[{_MARKS}]+")
_WORD = re.compile(f"(?:[^\\W_]|[{_MARKS}])+")
"""Letters and digits, and the marks on them: a word is not cut at an accent or at an Arabic vowel sign."""

_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_ARABIC = str.maketrans({"ى": "ي", "ة": "ه", "ٱ": "ا", "ی": "ي", "ک": "ك", "ـ": None})
_ARTICLE = "ال"
_MIN_LETTERS_AFTER_ARTICLE = 2
"""A word is more than its article: الى and الا keep theirs."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a query: as written (for stemmers) and folded (for comparing)."""

    surface: str
    folded: str


@dataclass(frozen=True, slots=True)
class Span:
    """A word of a text: its place (`start` to `end`, in characters of the text), as written and folded."""

    start: int
    end: int
    surface: str
    folded: str


def fold(text: str) -> str:
    """`text` without case, accents, Arabic diacritics and letter variants; the article of Arabic words stays."""
    bare = _MARK.sub("", unicodedata.normalize("NFKD", text))
    return bare.casefold().translate(_LETTERS).translate(_ARABIC)


@lru_cache(maxsize=65_536)
def fold_word(word: str) -> str:
    """One word folded, and its Arabic article cut off.

    What then still looks like an article goes too: `الألبان`, `ألبان` and `البان` (typed without its hamza) have to be
    one word, and only the ending tells them from an article. Folding a folded word changes nothing.
    """
    folded = fold(word)
    while folded.startswith(_ARTICLE) and len(folded) >= len(_ARTICLE) + _MIN_LETTERS_AFTER_ARTICLE:
        folded = folded[len(_ARTICLE) :]
    return folded


def spans(text: str) -> list[Span]:
    """Every word of `text` with its place in it."""
    found = []
    for match in _WORD.finditer(text):
        surface = match[0]
        folded = fold_word(surface)
        if folded:
            found.append(Span(match.start(), match.end(), surface.lower(), folded))
    return found


@lru_cache(maxsize=16_384)
def words(text: str) -> tuple[Word, ...]:
    """Every word of `text`, in order. Labels come again in every document: they are cut once."""
    composed = unicodedata.normalize("NFC", text)
    return tuple(Word(span.surface, span.folded) for span in spans(composed))


def folded_text(text: str) -> str:
    """The folded words of `text`, one space between them."""
    return " ".join(word.folded for word in words(text))
