"""Snowball stems per language, from tantivy: `locaux` and `local`, `comedores` and `comedor` are one word."""

from collections.abc import Mapping
from functools import lru_cache

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

STEMMERS: Mapping[str, str] = {
    "fr": "French",
    "en": "English",
    "es": "Spanish",
    "ar": "Arabic",
    "pt": "Portuguese",
    "it": "Italian",
}
"""The languages that the texts of the catalog are written in, and tantivy's name of each stemmer."""


def stemmer(lang: str) -> TextAnalyzer:
    """Cuts words at spaces, stems them with their accents (Snowball needs them) and only then folds these."""
    return (
        TextAnalyzerBuilder(Tokenizer.whitespace())
        .filter(Filter.lowercase())
        .filter(Filter.stemmer(STEMMERS[lang]))
        .filter(Filter.ascii_fold())
        .build()
    )


@lru_cache
def _shared_stemmer(lang: str) -> TextAnalyzer:
    return stemmer(lang)


@lru_cache(maxsize=65_536)
def stem(lang: str, surface: str) -> str | None:
    """The stem of one word, or None where the language has no stemmer here or nothing is left of the word."""
    if lang not in STEMMERS:
        return None
    return next(iter(_shared_stemmer(lang).analyze(surface)), None)
