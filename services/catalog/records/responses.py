"""Answers of records: one with its ETag, a page with its links, GeoJSON when asked for."""

from collections.abc import Mapping, Set

import orjson
from asyncpg import Record
from fastapi import Request, Response

from services.catalog.context import Catalog
from services.catalog.records.features import write_features
from services.catalog.records.kinds import Kind
from services.catalog.records.models import PUBLISHED
from services.catalog.records.queries import Where, fetch_count, fetch_page
from services.catalog.records.representation import Reader, State
from services.common.etags import make_etag, none_match
from services.common.feed.reader import Reads
from services.common.geo import GEOJSON, wants_geojson
from services.common.http.spooled import Spool, SpooledResponse
from services.common.paging import Page, next_link


def record_response(
    request: Request, row: Record, kind: Kind, reader: Reader, *, status: int = 200, further: State | None = None
) -> Response:
    """One record for this reader: 304 when the reader has it already, GeoJSON on request.

    `further` members are the answer's, not the record's: the ETag is that of the record read without them.
    """
    representation = kind.represent(orjson.loads(row["state"]), reader)
    headers = language_headers(reader.used)
    if row["status"] != PUBLISHED:
        headers["Cache-Control"] = "no-store"
    as_feature = kind.as_feature if wants_geojson(request) else None
    media_type = GEOJSON if as_feature else "application/json"
    whole = {**representation, **further} if further else None
    body = orjson.dumps(as_feature(representation) if as_feature else representation)
    headers["ETag"] = make_etag(row["version"], body)
    if whole is not None:
        body = orjson.dumps(as_feature(whole) if as_feature else whole)
    if status == 200 and none_match(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, status_code=status, headers=headers, media_type=media_type)


async def page_response(
    request: Request, reads: Reads, kind: Kind, where: Where, page: Page, reader: Reader
) -> Response:
    """A page of a list: items, the cursor of the next page, the total when asked for; GeoJSON on request."""
    total = await fetch_count(reads, kind.queries, where) if page.count else None
    rows = await fetch_page(reads, kind.queries, where, page)
    following = len(rows) > page.limit
    rows = rows[: page.limit]
    cursor = page.cursor_after(rows[-1]["sort_key"], rows[-1]["id"]) if following else None
    items = [kind.represent(orjson.loads(row["state"]), reader) for row in rows]
    headers = language_headers(reader.used)
    if cursor:
        headers["Link"] = next_link(request, cursor)
    document: State = {"items": items, "next": cursor}
    media_type = "application/json"
    if kind.as_feature is not None and wants_geojson(request):
        features = [kind.as_feature(item) for item in items]
        document, media_type = {"type": "FeatureCollection", "features": features, "next": cursor}, GEOJSON
    if total is not None:
        document["total"] = total
    return Response(orjson.dumps(document), headers=headers, media_type=media_type)


def features_response(
    request: Request, catalog: Catalog, kind: Kind, where: Where, page: Page, reader: Reader
) -> Response:
    """A page of a list as GeoJSON, however large: made a few records at a time."""

    async def make(spool: Spool) -> Mapping[str, str]:
        cursor = await write_features(spool, catalog.database.pool, kind, where, page, reader)
        link = {"Link": next_link(request, cursor)} if cursor else {}
        return language_headers(reader.used) | link

    return SpooledResponse(request, make, catalog.room, GEOJSON)


def language_headers(used: Set[str]) -> dict[str, str]:
    """`Content-Language` names the languages that the answer is in; it depends on Accept-Language and Accept."""
    headers = {"Vary": "Accept-Language, Accept"}
    if named := used - {"und"}:
        headers["Content-Language"] = ", ".join(sorted(named))
    return headers
