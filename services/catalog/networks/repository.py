"""Reading networks."""

from services.catalog.records.queries import RecordQueries

NETWORKS = RecordQueries(
    kind="network",
    table="network",
    sort_key="r.slug",
    state="""
select r.id, r.version, r.slug, r.status, r.archive_reason, r.owner_id, r.slug as sort_key, json_build_object(
  'id', r.id, 'slug', r.slug, 'version', r.version, 'status', r.status,
  'created_at', r.created_at, 'updated_at', r.updated_at, 'name', r.name, 'description', r.description,
  'kind', r.kind, 'start_year', r.start_year,
  'members', (select count(*) from network_membership m join territory t on t.id = m.territory_id
    where m.network_id = r.id and t.status = 'published'),
  'sources', r.sources, 'licence', r.licence)::text as state
from network r""",
)
