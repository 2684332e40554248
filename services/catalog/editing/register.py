"""Lists of records of all kinds together: what waits for somebody. They are read from the register."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from asyncpg import Record
from fastapi import Depends, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from services.catalog.context import ReaderDep
from services.catalog.kinds import BY_NAME
from services.catalog.records.kinds import OWNER
from services.catalog.records.listing import THEME, Filter, places, take
from services.catalog.records.queries import Where
from services.catalog.records.representation import Reader, State
from services.catalog.records.responses import language_headers
from services.catalog.records.schemas import OwnerRefRead, PageRead, RecordRefRead
from services.common.feed.reader import Reads
from services.common.http.answers import NO_STORE
from services.common.paging import NOT_A_CURSOR, Page, next_link
from services.common.problems import MALFORMED, FieldError, Problem, unknown_code
from services.common.schemas import CodeRead, TextRead

STATE = f"""
select r.id, r.updated_at, r.review_due, json_build_object(
  'type', r.kind, 'id', r.id, 'slug', r.slug, 'name', r.name, 'status', r.status, 'version', r.version,
  'owner', {OWNER}, 'themes', r.themes, 'country_code', r.country_code,
  'territories', (select coalesce(json_agg(json_build_object('id', t.id, 'slug', t.slug, 'name', t.name)
      order by t.slug), '[]')
    from record t where t.kind = 'territory'
    and t.id in (select l.target_id from record_link l where l.source_id = r.id)),
  'updated_at', r.updated_at, 'review_due', r.review_due, 'review_note', r.review_note)::text as state
from record r"""  # noqa: S608 - composed of constants

_PLACE = """exists (select from record t where t.kind = 'territory'
  and t.id = any(array(select l.target_id from record_link l where l.source_id = r.id) || r.id) and """
"""A territory that the record names; a territory is in its own place."""

KindsParameter = Annotated[
    list[Annotated[str, Field(pattern="^[a-z_]{1,40}$")]],
    Query(description="Kinds of record; repeat for any of several.", examples=[["initiative"]]),
]

_FILTERS = (
    Filter("kind", KindsParameter, "r.kind = any({0})"),
    THEME,
    *places(_PLACE),
)


async def _chosen(reader: ReaderDep, **values: Any) -> Where:  # noqa: ANN401 - each filter's own
    """The conditions that the filters of these lists add up to; what is narrower than a theme fits as well."""
    where = Where()
    for unknown in set(values["kind"]) - BY_NAME.keys():
        raise unknown_code("kind", unknown, list(BY_NAME))
    for each in _FILTERS:
        each.add(where, reader.vocabularies, values[each.name])
    return where


take(_chosen, _FILTERS)

ChosenDep = Annotated[Where, Depends(_chosen)]
"""The filters `kind`, `theme`, `territory`, `country`, `network` and `bbox`."""


class WaitingRead(BaseModel):
    """A record in a list of all kinds."""

    type: str = Field(examples=["initiative"])
    collection: str = Field(description="The path segment of its address.", examples=["initiatives"])
    id: UUID
    slug: str = Field(examples=["marche-producteurs-fes"])
    name: TextRead
    status: str = Field(examples=["submitted"])
    version: int
    owner: OwnerRefRead | None = Field(description="Null: the association.")
    themes: list[CodeRead]
    country_code: str | None = Field(description="Of a territory.")
    territories: list[RecordRefRead] = Field(description="The territories that it names.")
    updated_at: AwareDatetime
    review_due: date | None
    review_note: str | None = Field(description="Why the moderators sent it back or rejected it.")


class WaitingPage(PageRead):
    """A page of a list of records of all kinds."""

    items: list[WaitingRead]


def unreadable_cursor() -> Problem:
    """A cursor of this list that names no place in it: nobody was given it."""
    wrong = FieldError(pointer="?cursor", detail="not a cursor", code="cursor")
    return Problem(MALFORMED, NOT_A_CURSOR, errors=[wrong])


@dataclass(frozen=True, slots=True)
class Order:
    """By which column of the register a list is sorted, and how its cursors are read again."""

    column: str
    parse: Callable[[str], date]
    descending: bool = False

    def after(self, where: Where, page: Page) -> None:
        """Begin after the item that the cursor names; raises `Problem` (400) for one that names none."""
        if page.after is None:
            return
        try:
            value = self.parse(page.after[0])
        except ValueError as error:
            raise unreadable_cursor() from error
        where.add(f"(r.{self.column}, r.id) {'<' if self.descending else '>'} ({{0}}, {{1}})", value, page.after[1])

    def sql(self) -> str:
        """The ORDER BY clause."""
        direction = "desc" if self.descending else "asc"
        return f"order by r.{self.column} {direction}, r.id {direction}"


OLDEST_CHANGE_FIRST = Order("updated_at", datetime.fromisoformat)
NEWEST_CHANGE_FIRST = Order("updated_at", datetime.fromisoformat, descending=True)
EARLIEST_REVIEW_FIRST = Order("review_due", date.fromisoformat)


async def waiting_response(
    request: Request, reads: Reads, where: Where, order: Order, page: Page, reader: Reader, *, private: bool
) -> Response:
    """A page of the register; `private`: it depends on who asks."""
    total = await _count(reads, where) if page.count else None
    order.after(where, page)
    where.values.append(page.limit + 1)
    sql = f"{STATE} {where.sql()} {order.sql()} limit ${len(where.values)}"
    rows: list[Record] = await reads.fetch(sql, *where.values)
    following = len(rows) > page.limit
    rows = rows[: page.limit]
    cursor = page.cursor_after(rows[-1][order.column].isoformat(), rows[-1]["id"]) if following else None
    document: dict[str, Any] = {"items": [_represented(row["state"], reader) for row in rows], "next": cursor}
    if total is not None:
        document["total"] = total
    headers = language_headers(reader.used) | (NO_STORE if private else {})
    if cursor:
        headers["Link"] = next_link(request, cursor)
    return Response(orjson.dumps(document), headers=headers, media_type="application/json")


async def _count(reads: Reads, where: Where) -> int:
    total: int = await reads.fetchval(f"select count(*) from record r {where.sql()}", *where.values)  # noqa: S608 - constant conditions, see `Where`
    return total


def _represented(state: str, reader: Reader) -> State:
    item: State = orjson.loads(state)
    item["collection"] = BY_NAME[item["type"]].collection
    item["name"] = reader.text(item["name"])
    item["themes"] = [reader.coded("themes", code) for code in item["themes"]]
    for territory in item["territories"]:
        territory["name"] = reader.text(territory["name"])
    return item
