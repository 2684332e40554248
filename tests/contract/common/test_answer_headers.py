"""Headers that every answer carries: security, caching, browsers of other origins."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from services.common.settings import ContractSettings
from tests.conftest import running
from tests.integration.common.limited_app import create_app

THING = "/things/v1/thing"

EVERY_KIND = [
    ("GET", THING),
    ("GET", "/things/v1/none"),
    ("PUT", THING),
    ("TRACE", THING),
    ("GET", f"{THING}?limit=0"),
    ("POST", THING),
    ("GET", "/things/v1/broken"),
    ("GET", "/things/health/live"),
    ("GET", "/things/docs"),
    ("GET", "/things/docs/static/swagger-ui.css"),
    ("GET", "/things/docs/static/none.css"),
    ("GET", "/things/openapi.json"),
    ("GET", "/problems/not-found"),
]


@asynccontextmanager
async def service(**settings: object) -> AsyncIterator[httpx.AsyncClient]:
    async with running(create_app(ContractSettings.model_validate(settings))) as client:
        yield client


@pytest.mark.parametrize(("method", "path"), EVERY_KIND)
async def test_every_answer_carries_the_security_headers(method: str, path: str) -> None:
    async with service() as client:
        headers = (await client.request(method, path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "http" not in headers["content-security-policy"]
    assert "cache-control" in headers
    assert headers["x-request-id"]
    assert "strict-transport-security" not in headers
    for name in ("x-request-id", "content-security-policy", "cache-control", "content-type"):
        assert len(headers.get_list(name)) == 1, name


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT"])
@pytest.mark.parametrize("path", [THING, "/things/v1/none", "/"])
async def test_a_method_that_shows_the_request_is_answered_405(method: str, path: str) -> None:
    async with service() as client:
        answer = await client.request(method, path)

    assert (answer.status_code, answer.json()["type"]) == (405, "/problems/method-not-allowed")
    assert answer.headers["allow"] == ("GET, HEAD, POST" if path == THING else "")


async def test_transport_security_is_asked_for_over_https_only() -> None:
    async with service(trusted_proxies="127.0.0.1") as client:
        secure = await client.get(THING, headers={"Forwarded": "for=203.0.113.1;proto=https"})

    assert secure.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


async def test_caches_may_keep_public_reads_and_neither_errors_nor_answers_to_keys() -> None:
    async with service() as client:
        public = await client.get(THING)
        keyed = await client.get(THING, headers={"Authorization": "Basic eA=="})
        missing = await client.get("/things/v1/none")
        written = await client.post(THING, json={})

    assert public.headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert keyed.headers["cache-control"] == "private, max-age=0, must-revalidate"
    assert missing.headers["cache-control"] == "no-store"
    assert written.headers["cache-control"] == "no-store"


PAGE = {"Origin": "https://letsfood.example"}


READ_BY_PAGES = {
    *("accept-patch", "allow", "content-language", "content-range", "etag", "idempotent-replayed", "link", "location"),
    *("ratelimit", "ratelimit-policy", "retry-after", "www-authenticate", "x-request-id"),
}
"""What a client acts upon, and a browser keeps from the page unless told otherwise (Fetch, CORS-safelisted)."""


def shown_to_pages(answer: httpx.Response) -> set[str]:
    return {name.strip().lower() for name in answer.headers["access-control-expose-headers"].split(",")}


async def test_without_the_setting_no_other_origin_may_read() -> None:
    async with service() as client:
        answer = await client.get(THING, headers=PAGE)

    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", [THING, "/things/v1/none", "/things/v1/broken"])
async def test_pages_of_an_allowed_origin_may_read_every_answer_and_no_other(path: str) -> None:
    async with service(cors_origins="https://letsfood.example, https://other.example") as client:
        allowed = await client.get(path, headers=PAGE)
        refused = await client.get(path, headers={"Origin": "https://evil.example"})

    assert allowed.headers["access-control-allow-origin"] == "https://letsfood.example"
    assert "Origin" in allowed.headers["vary"]
    assert "access-control-allow-credentials" not in allowed.headers
    assert shown_to_pages(allowed) >= READ_BY_PAGES
    assert "access-control-allow-origin" not in refused.headers


async def test_a_page_can_read_that_it_asked_too_often() -> None:
    async with service(cors_origins="*", rate_limit_read="1/hour") as client:
        await client.get(THING, headers=PAGE)
        refused = await client.get(THING, headers=PAGE)

    assert refused.status_code == 429
    assert refused.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in refused.headers


ASKED_FIRST = PAGE | {
    "Access-Control-Request-Method": "PATCH",
    "Access-Control-Request-Headers": "authorization,content-type,idempotency-key,if-match,last-event-id,traceparent",
}
"""What a browser sends of its own accord before a page's PATCH with a key."""


async def test_a_browser_may_ask_first_and_then_send_what_it_asked_for() -> None:
    async with service(cors_origins="https://letsfood.example") as client:
        allowed = await client.options(THING, headers=ASKED_FIRST)
        sent = {"Content-Type": "application/json", "Idempotency-Key": "one", "If-Match": "*"}
        answer = await client.patch(THING, headers=PAGE | sent)

    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "https://letsfood.example"
    assert int(allowed.headers["access-control-max-age"]) > 0
    listed = {name.strip().lower() for name in allowed.headers["access-control-allow-headers"].split(",")}
    assert listed >= set(ASKED_FIRST["Access-Control-Request-Headers"].split(","))
    methods = {name.strip() for name in allowed.headers["access-control-allow-methods"].split(",")}
    assert methods == {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}
    assert answer.status_code == 405  # this address has no PATCH; the page may see so, and what there is instead
    assert answer.headers["access-control-allow-origin"] == "https://letsfood.example"
    assert answer.headers["allow"] == "GET, HEAD, POST"
    assert shown_to_pages(answer) >= READ_BY_PAGES


@pytest.mark.parametrize(
    "otherwise",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://letsfood.example"},
        {"Access-Control-Request-Headers": "x-unheard-of"},
        {"Access-Control-Request-Method": "TRACE"},
    ],
)
async def test_a_browser_that_asks_for_more_is_refused(otherwise: dict[str, str]) -> None:
    async with service(cors_origins="https://letsfood.example") as client:
        refused = await client.options(THING, headers=ASKED_FIRST | otherwise)

    assert refused.status_code == 400
    assert refused.headers["content-type"] == "application/problem+json"


async def test_a_preflight_of_an_origin_not_allowed_names_no_origin() -> None:
    async with service(cors_origins="https://letsfood.example") as client:
        refused = await client.options(THING, headers=ASKED_FIRST | {"Origin": "https://evil.example"})

    assert "access-control-allow-origin" not in refused.headers


@pytest.mark.parametrize("origin", ["letsfood.example", "https://letsfood.example/", "https://*.example", "null"])
async def test_what_is_no_origin_is_no_setting(origin: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        ContractSettings.model_validate({"cors_origins": origin})
