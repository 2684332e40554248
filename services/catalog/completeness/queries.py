"""Counting who has which facts: one statement a kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from services.catalog.completeness.facts import COOPERATION, INITIATIVE, TERRITORY, Fact
from services.catalog.records.queries import Where
from services.common.feed.reader import Reads

By = Literal["country", "network", "owner"]


@dataclass(frozen=True, slots=True)
class Counted:
    """A kind whose completeness is counted."""

    table: str
    facts: Sequence[Fact]
    territories: str
    """Selects the ids of the territories that `r` is in."""


KINDS: Mapping[str, Counted] = {
    "territories": Counted("territory", TERRITORY, "select r.id as territory_id"),
    "initiatives": Counted("initiative", INITIATIVE, "select r.territory_id"),
    "cooperations": Counted(
        "cooperation", COOPERATION, "select p.territory_id from cooperation_party p where p.cooperation_id = r.id"
    ),
}

_GROUPS: Mapping[By, str] = {
    "country": """select distinct t.country_code as key, null::text as slug, null::text as name
    from ({territories}) p join territory t on t.id = p.territory_id""",
    "network": """select distinct n.id::text as key, n.slug, n.name
    from ({territories}) p join network_membership m on m.territory_id = p.territory_id
    join network n on n.id = m.network_id and n.status = 'published'""",
    "owner": "select o.id::text as key, o.slug, o.name"
    " from (select r.owner_id) i left join partner o on o.id = i.owner_id",
}
"""The groups that a record counts in; a cooperation counts in the country of each party."""

_FILTERS: Mapping[By, str] = {
    "country": "exists (select from ({territories}) p join territory t on t.id = p.territory_id"
    " where t.country_code = any({{0}}))",
    "network": "exists (select from ({territories}) p join network_membership m on m.territory_id = p.territory_id"
    " join network n on n.id = m.network_id where n.slug = any({{0}}) or n.id::text = any({{0}}))",
    "owner": "exists (select from partner o"
    " where o.id = r.owner_id and (o.slug = any({{0}}) or o.id::text = any({{0}})))",
}


async def count_facts(
    reads: Reads, collection: str, by: By | None, filters: Mapping[By, Sequence[str]]
) -> dict[str, Any]:
    """How many published records of a collection there are and how many have each fact, in all and by group."""
    counted = KINDS[collection]
    where = Where(["r.status = 'published'"])
    for name, values in filters.items():
        where.add_any(_FILTERS[name].format(territories=counted.territories), values)
    facts = ", ".join(f"({fact.condition}) as f{place}" for place, fact in enumerate(counted.facts))
    sums = ", ".join(f"count(*) filter (where f{place})" for place in range(len(counted.facts)))
    group = f", lateral ({_GROUPS[by].format(territories=counted.territories)}) g" if by else ""
    grouped = (
        f"union all select true, g.key, g.slug, g.name, count(*), array[{sums}] from facts r{group}"
        " group by g.key, g.slug, g.name"
    )
    own = "r.id, r.owner_id" + (", r.territory_id" if collection == "initiatives" else "")
    rows = await reads.fetch(
        f"with facts as materialized (select {own}, {facts} from {counted.table} r {where.sql()})"
        f" select false as grouped, null::text as key, null::text as slug, null::text as name, count(*) as records,"
        f" array[{sums}] as counts from facts r {grouped if by else ''} order by grouped, records desc, slug, key",
        *where.values,
    )
    whole, *groups = rows
    return {
        "collection": collection,
        **_counts(whole, counted.facts),
        "groups": [{**_group(row, by), **_counts(row, counted.facts)} for row in groups] if by else None,
    }


def _counts(row: Any, facts: Sequence[Fact]) -> dict[str, Any]:  # noqa: ANN401 - a row
    records = row["records"]
    return {
        "records": records,
        "facts": [
            {"fact": fact.code, "count": count, "share": round(count / records, 4) if records else None}
            for fact, count in zip(facts, row["counts"], strict=True)
        ],
    }


def _group(row: Any, by: By | None) -> dict[str, Any]:  # noqa: ANN401 - a row
    if by == "country":
        return {"country_code": row["key"], "id": None, "slug": None, "name": None}
    return {"country_code": None, "id": row["key"], "slug": row["slug"], "name": row["name"]}
