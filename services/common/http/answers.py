"""Answers that only their reader may have: one with its ETag, a page of a list with its links. None is for a cache."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
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
from services.common.paging import Page, next_link

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


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """The rows of a page, the cursor of the next one (None on the last), and how many there are, where asked."""

    rows: Sequence[T]
    cursor: str | None
    total: int | None


async def find_page(session: AsyncSession, query: SelectOfScalar[T], ident: Mapped[UUID], page: Page) -> Found[T]:
    """A page of what `query` finds, in the order of creation (`ident`, a UUIDv7)."""
    counted = select(sa.func.count()).select_from(query.subquery())
    total = (await session.exec(counted)).one() if page.count else None
    wanted = query.where(ident > page.after[1]) if page.after else query
    rows = (await session.exec(wanted.order_by(ident).limit(page.limit + 1))).all()
    following = len(rows) > page.limit
    rows = rows[: page.limit]
    cursor = page.cursor_after("", rows[-1].id) if following else None  # type: ignore[attr-defined]  # every table here has one
    return Found(rows, cursor, total)


def found_response(request: Request, found: Found[T], items: Sequence[BaseModel]) -> Response:
    """A page with its link to the next one; `items` represent its rows."""
    document: dict[str, object] = {"items": [item.model_dump(mode="json") for item in items], "next": found.cursor}
    if found.total is not None:
        document["total"] = found.total
    headers = dict(NO_STORE)
    if found.cursor:
        headers["Link"] = next_link(request, found.cursor)
    return Response(orjson.dumps(document), headers=headers, media_type="application/json")


async def page_response(
    request: Request,
    session: AsyncSession,
    query: SelectOfScalar[T],
    ident: Mapped[UUID],
    page: Page,
    read: Callable[[Sequence[T]], Sequence[BaseModel]],
) -> Response:
    """The two in one, where rows can be represented without another look into the database."""
    found = await find_page(session, query, ident, page)
    return found_response(request, found, read(found.rows))
