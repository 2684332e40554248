"""Building the reads of records: conditions, pages, states. Constant SQL; values but limits go in as parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from asyncpg import Record

from services.common.feed.reader import Reads
from services.common.geo import BoundingBox
from services.common.ids import parse_id
from services.common.paging import Page

TERRITORY_REF = """
json_build_object('id', t.id, 'slug', t.slug, 'name', t.name, 'country_code', t.country_code, 'kind', t.kind,
  'point', case when t.lon is not null
    then json_build_object('type', 'Point', 'coordinates', json_build_array(t.lon, t.lat)) end)
"""
"""How another record names a territory; `t` is the territory's row."""


@dataclass(frozen=True, slots=True)
class RecordQueries:
    """How one kind of record is read. `state` selects its state as JSON and ends in its FROM clause.

    JSON comes as bytes, which are read as they are: text would be decoded, and encoded again.
    """

    kind: str
    table: str
    state: str
    sort_key: str | None
    """A text expression: lists are sorted by it and then by id; None: by id alone, the order of creation."""

    @property
    def published(self) -> str:
        """Id, version, state of everything published, in a stable order: for the snapshot."""
        return f"{self.state} where r.status = 'published' order by r.id"


@dataclass
class Where:
    """Conditions joined by AND, each with its parameters numbered in the order of adding."""

    conditions: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)

    def add(self, condition: str, *values: object) -> None:
        """Add a constant condition whose `{0}`, `{1}` … stand for the parameters."""
        first = len(self.values) + 1
        self.conditions.append(condition.format(*(f"${first + place}" for place in range(len(values)))))
        self.values.extend(values)

    def add_any(self, condition: str, values: Sequence[object]) -> None:
        """Add a condition on "any of" these values; none given means no condition."""
        if values:
            self.add(condition, list(values))

    def add_box(self, inside: str, box: BoundingBox, alias: str) -> None:
        """Add `inside`, its `{box}` replaced by the test of `alias`'s point: in two halves over the antimeridian."""
        corners = [corner for half in box.halves() for corner in (half.west, half.south, half.east, half.north)]
        boxes = (
            f"point({alias}.lon, {alias}.lat) <@ box(point({{{n}}}, {{{n + 1}}}), point({{{n + 2}}}, {{{n + 3}}}))"
            for n in range(0, len(corners), 4)
        )
        self.add(inside.replace("{box}", f"({' or '.join(boxes)})"), *corners)

    def sql(self) -> str:
        """The WHERE clause."""
        return "where " + " and ".join(self.conditions) if self.conditions else ""


def by_reference(ref: str) -> tuple[str, object]:
    """The condition that finds a record by its id or its slug."""
    record_id = parse_id(ref)
    return ("r.id = $1", record_id) if record_id else ("r.slug = $1", ref)


async def fetch_one(reads: Reads, queries: RecordQueries, ref: str) -> Record | None:
    """One record in whatever publication state, by id or slug."""
    condition, value = by_reference(ref)
    if isinstance(value, str) and ("\0" in value or len(value) > 200):
        return None
    return await reads.fetchrow(f"{queries.state} where {condition}", value)


def page_query(queries: RecordQueries, where: Where, page: Page) -> tuple[str, list[object]]:
    """The statement that reads one page and, when there is more, one record beyond it, and its parameters.

    The limit stands in the statement: without knowing it PostgreSQL would make a new plan for every page.
    """
    keys = f"{queries.sort_key}, r.id" if queries.sort_key else "r.id"
    if page.after is not None:
        sort_key, record_id = page.after
        if queries.sort_key:
            where.add(f"({keys}) > ({{0}}, {{1}})", sort_key, record_id)
        else:
            where.add("r.id > {0}", record_id)
    return f"{queries.state} {where.sql()} order by {keys} limit {page.limit + 1:d}", where.values


async def fetch_page(reads: Reads, queries: RecordQueries, where: Where, page: Page) -> list[Record]:
    """One page and, when there is more, one record beyond it."""
    sql, values = page_query(queries, where, page)
    return await reads.fetch(sql, *values)


async def fetch_count(reads: Reads, queries: RecordQueries, where: Where) -> int:
    """How many records fit; call it before the page's own conditions are added."""
    tables = queries.state[queries.state.rindex("\nfrom ") :]
    count: int = await reads.fetchval(f"select count(*) {tables} {where.sql()}", *where.values)
    return count


async def fetch_states(
    reads: Reads, queries: Mapping[str, RecordQueries], kind: str, ids: Sequence[UUID]
) -> dict[UUID, bytes]:
    """The published states of these records, for the feed."""
    if kind not in queries:
        return {}
    sql = f"{queries[kind].state} where r.id = any($1) and r.status = 'published'"
    return {row["id"]: row["state"] for row in await reads.fetch(sql, list(ids))}
