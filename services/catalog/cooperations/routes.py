"""`/catalog/v1/cooperations`."""

from services.catalog.cooperations.kind import COOPERATION
from services.catalog.cooperations.schemas import CooperationWrite
from services.catalog.records.listing import THEME, BoxFilter, Filter, add_list, coded
from services.catalog.records.operations import Texts, add_operations
from services.catalog.records.parameters import CountriesParameter, RefsParameter
from services.catalog.records.read_models import page_model, read_model
from services.common.http.app import service_router

_PARTY = """exists (select from cooperation_party p join territory t on t.id = p.territory_id
  where p.cooperation_id = r.id and """

FILTERS = (
    Filter("territory", RefsParameter, _PARTY + "(t.id::text = any({0}) or t.slug = any({0})))"),
    THEME,
    Filter("country", CountriesParameter, _PARTY + "t.country_code = any({0}))"),
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
    BoxFilter(_PARTY + "{box})", "t"),
)

CooperationRead = read_model(
    CooperationWrite, "Territories that work together; a single one while it is an idea or under study."
)
CooperationPage = page_model(CooperationRead, "by slug")

router = service_router(f"/{COOPERATION.collection}", tags=["cooperations"])
add_list(
    router,
    COOPERATION,
    CooperationPage,
    """Cooperations between territories, by slug.

`territory`, `country` and `bbox` fit when any party does, `programme` when it groups the cooperation. Repeat a
parameter for any of several. `Accept: application/geo+json` gives the points of the parties.

Example: `/catalog/v1/cooperations?territory=montpellier&lang=fr`.""",
    FILTERS,
)
add_operations(
    router,
    COOPERATION,
    CooperationRead,
    Texts(
        get="""One cooperation by id or slug: its parties, themes, devices, phases, who brings what to whom.

Example: `/catalog/v1/cooperations/montpellier-fes`.""",
        create="""Publish a new cooperation. 422 for one party only, unless it is an idea or under study; 409 when
the slug is taken.""",
    ),
)
