"""From an initiative's published state to what is indexed: one builder for single updates and rebuilds. Pure."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.common.countries import NAME_LANGUAGES, country_name
from services.search.engines.port import Document
from services.search.vocabularies import THEMES, Vocabularies

MUFPP_CATEGORIES = "mufpp_categories"

CARD_FIELDS = (
    "id",
    "slug",
    "version",
    "updated_at",
    "title",
    "summary",
    "territory",
    "themes",
    "carrier",
    "start_year",
    "end_year",
    "maturity",
    "mufpp_category",
    "url",
)
"""What of an initiative's state is kept with the index: enough to answer with and to build the document again."""

_TIE_BITS = 40
_LAST_YEAR = 2**13 - 1
"""A year above the tie's bits: together the 53 bits that a JSON number keeps exactly."""


def build_document(state: Mapping[str, Any], vocabularies: Vocabularies) -> Document:
    """The document of an initiative, from its state in the feed or from the card of an earlier document."""
    card = {name: state.get(name) for name in CARD_FIELDS}
    territory = state["territory"]
    carrier = state.get("carrier") or {}
    category = state.get("mufpp_category")
    themes = vocabularies.with_broader(THEMES, state["themes"])
    labels = _joined(
        vocabularies.names(THEMES, themes),
        vocabularies.names(MUFPP_CATEGORIES, [category] if category else []),
        _texts(territory["name"]),
        _country(territory.get("country_code")),
        {"und": [carrier["name"]]} if carrier.get("name") else {},
    )
    return Document(
        id=state["id"],
        version=state["version"],
        territory_id=territory["id"],
        titles=_texts(state["title"]),
        labels=labels,
        summaries=_texts(state["summary"]),
        facets={
            "theme": themes,
            "country": _codes(territory.get("country_code")),
            "mufpp_category": _codes(category),
            "sector": _codes(carrier.get("sector")),
            "carrier_kind": _codes(carrier.get("kind")),
            "maturity": _codes(state.get("maturity")),
        },
        territory=[territory["id"], territory["slug"]],
        point=valid_point(territory.get("point")),
        recency=recency(state["id"], state.get("start_year")),
        card=card,
    )


def territory_ref(state: Mapping[str, Any]) -> dict[str, Any]:
    """What a card carries of its territory, from the territory's own state."""
    return {name: state.get(name) for name in ("id", "slug", "name", "country_code", "kind", "point")}


def recency(initiative_id: str, start_year: int | None) -> int:
    """A number that sorts by start year (none: last), then by a digest of the id, the same on every engine."""
    tie = int.from_bytes(hashlib.sha256(initiative_id.encode()).digest()[: _TIE_BITS // 8], "big")
    return (min(max(start_year or 0, 0), _LAST_YEAR) << _TIE_BITS) | tie


def valid_point(point: Mapping[str, Any] | None) -> tuple[float, float] | None:
    """Longitude and latitude of a GeoJSON point in range, else None: Meilisearch takes any number without a word."""
    coordinates: Sequence[object] = (point or {}).get("coordinates") or ()
    numbers = [float(n) for n in coordinates if isinstance(n, int | float) and not isinstance(n, bool)]
    if len(coordinates) < 2 or len(numbers) < len(coordinates):
        return None
    longitude, latitude = (number + 0.0 for number in numbers[:2])  # no -0.0, which an index sorts below 0.0
    if -180 <= longitude <= 180 and -90 <= latitude <= 90:
        return longitude, latitude
    return None


def _codes(code: str | None) -> list[str]:
    return [code] if code else []


def _country(code: str | None) -> dict[str, list[str]]:
    return {lang: [country_name(code, lang)] for lang in NAME_LANGUAGES} if code else {}


def _texts(text: Mapping[str, Any] | None) -> dict[str, list[str]]:
    return {lang: [entry["text"]] for lang, entry in (text or {}).items() if entry.get("text")}


def _joined(*parts: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    joined: dict[str, list[str]] = defaultdict(list)
    for part in parts:
        for lang, texts in part.items():
            joined[lang].extend(texts)
    return dict(joined)
