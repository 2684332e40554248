"""Answers of partners, keys and mandates: one with its ETag, a page of a list with its links. None is for a cache."""

from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

import orjson
import sqlalchemy as sa
from fastapi import Request, Response
from pydantic import BaseModel
from sqlalchemy.orm import Mapped
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from services.common.etags import make_etag, none_match
from services.common.paging import Page, encode_cursor, next_link

T = TypeVar("T", bound=SQLModel)

NO_STORE = {"Cache-Control": "no-store"}


def one_response(
    request: Request, read: BaseModel, version: int, *, status: int = 200, location: str | None = None
) -> Response:
    """One resource; 304 when the reader has it already."""
    body = orjson.dumps(read.model_dump(mode="json"))
    headers = {"ETag": make_etag(version, body), **NO_STORE}
    if location:
        headers["Location"] = location
    if status == 200 and none_match(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, status_code=status, headers=headers, media_type="application/json")


async def page_response(
    request: Request,
    session: AsyncSession,
    query: SelectOfScalar[T],
    ident: Mapped[UUID],
    page: Page,
    read: Callable[[Sequence[T]], Sequence[BaseModel]],
) -> Response:
    """A page of what `query` finds, in the order of creation (`ident`, a UUIDv7)."""
    counted = select(sa.func.count()).select_from(query.subquery())
    total = (await session.exec(counted)).one() if page.count else None
    wanted = query.where(ident > page.after[1]) if page.after else query
    rows = (await session.exec(wanted.order_by(ident).limit(page.limit + 1))).all()
    following = len(rows) > page.limit
    rows = rows[: page.limit]
    cursor = encode_cursor("", rows[-1].id) if following else None  # type: ignore[attr-defined]  # every table here has one
    document: dict[str, object] = {"items": [item.model_dump(mode="json") for item in read(rows)], "next": cursor}
    if total is not None:
        document["total"] = total
    headers = dict(NO_STORE)
    if cursor:
        headers["Link"] = next_link(request, cursor)
    return Response(orjson.dumps(document), headers=headers, media_type="application/json")
