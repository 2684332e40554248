"""Answers of records: one with its ETag, a page with its links, GeoJSON when asked for."""

from collections.abc import Mapping, Set
from typing import cast

import orjson
from asyncpg import Record
from fastapi import Request, Response

from services.catalog.context import Catalog
from services.catalog.records.features import write_features
from services.catalog.records.fragments import Fragments
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
    as_feature = kind.as_feature if wants_geojson(request) else None
    media_type = GEOJSON if as_feature else "application/json"
    [body] = _fragments(request).of(kind, [row["state"]], reader, as_features=as_feature is not None)
    headers = language_headers(reader.used)
    if row["status"] != PUBLISHED:
        headers["Cache-Control"] = "no-store"
    headers["ETag"] = make_etag(row["version"], body)
    if further:
        whole = {**kind.represent(orjson.loads(row["state"]), reader), **further}
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
    as_features = kind.as_feature is not None and wants_geojson(request)
    items = _fragments(request).of(kind, [row["state"] for row in rows], reader, as_features=as_features)
    headers = language_headers(reader.used)
    if cursor:
        headers["Link"] = next_link(request, cursor)
    begin = b'{"type":"FeatureCollection","features":[' if as_features else b'{"items":['
    end = {"next": cursor} | ({} if total is None else {"total": total})
    body = begin + b",".join(items) + b"]," + orjson.dumps(end)[1:]
    return Response(body, headers=headers, media_type=GEOJSON if as_features else "application/json")


def _fragments(request: Request) -> Fragments:
    return cast("Catalog", request.app.state.catalog).fragments


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
