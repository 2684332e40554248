"""Reading territories."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.catalog.records.queries import BoundingBox, RecordQueries, Where

TERRITORIES = RecordQueries(
    kind="territory",
    table="territory",
    sort_key="r.sort_name",
    state="""
select r.id, r.version, r.slug, r.status, r.archive_reason, r.owner_id, r.sort_name as sort_key, json_build_object(
  'id', r.id, 'slug', r.slug, 'version', r.version, 'status', r.status,
  'created_at', r.created_at, 'updated_at', r.updated_at,
  'name', r.name, 'display_name', r.display_name, 'kind', r.kind, 'local_level', r.local_level,
  'country_code', r.country_code, 'subdivision_code', r.subdivision_code,
  'point', case when r.lon is not null
    then json_build_object('type', 'Point', 'coordinates', json_build_array(r.lon, r.lat)) end,
  'point_note', r.point_note,
  'population', case when r.population is not null then json_build_object('value', r.population,
    'year', r.population_year, 'scope', r.population_scope, 'source', r.population_source) end,
  'has_food_project', r.has_food_project, 'external_ids', r.external_ids,
  'networks', coalesce((
    select json_agg(json_build_object('id', n.id, 'slug', n.slug, 'name', n.name, 'since', m.since, 'until', m.until)
      order by n.slug)
    from network_membership m join network n on n.id = m.network_id
    where m.territory_id = r.id and n.status = 'published'), '[]'::json),
  'problems', coalesce((
    select json_agg(json_build_object('id', p.id, 'problem', p.problem, 'theme', p.theme, 'severity', p.severity,
      'evidence', p.evidence, 'stated_by', p.stated_by, 'year', p.year, 'sources', p.sources) order by p.position)
    from territory_problem p where p.territory_id = r.id), '[]'::json),
  'sources', r.sources, 'licence', r.licence)::text as state
from territory r""",
)


@dataclass(frozen=True, slots=True)
class TerritoryFilter:
    """Which territories; the values of one field are alternatives."""

    country: Sequence[str] = ()
    kind: Sequence[str] = ()
    network: Sequence[str] = ()
    problem: Sequence[str] = ()
    theme: Sequence[str] = ()
    bbox: BoundingBox | None = None

    def where(self) -> Where:
        """The conditions on published territories."""
        where = Where()
        where.add("r.status = 'published'")
        where.add_any("r.country_code = any({0})", self.country)
        where.add_any("r.kind = any({0})", self.kind)
        where.add_any(
            "exists (select from network_membership m join network n on n.id = m.network_id"
            " where m.territory_id = r.id and n.slug = any({0}))",
            self.network,
        )
        where.add_any(
            "exists (select from territory_problem p where p.territory_id = r.id and p.problem = any({0}))",
            self.problem,
        )
        where.add_any(
            "exists (select from initiative i where i.territory_id = r.id and i.status = 'published'"
            " and i.themes && {0}::text[])",
            self.theme,
        )
        if self.bbox:
            self.bbox.condition(where, "{box}", "r")
        return where
