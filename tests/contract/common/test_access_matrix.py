"""Every role on every operation of every service, as the documents list them: no cell is left out."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from pydantic import SecretStr

from services.catalog.app import create_app as create_catalog
from services.catalog.settings import CatalogSettings
from services.common.access.keys import new_key
from services.common.access.scopes import Scope
from services.launch.documents import documents
from services.matching.settings import MatchingSettings
from services.search.settings import SearchSettings
from services.standalone import Standalone, StandaloneSettings, create_app
from tests.conftest import running
from tests.contract.common.access_table import FURTHER, REFUSED, ROLES, TABLE, Row, expected, kind_of
from tests.contract.common.new_records import EXAMPLES, new_record
from tests.integration.catalog.partners import ANY, PATCH, Headers, bearer, make
from tests.integration.webhooks.running import NOWHERE, settings_for

METHODS = {"get", "post", "put", "patch", "delete"}
UNLIMITED: dict[str, Any] = {
    f"rate_limit_{kind}": "100000/second" for kind in ("read", "search", "write", "secrets", "introspection")
}
START_LIMIT_S = 60


def documented() -> dict[tuple[str, str], str]:
    """Every operation of every service with its `x-scope`."""
    return {
        (method.upper(), path): operation["x-scope"]
        for document in documents().values()
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    }


def test_every_operation_has_an_expectation_and_says_what_it_needs() -> None:
    assert documented() == {place: row.needs for place, row in TABLE.items()}
    assert {row.needs for row in TABLE.values()} >= set(Scope), "no scope without an operation"


def test_what_needs_a_key_says_so_in_the_document() -> None:
    for document in documents().values():
        for path, operations in document["paths"].items():
            for operation in operations.values():
                needs = operation["x-scope"]
                assert ("security" in operation) == (needs != "public"), path
                statuses = set(operation["responses"])
                if "/v1/" in path:
                    assert "401" in statuses, path
                if needs not in {"public", "any key"}:
                    assert "403" in statuses, path


@asynccontextmanager
async def everything(
    catalog: str, matching: str, webhooks: str, folder: Path, service_key: str
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of all services in one process, once search and matching have caught up."""
    secret = SecretStr(service_key)
    settings = StandaloneSettings(
        CatalogSettings(database_url=catalog, **UNLIMITED),
        SearchSettings(index_folder=folder, catalog_key=secret, **UNLIMITED),
        MatchingSettings(database_url=matching, catalog_key=secret, **UNLIMITED),
        settings_for(webhooks, service_key, deliver=False, endpoints_per_partner=100, **UNLIMITED),
    )
    app: Standalone = create_app(settings)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.pages.router.lifespan_context(app.pages))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://test"))
        async with asyncio.timeout(START_LIMIT_S):
            for service in ("search", "matching"):
                while (await client.get(f"/{service}/health/ready")).status_code != 200:  # noqa: ASYNC110 - asks over HTTP
                    await asyncio.sleep(0.05)
        yield client


