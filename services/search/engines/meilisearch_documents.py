"""What is sent to and read from Meilisearch, as plain JSON values. Pure.

Texts and queries are sent as words already cut and folded: so both engines agree on what a word is, the server's own
cutting finds nothing more to cut (it takes `ال` off a word once, and off `ألبان` too), and no sign in a query is an
operator. Readers are answered from the card, which holds the texts as they are.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson

from services.common.geo import BoundingBox
from services.common.words import folded_text
from services.search.engines.meilisearch_settings import LANGUAGES, OTHER, PARTS
from services.search.engines.port import Document, Hit, Metadata, Page, Query, Texts
from services.search.vocabularies import Vocabularies

SHAPE = 2
"""Raised whenever documents or settings change in a way that needs every document anew. 2: places can be filtered."""

OLDEST_SHAPE = 1
"""Indexes from this shape on answer while they are being built anew."""

PRIMARY_KEY = "id"
INITIATIVE = "initiative"
METADATA = "metadata"
CURSOR_ID = "metadata-cursor"
VOCABULARIES_ID = "metadata-vocabularies"
"""The metadata are documents of the same index: a task writes documents and cursor together or fails whole, and a
swap takes both along. A filter by kind keeps them out of every answer."""


def to_meilisearch(document: Document) -> dict[str, Any]:
    """The document as it is sent; a point out of range never gets here (the server would take it)."""
    sent: dict[str, Any] = {
        "id": document.id,
        "kind": INITIATIVE,
        "version": document.version,
        "territory": list(document.territory),
        "territory_id": document.territory_id,
        "recency": document.recency,
        **{name: list(codes) for name, codes in document.facets.items()},
        "card": orjson.dumps(document.card).decode(),
    }
    for part, texts in zip(PARTS, (document.titles, document.labels, document.summaries), strict=True):
        for lang, found in _by_field_language(texts).items():
            sent[f"{part}_{lang}"] = [folded_text(text) for text in found]
    if document.point is not None:
        sent["_geo"] = {"lng": document.point[0], "lat": document.point[1]}
    return sent


def cursor_document(cursor: str) -> dict[str, Any]:
    """Where the feed was read to, as a document."""
    return {"id": CURSOR_ID, "kind": METADATA, "payload": orjson.dumps({"cursor": cursor, "shape": SHAPE}).decode()}


def metadata_documents(metadata: Metadata) -> list[dict[str, Any]]:
    """Cursor and vocabularies, as documents."""
    states = orjson.dumps(metadata.vocabularies.states()).decode()
    return [cursor_document(metadata.cursor), {"id": VOCABULARIES_ID, "kind": METADATA, "payload": states}]


def read_metadata(documents: Sequence[Mapping[str, Any]]) -> Metadata | None:
    """What `metadata_documents` wrote; None when a part is missing or of a shape that this release cannot read."""
    payloads = {str(document["id"]): str(document["payload"]) for document in documents}
    if CURSOR_ID not in payloads or VOCABULARIES_ID not in payloads:
        return None
    position = orjson.loads(payloads[CURSOR_ID])
    if not OLDEST_SHAPE <= position["shape"] <= SHAPE:
        return None
    vocabularies = _read_vocabularies(payloads[VOCABULARIES_ID])
    return Metadata(position["cursor"], vocabularies, outdated=position["shape"] < SHAPE)


@lru_cache(maxsize=2)
def _read_vocabularies(payload: str) -> Vocabularies:
    return Vocabularies.from_states(orjson.loads(payload))


def search_body(query: Query) -> dict[str, Any]:
    """The body of a search."""
    text = " ".join(word.folded for word in query.words)
    filters: list[str | list[str]] = [f"kind = {INITIATIVE}"]
    filters += [_any_of(wanted.name, wanted.values) for wanted in query.filters]
    if query.bbox is not None:
        filters.append([_inside(half) for half in query.bbox.halves()])
    body: dict[str, Any] = {
        # A space after the last word says that it is whole: otherwise it is taken for a beginning.
        "q": text if query.last_is_prefix or not text else f"{text} ",
        "matchingStrategy": "all",
        "filter": filters,
        "offset": query.offset,
        "limit": query.limit,
        "attributesToRetrieve": ["card"],
        "showRankingScore": True,
    }
    if not query.words:
        body["sort"] = ["recency:desc"]
    if query.facets:
        body["facets"] = list(query.facets)
    return body


def read_page(answer: Mapping[str, Any], query: Query) -> Page:
    """The answer to `search_body`: a total without paging by number is an estimate of the server's."""
    counts = answer.get("facetDistribution", {})
    return Page(
        hits=[_hit(hit, scored=bool(query.words)) for hit in answer["hits"]],
        total=int(answer["estimatedTotalHits"]),
        estimated=True,
        facets={name: {code: int(count) for code, count in counts.get(name, {}).items()} for name in query.facets},
    )


def any_of_filter(name: str, values: Sequence[str]) -> str:
    """A filter that passes any of these values."""
    return f"{name} IN [{', '.join(_quoted(value) for value in values)}]"


def _any_of(name: str, values: Sequence[str]) -> list[str]:
    return [f"{name} = {_quoted(value)}" for value in values]


def _inside(box: BoundingBox) -> str:
    """A filter by place: the top right corner, then the bottom left one, latitude first."""
    return f"_geoBoundingBox([{box.north}, {box.east}], [{box.south}, {box.west}])"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _hit(hit: Mapping[str, Any], *, scored: bool) -> Hit:
    return Hit(orjson.loads(hit["card"]), round(float(hit["_rankingScore"]), 4) if scored else None)


def _by_field_language(texts: Texts) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for lang, some in texts.items():
        found.setdefault(lang if lang in LANGUAGES else OTHER, []).extend(some)
    return found
