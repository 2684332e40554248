"""`/catalog/v1/territories/{ref}/actors`: the actor map of a territory, who does what there on which theme."""

from typing import Any

import orjson
from asyncpg import Record
from fastapi import Request, Response
from pydantic import BaseModel, Field

from services.catalog.context import CatalogDep, ReaderDep
from services.catalog.records.finding import read_visible
from services.catalog.records.listing import coded, take
from services.catalog.records.models import PUBLISHED
from services.catalog.records.operations import MOVED
from services.catalog.records.parameters import RefPath
from services.catalog.records.queries import Where
from services.catalog.records.representation import Reader, State
from services.catalog.records.responses import language_headers
from services.catalog.records.schemas import PageRead, RecordRefRead
from services.catalog.territories.kind import TERRITORY
from services.common.access.requires import CallerDep
from services.common.feed.reader import Reads
from services.common.http.answers import NO_STORE
from services.common.http.app import service_router
from services.common.http.documents import problem_responses
from services.common.paging import Page, PageDep, next_link
from services.common.schemas import CodeRead, SourceRead

_ENTRIES = """
with said as (
  select l.source_id as organization_id, '1' || lpad(e.place::text, 4, '0') as place, e.entry ->> 'role' as role,
    e.entry -> 'themes' as themes, e.entry -> 'sources' as sources, null::uuid as initiative_id
  from record_link l join organization o on o.id = l.source_id
  cross join lateral jsonb_array_elements(o.content -> 'roles') with ordinality e (entry, place)
  where l.target_id = $1::uuid and l.relation = 'roles/territory' and e.entry ->> 'territory' = $1::uuid::text
  union all
  select e.organization_id, '2' || i.id || lpad(e.place::text, 4, '0'), e.role, to_jsonb(i.themes), i.sources, i.id
  from initiative i
  cross join lateral (
    select i.carrier_organization_id, 'holder', 0
    union all select (a.entry ->> 'organization')::uuid, a.entry ->> 'role', a.place
    from jsonb_array_elements(coalesce(i.content -> 'actors', '[]')) with ordinality a (entry, place)
  ) e (organization_id, role, place)
  where i.territory_id = $1::uuid and i.status = 'published' and e.organization_id is not null
), entry as (
  select * from said
  union all
  select o.id, '0', null, '[]', o.sources, null
  from record_link l join organization o on o.id = l.source_id
  where l.target_id = $1::uuid and l.relation = 'territory'
  and not exists (select from said s where s.organization_id = o.id)
), found as materialized (
  select e.*, o.sort_name from entry e join organization o on o.id = e.organization_id {where}
)"""
"""Every entry of the map of territory `$1`. `place` orders those of one organization: its own words come first.

`found` is made whole before it is sorted: else the planner, which cannot know how few entries there are, goes through
all organizations of the world by name.
"""

_STATE = """
select e.organization_id, e.sort_name, e.place, json_build_object(
  'organization', json_build_object('id', o.id, 'slug', o.slug, 'name', o.name),
  'kinds', o.kinds, 'sector', o.sector,
  'seated', coalesce(o.content ->> 'territory' = $1::uuid::text, false),
  'role', e.role, 'themes', e.themes,
  'initiative', case when i.id is not null then json_build_object('id', i.id, 'slug', i.slug, 'name', i.title) end,
  'sources', e.sources)::text as state
from (select * from found order by sort_name, organization_id, place limit {limit}) e
join organization o on o.id = e.organization_id left join initiative i on i.id = e.initiative_id
order by e.sort_name, e.organization_id, e.place"""

_FILTERS = (
    coded("role", "actor_roles", "e.role = any({0})"),
    coded("theme", "themes", "e.themes ?| {0}::text[]"),
    coded("kind", "actor_kinds", "o.kinds && {0}::text[]"),
)