@dataclass
class World:
    """Things of partner A's, made when they are needed and made again after somebody has changed them."""

    client: httpx.AsyncClient
    admin: Headers
    url: str
    roles: dict[str, Headers] = field(default_factory=dict)
    partner_id: str = ""
    made: dict[str, str] = field(default_factory=dict)
    number: int = 0

    def next_number(self) -> int:
        self.number += 1
        return self.number

    async def open(self) -> None:
        """Partners A and B, both with a mandate for Fès, and a key for every role."""
        for slug in ("a", "b", "c"):
            partner = await make(self.client, "partners", {"slug": slug, "name": slug, "kind": "network"}, self.admin)
            self.partner_id = partner["id"] if slug == "a" else self.partner_id
        for slug in ("a", "b"):
            await make(self.client, "mandates", {"partner": slug, "territory": "fes"}, self.admin)
        holders = {"partner A on its own": "a", "partner B on A's": "b"}
        for role, scopes in ROLES.items():
            body = {"name": role, "partner": holders.get(role, "c"), "scopes": list(scopes or ())}
            if role not in {"anonymous", "invalid key"}:
                self.roles[role] = bearer((await make(self.client, "api-keys", body, self.admin))["key"])
        self.roles |= {"anonymous": {}, "invalid key": bearer(str(new_key()))}
        await self.sql("update api_key set expires_at = now() where name = 'expired key'")

    async def sql(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url)
        await connection.execute(statement)
        await connection.close()

    async def thing(self, kind: str) -> str:
        """The reference of a thing of partner A's."""
        if kind not in self.made:
            self.made[kind] = await self._make(kind)
        return self.made[kind]

    async def _make(self, thing: str) -> str:  # noqa: PLR0911 - one way a thing
        a, number = self.roles["partner A on its own"], self.next_number()
        if thing in FIXED:
            return FIXED[thing]
        kind = kind_of(thing)
        if kind is not None and thing.startswith("published "):
            return EXAMPLES[kind.name]
        if kind is not None:
            draft = {"status": "draft"} if thing.startswith("draft") else {}
            headers = self.admin if kind.moderated else a
            made = await make(self.client, kind.collection, new_record(kind.name, number, **draft), headers)
            if kind.moderated and draft:
                owner = f"/catalog/v1/{kind.collection}/{made['id']}/owner"
                answer = await self.client.put(owner, json={"partner": "a"}, headers=self.admin | ANY)
                assert answer.status_code == 200, answer.text
            elif kind.moderated:
                await make(self.client, "mandates", {"partner": "a", "territory": made["slug"]}, self.admin)
            return str(made["id"])
        match thing:
            case "key":
                body = {"name": str(number), "partner": "a"}
                return str((await make(self.client, "api-keys", body, self.admin))["id"])
            case "endpoint":
                answer = await self.client.post("/webhooks/v1/endpoints", json={"url": NOWHERE}, headers=a)
                assert answer.status_code == 201, answer.text
                return str(answer.json()["id"])
            case "scheme":
                address = f"/catalog/v1/crosswalks/scheme-{number}/themes/food_waste"
                entry = {"target": "food_waste", "relation": "exactMatch"}
                assert (await self.client.put(address, json=entry, headers=a)).status_code == 200
                return f"scheme-{number}"
            case "mandate":
                body = {"partner": "a", "territory": "fes"}
                return str((await make(self.client, "mandates", body, self.admin))["id"])
        raise AssertionError(thing)

    async def address(self, path: str, row: Row) -> str:
        """A documented path with the names of a row's thing in it."""
        kind = kind_of(row.on or "")
        names = {
            "{collection}": kind.collection if kind else "",
            "{version}": "1",
            "{other}": EXAMPLES[kind.name] if kind else "",
            "{vocabulary}": "themes",
            "{code}": "food_waste",
        }
        thing = await self.thing(row.on) if row.on else ""
        return re.sub(r"{\w+}", lambda name: names.get(name[0], thing), path) + row.query

    async def ask(self, role: str, place: tuple[str, str], row: Row) -> httpx.Response:
        """One cell."""
        method, path = place
        address = await self.address(path, row)
        headers = self.roles[role] | ANY
        content: dict[str, Any] = {}
        if row.body is not None:
            content = {"data" if row.form else "json": row.body(self.next_number())}
        if method == "PATCH":
            headers |= PATCH
        answer = await self.client.request(method, address, headers=headers, **content)
        if answer.is_success and method != "GET" and row.on not in FIXED:
            self.made.pop(row.on or "", None)
        return answer


FIXED = {"partner": "a", "vocabulary": "themes", "matched territory": "montpellier"}


async def test_every_cell(
    catalog_database: str, matching_database: str, webhooks_database: str, as_admin: Headers, tmp_path: Path
) -> None:
    service = await _service_key(catalog_database, as_admin)
    wrong = []
    async with everything(
        catalog_database, matching_database, webhooks_database, tmp_path / "index", service
    ) as client:
        world = World(client, as_admin, catalog_database)
        await world.open()
        for place, row in (*TABLE.items(), *FURTHER):
            for role in ROLES:
                answer = await world.ask(role, place, row)
                if answer.status_code != expected(role, row):
                    wrong.append(f"{role}: {place} {row.on}: {answer.status_code}, not {expected(role, row)}")
                    continue
                _check_refusal(role, answer, lacks=row.needs not in (ROLES[role] or ()))
    assert not wrong, "\n".join(wrong)


def _check_refusal(role: str, answer: httpx.Response, *, lacks: bool) -> None:
    if answer.status_code in {401, 403, 404}:
        assert answer.headers["content-type"] == "application/problem+json"
    if answer.status_code == 401:
        challenge = answer.headers["WWW-Authenticate"]
        assert challenge.startswith("Bearer ")
        assert ("invalid_token" in challenge) == (role in REFUSED)
    if answer.status_code == 403 and lacks:
        assert "insufficient_scope" in answer.headers["WWW-Authenticate"]


async def _service_key(url: str, admin: Headers) -> str:
    async with running(create_catalog(CatalogSettings(database_url=url))) as catalog:
        made = await make(catalog, "api-keys", {"name": "services", "scopes": ["introspect"]}, admin)
    return str(made["key"])
