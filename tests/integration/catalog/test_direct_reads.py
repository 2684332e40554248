"""Reads of one record and plain pages of a list take a short way; nobody can tell by the answers."""

import asyncio

import httpx
import pytest

from services.catalog.app import create_app
from services.catalog.settings import CatalogSettings
from services.common.http.direct import DirectRoutes
from tests.conftest import running

VOLATILE = {"date", "x-request-id", "ratelimit"}
PATHS = (
    "/catalog/v1/initiatives/pole-logistique-mutualise-lyon",
    "/catalog/v1/territories/montpellier",
    "/catalog/v1/cooperations/montpellier-fes",
    "/catalog/v1/networks/mufpp",
    "/catalog/v1/territories/no-such-place",
    f"/catalog/v1/territories/{'x' * 121}",
    "/catalog/v1/territories/montpellier?lang=xx",
    "/catalog/v1/territories/montpellier?lang=all",
    "/catalog/v1/territories/montpellier?lang=not a language",
    "/catalog/v1/territories/montpellier?theme=food_waste",
    "/catalog/v1/initiatives",
    "/catalog/v1/initiatives/",
    "/catalog/v1/initiatives?limit=7&lang=fr",
    "/catalog/v1/initiatives?limit=200",
    "/catalog/v1/initiatives?limit=201",
    "/catalog/v1/initiatives?limit=0",
    "/catalog/v1/initiatives?limit=7&limit=8",
    "/catalog/v1/initiatives?cursor=nonsense",
    "/catalog/v1/initiatives?cursor=",
    "/catalog/v1/initiatives?limit=2&",
    "/catalog/v1/offers?limit=5",
    "/catalog/v1/territories?limit=2&lang=not",
    "/catalog/v1/territories?limit=3&surprise=1",
)


async def test_the_short_way_and_the_ordinary_one_answer_alike(
    catalog: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = [await catalog.get(path, headers={"Accept-Language": "ar"}) for path in PATHS]

    async def ordinary(self: DirectRoutes, scope: object, receive: object, send: object) -> None:
        await self.app(scope, receive, send)  # type: ignore[arg-type]  # handed on as they come

    monkeypatch.setattr(DirectRoutes, "__call__", ordinary)
    long = [await catalog.get(path, headers={"Accept-Language": "ar"}) for path in PATHS]

    assert {answer.status_code for answer in short} == {200, 400, 404}
    for one, other in zip(short, long, strict=True):
        assert one.status_code == other.status_code
        assert {k: v for k, v in one.headers.items() if k not in VOLATILE} == {
            k: v for k, v in other.headers.items() if k not in VOLATILE
        }
        assert one.json() | {"request_id": ""} == other.json() | {"request_id": ""}


async def test_who_finds_no_connection_free_is_told_to_come_back(catalog_database: str) -> None:
    settings = CatalogSettings(database_url=catalog_database, pool_size=1, pool_timeout_s=0.1)
    app = create_app(settings)
    async with running(app) as client:
        await client.get("/catalog/v1/vocabularies")
        async with app.state.catalog.database.pool.acquire():
            answer = await client.get(PATHS[1])
        again = await client.get(PATHS[1])

    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/overloaded")
    assert answer.headers["retry-after"] == "1"
    assert again.status_code == 200


async def test_a_burst_of_one_client_leaves_others_their_reads(catalog_database: str) -> None:
    settings = CatalogSettings(
        database_url=catalog_database,
        rate_limit_read="20/hour",
        trusted_proxies="127.0.0.1",
        max_in_flight_per_client=100,
    )
    async with running(create_app(settings)) as client:
        burst = await asyncio.gather(
            *(client.get(PATHS[1], headers={"X-Forwarded-For": "203.0.113.1"}) for _ in range(100))
        )
        other = [await client.get(PATHS[1], headers={"X-Forwarded-For": "203.0.113.2"}) for _ in range(20)]

    assert sum(answer.status_code == 200 for answer in burst) == 20
    assert {answer.status_code for answer in burst} == {200, 429}
    assert {answer.status_code for answer in other} == {200}
