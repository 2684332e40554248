"""`/catalog/v1/cooperations`."""

from services.catalog.cooperations.kind import COOPERATION
from services.catalog.records.listing import THEME, Filter, coded, places
from services.catalog.records.operations import Texts
from services.catalog.records.parameters import RefsParameter
from services.catalog.records.routers import kind_router

_PARTY = """exists (select from cooperation_party p join territory t on t.id = p.territory_id
  where p.cooperation_id = r.id and """

TERRITORY, COUNTRY, _, BOX = places(_PARTY)
FILTERS = (
    TERRITORY,
    THEME,
    COUNTRY,
    coded(
        "device",
        "devices",
        "exists (select from jsonb_array_elements(r.devices) d where d ->> 'device' = any({0}))",
    ),
    coded("stage", "cooperation_stages"),
    Filter(
        "programme",
        RefsParameter,
        "exists (select from record_link l join record g on g.id = l.source_id where l.target_id = r.id"
        " and g.kind = 'programme' and (g.id::text = any({0}) or g.slug = any({0})))",
    ),
    BOX,
)

router = kind_router(
    COOPERATION,
    tag="cooperations",
    texts=Texts(
        about="Territories that work together; a single one while it is an idea or under study.",
        listed="""Cooperations between territories, by slug.

`territory`, `country` and `bbox` fit when any party does, `programme` when it groups the cooperation. Repeat a
parameter for any of several. `Accept: application/geo+json` gives the points of the parties.

Example: `/catalog/v1/cooperations?territory=montpellier&lang=fr`.""",
        get="""One cooperation by id or slug: its parties, themes, devices, phases, who brings what to whom.

Example: `/catalog/v1/cooperations/montpellier-fes`.""",
        create="""Publish a new cooperation. 422 for one party only, unless it is an idea or under study; 409 when
the slug is taken.""",
    ),
    filters=FILTERS,
)
