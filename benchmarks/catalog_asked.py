"""What `benchmarks.catalog` asks of the catalog, each with the statement that answering it takes."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.catalog.initiatives.kind import INITIATIVE
from services.catalog.records.kinds import Kind
from services.catalog.records.queries import Where, page_query
from services.catalog.territories.kind import TERRITORY
from services.common.geo import GEOJSON
from services.common.paging import MAX_FEATURES, Page

JSON = "application/json"
ONE = "initiative-004217"


@dataclass(frozen=True)
class Asked:
    """A request, the statement behind it, how many ask at once, and how often it is to be answered."""

    name: str
    title: str
    path: str
    accept: str
    sql: str
    values: Sequence[object]
    connections: int
    bound: float
    kind: Kind
    limit: int = 1


def request(path: str, accept: str) -> bytes:
    """A request as it is sent."""
    lines = (f"GET {path} HTTP/1.1", "host: 127.0.0.1", "user-agent: bench", f"accept: {accept}")
    return "\r\n".join((*lines, "accept-language: en", "", "")).encode()


def _page(name: str, title: str, kind: Kind, limit: int, accept: str, connections: int, bound: float) -> Asked:
    sql, values = page_query(kind.queries, Where(["r.status = 'published'"]), Page(limit, None, count=False))
    path = f"/catalog/v1/{kind.collection}?limit={limit}"
    return Asked(name, title, path, accept, sql, values, connections, bound, kind, limit)


ASKED = (
    Asked(
        "one",
        "one initiative",
        f"/catalog/v1/initiatives/{ONE}",
        JSON,
        f"{INITIATIVE.queries.state} where r.slug = $1",
        (ONE,),
        connections=8,
        bound=0.4,
        kind=INITIATIVE,
    ),
    _page("page", "a page of 20 initiatives", INITIATIVE, 20, JSON, connections=4, bound=0.5),
    _page("features", "10,000 initiatives as GeoJSON", INITIATIVE, MAX_FEATURES, GEOJSON, connections=1, bound=0.7),
    _page("places", "10,000 territories as GeoJSON", TERRITORY, MAX_FEATURES, GEOJSON, connections=1, bound=0.7),
)
