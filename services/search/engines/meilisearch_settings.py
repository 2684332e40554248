"""The settings of the Meilisearch index, and which of them a server's differ from. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from services.search.engines.port import FACETS, MAX_DEPTH

LANGUAGES: Final[Mapping[str, str]] = {
    "fr": "fra",
    "en": "eng",
    "es": "spa",
    "ar": "ara",
    "pt": "por",
    "it": "ita",
}
"""Languages with fields of their own, and Meilisearch's code of each; any other text goes to `OTHER`."""

OTHER: Final = "und"
PARTS: Final = ("title", "labels", "summary")
"""In the order in which a word found in them counts."""

MAX_VALUES_PER_FACET: Final = 300
"""There are about 250 countries; the default of 100 would leave some uncounted."""

_UNORDERED = frozenset({"filterableAttributes", "sortableAttributes"})


def index_settings() -> dict[str, Any]:
    """Everything that differs from Meilisearch's defaults (typo tolerance from 5 and 9 letters is one of these)."""
    return {
        "searchableAttributes": [f"{part}_{lang}" for part in PARTS for lang in (*LANGUAGES, OTHER)],
        "filterableAttributes": [*FACETS, "kind", "territory", "territory_id", "_geo"],
        "sortableAttributes": ["recency"],
        "localizedAttributes": [
            {"attributePatterns": [f"*_{lang}"], "locales": [locale]} for lang, locale in LANGUAGES.items()
        ],
        "faceting": {"maxValuesPerFacet": MAX_VALUES_PER_FACET},
        "pagination": {"maxTotalHits": MAX_DEPTH},
    }


def settings_to_change(wanted: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
    """Those of `wanted` that `current` lacks: any settings sent are a task, and most index every document anew."""
    return {name: value for name, value in wanted.items() if not _holds(name, value, current.get(name))}


def _holds(name: str, wanted: Any, current: Any) -> bool:  # noqa: ANN401 - any JSON value
    if isinstance(wanted, Mapping):
        return isinstance(current, Mapping) and all(current.get(key) == value for key, value in wanted.items())
    if name in _UNORDERED and isinstance(current, list):
        return sorted(wanted) == sorted(current)
    return bool(wanted == current)
