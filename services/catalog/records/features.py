"""Large GeoJSON answers: the records of a list, thousands at once, for maps and geographic information systems.

Those read one document and know no pages. A feature here is what it is in a page of twenty: the whole representation,
in the reader's language, codes with labels.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import orjson
from asyncpg import Pool, Record
from asyncpg.cursor import Cursor

from services.catalog.records.kinds import Kind
from services.catalog.records.queries import Where, fetch_count, page_query
from services.catalog.records.representation import Reader
from services.common.http.spooled import Spool
from services.common.paging import Page

ROWS_AT_ONCE = 40
"""PostgreSQL goes on while these are represented: about 100 kB fit into a socket's buffer, so that it need not wait.

Of 200 at once each takes half as long again to represent.
"""


async def write_features(spool: Spool, pool: Pool, kind: Kind, where: Where, page: Page, reader: Reader) -> str | None:
    """Write a page of a list as a FeatureCollection, as it is at one moment; returns the cursor of the next page."""
    assert kind.as_feature is not None  # noqa: S101 - only lists of places are asked
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        total = await fetch_count(connection, kind.queries, where) if page.count else None
        last, count, cursor = None, 0, None
        await spool.add(b'{"type":"FeatureCollection","features":[')
        sql, values = page_query(kind.queries, where, page)
        async with aclosing(_steps(await connection.cursor(sql, *values))) as steps:
            async for rows in steps:
                shown = rows[: page.limit - count]
                features = [kind.as_feature(kind.represent(orjson.loads(row["state"]), reader)) for row in shown]
                if features:
                    await spool.add((b"," if count else b"") + orjson.dumps(features)[1:-1])
                    last, count = shown[-1], count + len(shown)
                if len(rows) > len(shown) and last is not None:
                    cursor = page.cursor_after(last["sort_key"], last["id"])
    end = {"next": cursor} | ({} if total is None else {"total": total})
    await spool.add(b"]," + orjson.dumps(end)[1:])
    return cursor


async def _steps(cursor: Cursor) -> AsyncGenerator[list[Record], None]:
    """The rows, a few at a time; the next ones are asked for before these are handed out."""
    upcoming = asyncio.ensure_future(cursor.fetch(ROWS_AT_ONCE))
    try:
        while rows := await upcoming:
            upcoming = asyncio.ensure_future(cursor.fetch(ROWS_AT_ONCE))
            await asyncio.sleep(0)  # so that it is asked
            await asyncio.sleep(0)  # so that the question is sent: uvloop does so after what was ready
            yield rows
    finally:
        if not upcoming.done():
            upcoming.cancel()
            await asyncio.wait([upcoming])
