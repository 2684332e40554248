"""Names of countries by their ISO 3166-1 code, from CLDR (through babel)."""

from functools import cache

from babel import Locale

NAME_LANGUAGES = ("fr", "en", "ar", "es")
"""The languages that search serves."""


@cache
def country_name(code: str, lang: str) -> str:
    """The country's name in a language; the code itself where CLDR has none."""
    name: str | None = Locale(lang).territories.get(code)
    return name or code
