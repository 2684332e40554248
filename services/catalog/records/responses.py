"""Answers of records: one with its ETag, a page with its links, GeoJSON when asked for."""

from collections.abc import Callable, Set

import orjson
from asyncpg import Record
from fastapi import Request, Response

from services.catalog.records.models import ENDED, PUBLISHED
from services.catalog.records.ownership import sees
from services.catalog.records.queries import RecordQueries, Where, fetch_count, fetch_one, fetch_page
from services.catalog.records.representation import Reader, Represent, State, feature
from services.common.access.caller import Caller
from services.common.etags import make_etag, none_match
from services.common.feed.reader import Reads
from services.common.paging import Page, encode_cursor, next_link
from services.common.problems import GONE, Problem, not_found

GEOJSON = "application/geo+json"

AsFeature = Callable[[State], State]


def _prefers(accept: str, wanted: str, otherwise: str) -> bool:
    """Whether an Accept header (RFC 9110, 12.5.1) names `wanted`, and not with less weight than `otherwise`."""
    weights: dict[str, float] = {}
    for part in accept.split(","):
        media_type, *parameters = (piece.strip() for piece in part.lower().split(";"))
        quality = next((parameter[2:] for parameter in parameters if parameter.startswith("q=")), "1")
        try:
            weights[media_type] = float(quality)
        except ValueError:
            weights[media_type] = 0.0
    return weights.get(wanted, 0.0) > 0 and weights[wanted] >= weights.get(otherwise, 0.0)


def wants_geojson(request: Request) -> bool:
    """Whether the reader asks for GeoJSON."""
    return _prefers(request.headers.get("accept", ""), GEOJSON, "application/json")


def gone(reason: str | None) -> Problem:
    """The record was archived."""
    return Problem(
        GONE,
        {
            "en": "This record was archived. Reason: {reason}",
            "fr": "Cette fiche a été archivée. Motif : {reason}",
            "ar": "تمت أرشفة هذا السجل. السبب: {reason}",
        },
        {"reason": reason or "–"},
        extensions={"reason": reason},
    )


async def read_visible(reads: Reads, queries: RecordQueries, ref: str, caller: Caller) -> Record:
    """The record that `ref` (id or slug) names: published, or a draft that the caller may see.

    Raises `Problem`: 404 for none and for what the caller may not know of, 410 for an archived one.
    """
    row = await fetch_one(reads, queries, ref)
    if row is None or not sees(caller, row["status"], row["owner_id"]):
        raise not_found(ref)
    if row["status"] in ENDED:
        raise gone(row["archive_reason"])
    return row


def record_response(
    request: Request,
    row: Record,
    represent: Represent,
    reader: Reader,
    *,
    status: int = 200,
    as_feature: AsFeature | None = feature,
) -> Response:
    """One record for this reader: 304 when the reader has it already, GeoJSON on request."""
    representation = represent(orjson.loads(row["state"]), reader)
    headers = language_headers(reader.used)
    if row["status"] != PUBLISHED:
        headers["Cache-Control"] = "no-store"
    media_type = "application/json"
    if as_feature is not None and wants_geojson(request):
        representation, media_type = as_feature(representation), GEOJSON
    body = orjson.dumps(representation)
    headers["ETag"] = make_etag(row["version"], body)
    if status == 200 and none_match(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, status_code=status, headers=headers, media_type=media_type)


async def page_response(
    request: Request,
    reads: Reads,
    queries: RecordQueries,
    where: Where,
    page: Page,
    represent: Represent,
    reader: Reader,
    *,
    as_feature: AsFeature | None = feature,
) -> Response:
    """A page of a list: items, the cursor of the next page, the total when asked for; GeoJSON on request."""
    total = await fetch_count(reads, queries, where) if page.count else None
    rows = await fetch_page(reads, queries, where, page)
    following = len(rows) > page.limit
    rows = rows[: page.limit]
    cursor = encode_cursor(rows[-1]["sort_key"], rows[-1]["id"]) if following else None
    items = [represent(orjson.loads(row["state"]), reader) for row in rows]
    headers = language_headers(reader.used)
    if cursor:
        headers["Link"] = next_link(request, cursor)
    document: State = {"items": items, "next": cursor}
    media_type = "application/json"
    if as_feature is not None and wants_geojson(request):
        features = [as_feature(item) for item in items]
        document, media_type = {"type": "FeatureCollection", "features": features, "next": cursor}, GEOJSON
    if total is not None:
        document["total"] = total
    return Response(orjson.dumps(document), headers=headers, media_type=media_type)


def language_headers(used: Set[str]) -> dict[str, str]:
    """`Content-Language` names the languages that the answer is in; it depends on Accept-Language and Accept."""
    headers = {"Vary": "Accept-Language, Accept"}
    if named := used - {"und"}:
        headers["Content-Language"] = ", ".join(sorted(named))
    return headers