class ActorMapEntryRead(BaseModel):
    """An entry of a territory's actor map: what one organization does there, as what, and who says so."""

    organization: RecordRefRead
    kinds: list[CodeRead] = Field(description="Codes of `actor_kinds`.")
    sector: CodeRead | None = Field(description="Code of `sectors`.")
    seated: bool = Field(description="Whether the organization has its seat in the territory.")
    role: CodeRead | None = Field(
        description="Code of `actor_roles`; null: seated there, and nobody says what it does there."
    )
    themes: list[CodeRead] = Field(description="On what: codes of `themes`; of an initiative, its own.")
    initiative: RecordRefRead | None = Field(
        description="The initiative that it has this role in; null: the organization's own record says so."
    )
    sources: list[SourceRead] = Field(description="Of the role, of the initiative, or of the organization.")


class ActorMapPage(PageRead):
    """A page of an actor map, by the organizations' names."""

    items: list[ActorMapEntryRead]


router = service_router(f"/{TERRITORY.collection}", tags=["organizations"])


async def list_actors(
    request: Request,
    catalog: CatalogDep,
    reader: ReaderDep,
    caller: CallerDep,
    page: PageDep,
    ref: RefPath,
    **values: Any,  # noqa: ANN401 - each filter's own
) -> Response:
    """The actor map of a territory: who does what there, on which themes, and who says so. By name of organization.

    One item for each role: those that an organization's record states for this territory, and those of its published
    initiatives (`initiative` names it; who carries one is its `holder`). An organization that is seated there and of
    which nothing is said has one item without a role. `theme` includes narrower themes. Repeat a parameter for any of
    several; different parameters all have to fit the same item.

    Examples: `/catalog/v1/territories/sefrou/actors?role=operator&theme=agroecology&lang=ar` names Let's Food and Xylm,
    `/catalog/v1/territories/montpellier/actors?role=facilitator&kind=network` those who bring others together.
    """
    async with catalog.database.pool.acquire() as connection:
        territory = await read_visible(connection, TERRITORY.queries, ref, caller)
        where = Where(["o.status = 'published'"], [territory["id"]])
        for each in _FILTERS:
            each.add(where, reader.vocabularies, values[each.name])
        total = await _count(connection, where) if page.count else None
        rows = await _fetch(connection, where, page)
    following = len(rows) > page.limit
    rows = rows[: page.limit]
    last = rows[-1] if following else None
    cursor = page.cursor_after(f"{last['place']} {last['sort_name']}", last["organization_id"]) if last else None
    document: State = {"items": [_represented(row["state"], reader) for row in rows], "next": cursor}
    if total is not None:
        document["total"] = total
    headers = language_headers(reader.used) | ({} if territory["status"] == PUBLISHED else NO_STORE)
    if cursor:
        headers["Link"] = next_link(request, cursor)
    return Response(orjson.dumps(document), headers=headers, media_type="application/json")


take(list_actors, _FILTERS)
router.add_api_route(
    "/{ref}/actors",
    list_actors,
    methods=["GET"],
    response_model=ActorMapPage,
    responses=MOVED | problem_responses(400, 404, 410),
)


async def _count(reads: Reads, where: Where) -> int:
    sql = f"{_ENTRIES.format(where=where.sql())} select count(*) from found"  # noqa: S608 - constant conditions, see `Where`
    count: int = await reads.fetchval(sql, *where.values)
    return count


async def _fetch(reads: Reads, where: Where, page: Page) -> list[Record]:
    """One page and, when there is more, one entry beyond it."""
    if page.after is not None:
        place, _, sort_name = page.after[0].partition(" ")
        where.add("(o.sort_name, o.id, e.place) > ({0}, {1}, {2})", sort_name, page.after[1], place)
    where.values.append(page.limit + 1)
    state = _STATE.format(limit=f"${len(where.values)}")
    return await reads.fetch(f"{_ENTRIES.format(where=where.sql())} {state}", *where.values)


def _represented(state: str, reader: Reader) -> State:
    item: State = orjson.loads(state)
    for named in (item["organization"], item["initiative"]):
        if named is not None:
            named["name"] = reader.text(named["name"])
    item["kinds"] = [reader.coded("actor_kinds", code) for code in item["kinds"]]
    item["sector"] = reader.coded("sectors", item["sector"])
    item["role"] = reader.coded("actor_roles", item["role"])
    item["themes"] = [reader.coded("themes", code) for code in item["themes"]]
    return item
