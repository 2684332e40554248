"""Countries and languages: which codes there are, and names of countries, from CLDR (through babel)."""

from functools import cache

from babel import Locale

NAME_LANGUAGES = ("fr", "en", "ar", "es")
"""The languages that search serves."""


NOT_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})
"""What CLDR names besides the countries of ISO 3166-1: groups, islands of their own, placeholders."""


@cache
def country_codes() -> frozenset[str]:
    """The codes of ISO 3166-1 alpha-2, and XK, which everybody uses for Kosovo."""
    codes = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha()) - NOT_COUNTRIES


@cache
def language_codes() -> frozenset[str]:
    """The primary language subtags of BCP 47 that CLDR knows, and `und` for a language not known."""
    codes = (str(code) for code in Locale("en").languages)
    return frozenset(code for code in codes if code.isalpha()) | {"und"}


@cache
def country_name(code: str, lang: str) -> str:
    """The country's name in a language; the code itself where CLDR has none."""
    name: str | None = Locale(lang).territories.get(code)
    return name or code
