"""Record an example of each status's problem document anew: `python -m tests.contract.common.record_problems`."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import orjson

from services.catalog.app import create_app
from services.catalog.loading.loader import load
from services.catalog.settings import CatalogSettings
from services.common.http.documents import PROBLEM_EXAMPLES
from services.common.migrations import migrate
from services.local.postgres import EmbeddedPostgres
from tests.conftest import ADMIN_KEY, DATA, ROOT, give_admin_key, running
from tests.integration.catalog.partners import ANY, INITIATIVE, PATCH, Headers, make_initiative, make_partner

V1 = "/catalog/v1"
FES = f"{V1}/initiatives/marche-producteurs-fes"
JSON = {"Content-Type": "application/json"}


async def slowly() -> AsyncIterator[bytes]:
    """A body that takes its time."""
    yield b"{"
    await asyncio.sleep(1)
    yield b"}"


async def provoked(url: str, admin: Headers) -> dict[str, Any]:
    """By status the problem document that a request like those of the tests is answered with."""
    found: dict[str, Any] = {}

    def keep(answer: httpx.Response) -> None:
        found[str(answer.status_code)] = answer.json() | {"request_id": "01a2086c-9f74-7453-a25f-285ef9cbd869"}

    english = {"Accept-Language": "en"}
    async with running(create_app(CatalogSettings(database_url=url, body_timeout_s=0.3))) as catalog:
        catalog.headers.update(english)
        await make_initiative(catalog, admin, slug="marche-fes")
        await catalog.patch(f"{V1}/initiatives/marche-fes", json={"slug": "marche-de-fes"}, headers=admin | PATCH | ANY)
        keep(await catalog.get(f"{V1}/initiatives/marche-fes"))
        await catalog.delete(f"{V1}/initiatives/marche-de-fes?reason=Fin+du+projet", headers=admin | ANY)
        keep(await catalog.get(f"{V1}/initiatives/marche-de-fes"))
        keep(await catalog.get(f"{V1}/initiatives?limit=0"))
        keep(await catalog.get(FES, headers={"Authorization": "Bearer lf_unknown"}))
        partner = await make_partner(catalog, admin, "terres-en-villes-essai")
        keep(await catalog.post(f"{V1}/partners", json={}, headers=partner.headers))
        keep(await catalog.get(f"{V1}/territories/atlantis"))
        keep(await catalog.post(f"{V1}/initiatives", content=slowly(), headers=admin | JSON))
        taken = INITIATIVE | {"slug": "marche-producteurs-fes"}
        keep(await catalog.post(f"{V1}/initiatives", json=taken, headers=admin))
        keep(await catalog.patch(FES, json={"start_year": 2019}, headers=admin | PATCH | {"If-Match": '"7-1f0c"'}))
        keep(await catalog.post(f"{V1}/initiatives", content=b" " * 2**21, headers=admin | JSON))
        keep(await catalog.post(f"{V1}/initiatives", content=b"title", headers=admin | {"Content-Type": "text/plain"}))
        keep(await catalog.get(f"{V1}/snapshot", headers={"Range": "bytes=999999999-"}))
        keep(await catalog.post(f"{V1}/initiatives", json=INITIATIVE | {"themes": ["food_wast"]}, headers=admin))
        keep(await catalog.patch(FES, json={"start_year": 2019}, headers=admin | PATCH))
    few = CatalogSettings(database_url=url, rate_limit_read="1/hour", pool_size=1, pool_timeout_s=0.1)
    async with running(app := create_app(few)) as catalog:
        catalog.headers.update(english)
        async with app.state.catalog.database.pool.acquire():
            keep(await catalog.get(f"{V1}/initiatives?limit=3"))
        keep(await catalog.get(FES))
    return found


async def record(url: str) -> dict[str, Any]:
    await migrate(ROOT / "services" / "catalog" / "migrations", url)
    await give_admin_key(url)
    await load(url, DATA)
    return await provoked(url, {"Authorization": f"Bearer {ADMIN_KEY}"})


def main() -> None:
    """Write the file."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder), settings={"fsync": "off"}) as server:
        server.create_database("catalog")
        found = asyncio.run(record(server.url("catalog")))
    PROBLEM_EXAMPLES.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")


if __name__ == "__main__":
    main()
