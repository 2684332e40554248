"""Which language an answer is in, and which text that picks.

A text is kept per language with where it came from (`Text`). A reader asks by `?lang=` or Accept-Language;
what is missing falls back requested → original → English → French, and each text says which language it is in.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from fastapi import Depends, Query, Request

Origin = Literal["original", "human", "machine", "outdated"]

LABEL_LANGUAGES = ("fr", "en", "ar")
"""Every label of every vocabulary stands in these."""

MAX_REQUESTED = 6
"""Languages of one Accept-Language header that are looked at; browsers send two to five."""

MAX_REMEMBERED = 100
"""Characters of a request for languages that is worth remembering; browsers send about 40."""

PRIMARY = re.compile("[a-z]{2,3}")
"""The primary subtag of a language (BCP 47), as texts are kept under."""

ALL = "all"


class TextEntry(TypedDict):
    """One language of a text, and where that wording came from."""

    text: str
    origin: Origin


Text = Mapping[str, TextEntry]
"""BCP 47 tag → entry; `und` where the language is not known."""


class PickedText(TypedDict):
    """The text that a reader gets: its language tag travels with it."""

    text: str
    lang: str
    origin: Origin
    translations: NotRequired[Mapping[str, TextEntry]]


@dataclass(frozen=True, slots=True)
class Languages:
    """What a reader asked for: languages, best first (none: the original of each text), and whether all are wanted."""

    requested: tuple[str, ...] = ()
    everything: bool = False
    label: str = field(init=False)
    """The language of labels and messages: the first requested one that every label stands in, else English."""

    def __post_init__(self) -> None:
        label = next((lang for lang in self.requested if lang in LABEL_LANGUAGES), "en")
        object.__setattr__(self, "label", label)

    def pick(self, text: Text) -> PickedText | None:
        """The wording for this reader, or None for a text without any."""
        lang = self._choose(text)
        if lang is None:
            return None
        entry = text[lang]
        picked = PickedText(text=entry["text"], lang=lang, origin=entry["origin"])
        if self.everything:
            picked["translations"] = text
        return picked

    def _choose(self, text: Text) -> str | None:
        for lang in self.requested:
            if lang in text:
                return lang
        for lang, entry in text.items():
            if entry["origin"] == "original":
                return lang
        return next((lang for lang in ("en", "fr") if lang in text), None) or next(iter(text), None)


def languages_of(tags: Iterable[str]) -> tuple[str, ...]:
    """Language tags reduced to what texts are kept under (`fr-CA` → `fr`), in order, each once; others passed over."""
    primary = (tag.strip().split("-")[0].lower() for tag in tags)
    return tuple(dict.fromkeys(subtag for subtag in primary if PRIMARY.fullmatch(subtag)))


def parse_accept_language(header: str) -> tuple[str, ...]:
    """The languages of an Accept-Language header (RFC 9110, 12.5.4), best first; malformed parts are passed over."""
    weighted: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")[:MAX_REQUESTED]):
        tag, _, parameter = part.strip().partition(";")
        try:
            quality = float(parameter.strip().lower().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            continue
        if tag and tag != "*" and quality > 0:
            weighted.append((-quality, place, tag))
    return languages_of(tag for _, _, tag in sorted(weighted))


def negotiate(lang: str | None, accept_language: str | None) -> Languages:
    """What the reader asked for: `?lang=` goes before Accept-Language; `lang=all` gives every language."""
    if len(lang or "") + len(accept_language or "") <= MAX_REMEMBERED:
        return _remembered(lang, accept_language)
    return _negotiate(lang, accept_language)


def _negotiate(lang: str | None, accept_language: str | None) -> Languages:
    accepted = parse_accept_language(accept_language or "")
    if lang == ALL:
        return Languages(accepted, everything=True)
    return Languages(languages_of([lang, *accepted]) if lang else accepted)


_remembered = lru_cache(maxsize=1024)(_negotiate)
"""Most readers are one of a few browsers' settings."""


LangParameter = Annotated[
    str | None,
    Query(
        pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*|all)$",
        max_length=35,
        description="Language of texts and labels (BCP 47), before Accept-Language. `all` gives every translation.",
        examples=["fr"],
    ),
]


async def requested_languages(request: Request, lang: LangParameter = None) -> Languages:
    """FastAPI dependency: the reader's languages."""
    return negotiate(lang, request.headers.get("accept-language"))


def languages_of_request(request: Request) -> Languages:
    """The reader's languages, for an endpoint that reads the request itself."""
    lang = request.query_params.get("lang") if request.scope["query_string"] else None
    return negotiate(lang, request.headers.get("accept-language"))


LanguagesDep = Annotated[Languages, Depends(requested_languages)]


def used_languages(value: Any) -> set[str]:  # noqa: ANN401 - walks any JSON value
    """Every `lang` tag in a JSON-like answer and every translation, for Content-Language; `und` names no language."""
    found: set[str] = set()
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            lang = item.get("lang")
            if isinstance(lang, str):
                found.add(lang)
            if isinstance(translations := item.get("translations"), dict):
                found.update(translations)
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    found.discard("und")
    return found
