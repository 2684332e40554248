"""Reading initiatives."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.catalog.records.queries import TERRITORY_REF, BoundingBox, RecordQueries, Where

INITIATIVES = RecordQueries(
    kind="initiative",
    table="initiative",
    sort_key=None,
    state=f"""
select r.id, r.version, r.slug, r.status, r.archive_reason, r.owner_id, '' as sort_key, json_build_object(
  'id', r.id, 'slug', r.slug, 'version', r.version, 'status', r.status,
  'created_at', r.created_at, 'updated_at', r.updated_at,
  'title', r.title, 'summary', r.summary, 'territory', {TERRITORY_REF}, 'themes', r.themes,
  'carrier', case when num_nonnulls(r.carrier_name, r.carrier_sector, r.carrier_kind) > 0
    then json_build_object('name', r.carrier_name, 'sector', r.carrier_sector, 'kind', r.carrier_kind) end,
  'start_year', r.start_year, 'end_year', r.end_year, 'maturity', r.maturity, 'results', r.results,
  'mufpp_category', r.mufpp_category, 'url', r.url, 'sources', r.sources, 'licence', r.licence)::text as state
from initiative r join territory t on t.id = r.territory_id""",
)


@dataclass(frozen=True, slots=True)
class InitiativeFilter:
    """Which initiatives; the values of one field are alternatives."""

    theme: Sequence[str] = ()
    territory: Sequence[str] = ()
    country: Sequence[str] = ()
    network: Sequence[str] = ()
    mufpp_category: Sequence[str] = ()
    bbox: BoundingBox | None = None

    def where(self) -> Where:
        """The conditions on published initiatives."""
        where = Where()
        where.add("r.status = 'published'")
        where.add_any("r.themes && {0}::text[]", self.theme)
        where.add_any("(t.id::text = any({0}) or t.slug = any({0}))", self.territory)
        where.add_any("t.country_code = any({0})", self.country)
        where.add_any("r.mufpp_category = any({0})", self.mufpp_category)
        where.add_any(
            "exists (select from network_membership m join network n on n.id = m.network_id"
            " where m.territory_id = t.id and n.slug = any({0}))",
            self.network,
        )
        if self.bbox:
            self.bbox.condition(where, "{box}", "t")
        return where
