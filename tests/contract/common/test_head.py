"""HEAD answers what GET would, without the body, on every GET of every service."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest
from starlette.types import Message, Scope

from services.common.settings import ContractSettings
from services.launch.documents import documents
from tests.conftest import running
from tests.contract.common.access_table import INTROSPECT, TABLE
from tests.contract.common.test_access_matrix import World, _service_key, everything
from tests.integration.catalog.partners import Headers
from tests.integration.common.limited_app import create_app

AT_ONCE_S = 10
"""Much less than the longest wait that a request may ask for."""

EACH_ITS_OWN = {"x-request-id", "ratelimit", "date"}
"""Headers that no two answers share."""

OF_THE_MOMENT = re.compile(r"/metrics$|/status$")
"""What differs from one moment to the next, in length too."""

PAGES = ["docs", "docs/start.js", "docs/static/swagger-ui.css", "openapi.json"]


def shared(answer: httpx.Response, *, without: frozenset[str] = frozenset()) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in EACH_ITS_OWN | without}


def test_no_document_has_head_operations() -> None:
    found = {method for document in documents().values() for path in document["paths"].values() for method in path}
    assert "get" in found
    assert "head" not in found


async def test_head_has_the_status_and_headers_of_get_everywhere(
    catalog_database: str, matching_database: str, webhooks_database: str, as_admin: Headers, tmp_path: Path
) -> None:
    service = await _service_key(catalog_database, as_admin)
    differing = []
    databases = (catalog_database, matching_database, webhooks_database)
    async with everything(*databases, tmp_path / "index", service) as client:
        world = World(client, as_admin, catalog_database)
        await world.open()
        services_own = {path for (method, path), row in TABLE.items() if (method, row.needs) == ("GET", INTROSPECT)}
        addresses = {await world.address(path, row) for (method, path), row in TABLE.items() if method == "GET"}
        addresses |= {f"/{name}/{page}" for name in documents() for page in PAGES}
        addresses |= {"/problems/not-found", "/", "/catalog/v1/territories?limit=2&country=FR&count=true"}
        for address in sorted(addresses):
            headers = {"Authorization": f"Bearer {service}"} if address in services_own else as_admin
            asked, head = [await client.request(method, address, headers=headers) for method in ("GET", "HEAD")]
            without = frozenset({"content-length"} if OF_THE_MOMENT.search(address) else ())
            if (asked.status_code, shared(asked, without=without)) != (200, shared(head, without=without)):
                differing.append(f"{address}: {asked.status_code} {asked.headers}, {head.status_code} {head.headers}")
            assert head.status_code == 200, address
            assert head.content == b"", address
            assert "content-length" in head.headers, address
    assert len(addresses) >= 30
    assert not differing, "\n".join(differing)


async def test_head_of_an_error_is_that_error(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    for address in ("territories/atlantis", "territories?limit=0", "nothing", "territories?x=1", "changes?since=x"):
        asked, head = [await catalog.request(method, f"/catalog/v1/{address}") for method in ("GET", "HEAD")]
        assert asked.status_code >= 400
        assert (head.status_code, shared(head, without=frozenset({"content-length"}))) == (
            asked.status_code,
            shared(asked, without=frozenset({"content-length"})),
        )
    refused = await catalog.head("/catalog/v1/introspect", headers=as_admin)
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


async def test_head_says_that_nothing_has_changed(catalog: httpx.AsyncClient) -> None:
    etag = (await catalog.get("/catalog/v1/territories/fes")).headers["etag"]
    assert (await catalog.head("/catalog/v1/territories/fes", headers={"If-None-Match": etag})).status_code == 304


async def test_head_ignores_a_range_which_is_defined_for_get_alone(catalog: httpx.AsyncClient) -> None:
    part = await catalog.get("/catalog/v1/snapshot", headers={"Range": "bytes=0-9"})
    head = await catalog.head("/catalog/v1/snapshot", headers={"Range": "bytes=0-9"})
    assert (part.status_code, head.status_code) == (206, 200)
    assert int(head.headers["content-length"]) > 10


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_head_of_the_feed_waits_for_nothing(catalog: httpx.AsyncClient, accept: str) -> None:
    newest = (await catalog.get("/catalog/v1/changes/status")).json()["head"]
    async with asyncio.timeout(AT_ONCE_S):
        answer = await catalog.head(f"/catalog/v1/changes?since={newest}&wait=30", headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(accept)


@pytest.mark.parametrize(
    "path", ["/things/v1/thing", "/things/v1/large", "/things/docs", "/nothing", "/things/v1/away"]
)
async def test_no_byte_of_the_body_is_sent(path: str) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    app = create_app(ContractSettings())
    scope: Scope = {
        "type": "http",
        "method": "HEAD",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "http_version": "1.1",
        "scheme": "http",
        "headers": [(b"host", b"test")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "root_path": "",
        "asgi": {"version": "3.0"},
    }
    async with running(app):
        await app(scope, receive, send)
    assert [message["type"] for message in sent][:1] == ["http.response.start"]
    assert b"".join(message.get("body", b"") for message in sent[1:]) == b""
    assert int(dict(sent[0]["headers"])[b"content-length"]) > 0
    assert scope["method"] == "HEAD"
