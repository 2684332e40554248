"""Finding the possible duplicates of a record: candidates by blocks, then each compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record

from services.catalog.duplicates.blocks import block_keys, keys_at
from services.catalog.duplicates.evidence import LIKELY, NEAR_KM, Compared, Reason, score
from services.catalog.duplicates.traits import TELLING, Place, Traits, traits_of
from services.catalog.duplicates.wording import Lexicon
from services.catalog.records.kinds import Kind
from services.catalog.records.models import PUBLISHED, UNPUBLISHED
from services.common.feed.reader import Reads
from services.common.languages import Text

MAX_COMPARED = 40
"""Candidates that are compared: those that share the most blocks."""

MAX_FOUND = 100
"""Candidates of whatever status."""

MAX_NEAR = 8
"""Territories around, in which the same thing may have been recorded."""

KM_PER_DEGREE = 111.2

CANDIDATES = """
select r.id
from (
  select record_id, (select count(*) from unnest(keys) k where k = any($1::integer[])) as shared
  from duplicate_block where keys && $1::integer[] and record_id <> $2
  order by shared desc, record_id limit $5) b
join record r on r.id = b.record_id
where r.kind = $3 and r.status = any($4)
  and not exists (select from duplicate_pair p where p.dismissed_at is not null
    and p.first_id = least(r.id, $2) and p.second_id = greatest(r.id, $2))
order by b.shared desc, r.id limit $6
"""

NEAR = """
select id from territory
where point(lon, lat) <@ box(point($1, $2), point($3, $4)) and status = 'published' and id <> all($7)
order by (lon - $5) ^ 2 + (lat - $6) ^ 2, id
limit $8
"""


@dataclass(frozen=True, slots=True)
class Possible:
    """A record that may be the same, with the probability (0 to 1) and what speaks for it."""

    id: UUID
    slug: str
    name: Text
    status: str
    owner_id: UUID | None
    score: float
    reasons: Sequence[Reason]


async def find_possible(reads: Reads, kind: Kind, record_id: UUID, lexicon: Lexicon) -> list[Possible]:
    """What may be the same as a stored record, whoever may see it, the likeliest first; pairs set apart are not."""
    [(_, own)] = await _read(reads, kind, [record_id], lexicon)
    keys = {*block_keys(own.traits), *keys_at(own.traits, await _near(reads, own))}
    statuses = [PUBLISHED, *sorted(UNPUBLISHED)]
    found = await reads.fetch(CANDIDATES, sorted(keys), record_id, kind.name, statuses, MAX_FOUND, MAX_COMPARED)
    possible = []
    for row, other in await _read(reads, kind, [each["id"] for each in found], lexicon):
        value, reasons = score(own, other, lexicon)
        if value >= LIKELY:
            name = orjson.loads(row["name"])
            possible.append(Possible(row["id"], row["slug"], name, row["status"], row["owner_id"], value, reasons))
    return sorted(possible, key=lambda each: (-each.score, each.id))


async def _near(reads: Reads, own: Compared) -> Sequence[UUID]:
    """The territories around those that a record is in."""
    if own.traits.kind == "territory":
        return ()
    found: list[UUID] = []
    for place in own.places[:2]:
        if place.point is not None:
            lon, lat = place.point
            high = NEAR_KM / KM_PER_DEGREE
            wide = high / max(0.05, cos(radians(lat)))
            box = (lon - wide, lat - high, lon + wide, lat + high)
            rows = await reads.fetch(NEAR, *box, lon, lat, list(own.traits.places), MAX_NEAR)
            found += [row["id"] for row in rows]
    return found


def _sql(kind: Kind) -> str:
    """What is read of records of a kind to compare them."""
    members = ", ".join(f"'{name}', {kind.expression(name)}" for name in TELLING if name in kind.write.model_fields)
    return f"""
select r.id, g.slug, g.name::text as name, g.status, g.owner_id, g.country_code, g.lon, g.lat,
  json_build_object({members})::text as members,
  (select json_agg(json_build_object('id', p.id, 'name', p.name, 'country_code', p.country_code,
      'lon', p.lon, 'lat', p.lat) order by p.id)
    from record_link l join record p on p.id = l.target_id
    where l.source_id = r.id and p.kind = 'territory' and l.relation = any($2))::text as places
from {kind.table.name} r {kind.joins} join record g on g.id = r.id
where r.id = any($1)"""  # noqa: S608 - composed of constants


async def _read(reads: Reads, kind: Kind, ids: Sequence[UUID], lexicon: Lexicon) -> Sequence[tuple[Record, Compared]]:
    rows = await reads.fetch(_sql(kind), list(ids), list(kind.places))
    return [(row, Compared.of(*_traits(kind, row), lexicon)) for row in rows]


def _traits(kind: Kind, row: Record) -> tuple[Traits, Sequence[Place]]:
    listed: Sequence[Mapping[str, Any]] = orjson.loads(row["places"] or b"[]")
    places = [Place(UUID(each["id"]), each["name"], each["country_code"], _point(each)) for each in listed]
    traits = traits_of(kind, orjson.loads(row["members"]), [place.id for place in places])
    if kind.name == "territory":
        places = [Place(row["id"], orjson.loads(row["name"]), row["country_code"], _point(row))]
    return traits, places


def _point(row: Mapping[str, Any] | Record) -> tuple[float, float] | None:
    return (row["lon"], row["lat"]) if row["lon"] is not None else None
