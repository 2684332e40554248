"""Reading cooperations."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.catalog.records.queries import TERRITORY_REF, BoundingBox, RecordQueries, Where

COOPERATIONS = RecordQueries(
    kind="cooperation",
    table="cooperation",
    sort_key="r.slug",
    state=f"""
select r.id, r.version, r.slug, r.status, r.archive_reason, r.owner_id, r.slug as sort_key, json_build_object(
  'id', r.id, 'slug', r.slug, 'version', r.version, 'status', r.status,
  'created_at', r.created_at, 'updated_at', r.updated_at, 'title', r.title,
  'parties', coalesce((
    select json_agg(json_build_object('territory', {TERRITORY_REF}, 'role', p.role) order by p.position)
    from cooperation_party p join territory t on t.id = p.territory_id where p.cooperation_id = r.id), '[]'::json),
  'themes', r.themes, 'devices', r.devices, 'stage', r.stage, 'start_year', r.start_year, 'end_year', r.end_year,
  'description', r.description, 'sources', r.sources, 'licence', r.licence)::text as state
from cooperation r""",
)

_PARTY = """exists (select from cooperation_party p join territory t on t.id = p.territory_id
  where p.cooperation_id = r.id and """


@dataclass(frozen=True, slots=True)
class CooperationFilter:
    """Which cooperations; the values of one field are alternatives."""

    territory: Sequence[str] = ()
    theme: Sequence[str] = ()
    country: Sequence[str] = ()
    device: Sequence[str] = ()
    stage: Sequence[str] = ()
    bbox: BoundingBox | None = None

    def where(self) -> Where:
        """The conditions on published cooperations."""
        where = Where()
        where.add("r.status = 'published'")
        where.add_any(_PARTY + "(t.id::text = any({0}) or t.slug = any({0})))", self.territory)
        where.add_any("r.themes && {0}::text[]", self.theme)
        where.add_any(_PARTY + "t.country_code = any({0}))", self.country)
        where.add_any(
            "exists (select from jsonb_array_elements(r.devices) d where d ->> 'device' = any({0}))", self.device
        )
        where.add_any("r.stage = any({0})", self.stage)
        if self.bbox:
            self.bbox.condition(where, _PARTY + "{box})", "t")
        return where
