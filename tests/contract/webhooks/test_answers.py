"""What webhooks answers is what its document says, and its errors are problem documents in the reader's language."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from services.common.ids import new_id
from tests.contract.common.test_errors import check
from tests.integration.catalog.partners import ANY, PATCH, Headers
from tests.integration.webhooks.running import ENDPOINTS, NOWHERE, V1, Beside, another_key, beside

NOBODY = str(new_id())


@pytest.fixture
async def here(catalog: httpx.AsyncClient, as_admin: Headers, webhooks_database: str) -> AsyncIterator[Beside]:
    """Webhooks that answers and delivers nothing, with room for one endpoint."""
    async with beside(catalog, as_admin, webhooks_database, deliver=False, endpoints_per_partner=1) as service:
        yield service


async def documented(here: Beside, template: str, answer: httpx.Response) -> dict[str, Any]:
    """The answer, held to its operation's schema; nothing is in it that the schema does not know."""
    document = (await here.client.get("/webhooks/openapi.json")).json()
    operation = document["paths"][f"{V1}{template}"][answer.request.method.lower()]
    schema = operation["responses"][str(answer.status_code)]["content"]["application/json"]["schema"]
    whole = {**schema, "components": document["components"]}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(answer.json())
    body: dict[str, Any] = answer.json()
    assert body.keys() <= document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]["properties"].keys()
    return body


async def test_answers_are_as_documented(here: Beside) -> None:
    written = {
        "url": NOWHERE,
        "description": "Copie",
        "event_types": ["initiative.created"],
        "filter": {"territories": ["fes"], "own_only": True},
        "headers": {"X-Tenant": "t"},
        "rate_per_second": 2.5,
        "retry_schedule": [0, 5],
        "signature": "v1a",
    }
    made = await here.client.post(ENDPOINTS, json=written, headers=here.a.headers)
    endpoint = await documented(here, "/endpoints", made)
    address = f"{ENDPOINTS}/{endpoint['id']}"
    await documented(here, "/endpoints/{id}", await here.client.get(address, headers=here.a.headers))
    await documented(here, "/endpoints", await here.client.get(f"{ENDPOINTS}?count=true", headers=here.a.headers))
    changed = await here.client.patch(address, json={"enabled": False}, headers=here.a.headers | PATCH | ANY)
    await documented(here, "/endpoints/{id}", changed)
    rotated = await here.client.post(f"{address}/secrets/rotate", json={"signature": "v1"}, headers=here.a.headers)
    assert (await documented(here, "/endpoints/{id}/secrets/rotate", rotated))["secret"].startswith("whsec_")
    types = await documented(here, "/event-types", await here.client.get(f"{V1}/event-types"))
    assert {"initiative.created", "endpoint.disabled"} <= {item["type"] for item in types["items"]}


async def test_errors_are_problem_documents_in_three_languages(here: Beside, as_admin: Headers) -> None:
    endpoint = await here.make()
    address = f"{ENDPOINTS}/{endpoint['id']}"
    gone = await here.make(here.b.headers)
    await here.client.delete(f"{ENDPOINTS}/{gone['id']}", headers=here.b.headers | ANY)
    reader = await another_key(here.catalog, as_admin, here.a, "records:write")
    a, patch, new = here.a.headers, here.a.headers | PATCH, {"url": NOWHERE}
    again = a | {"Idempotency-Key": "k"}
    assert (await here.client.post(f"{address}/secrets/rotate", json={}, headers=again)).status_code == 201
    cases: list[tuple[str, str, Headers, Any, str]] = [
        ("GET", f"{V1}/nothing", a, None, "not-found"),
        ("PUT", address, a, None, "method-not-allowed"),
        ("GET", ENDPOINTS, {}, None, "unauthenticated"),
        ("GET", ENDPOINTS, {"Authorization": "Bearer wrong"}, None, "unauthenticated"),
        ("GET", ENDPOINTS, reader, None, "forbidden"),
        ("GET", f"{ENDPOINTS}?colour=red", a, None, "unknown-parameter"),
        ("GET", f"{ENDPOINTS}?cursor=x", a, None, "malformed-request"),
        ("GET", f"{ENDPOINTS}?limit=201", a, None, "malformed-request"),
        ("GET", f"{ENDPOINTS}/{NOBODY}", a, None, "not-found"),
        ("GET", f"{ENDPOINTS}/%00", a, None, "malformed-request|not-found"),
        ("GET", f"{ENDPOINTS}/{gone['id']}", here.b.headers, None, "gone"),
        ("PATCH", address, patch, {}, "precondition-required"),
        ("PATCH", address, patch | {"If-Match": '"9-ab"'}, {}, "stale-version"),
        ("PATCH", address, patch | ANY, {"url": None}, "invalid"),
        ("PATCH", address, patch | ANY, {"version": 7}, "invalid"),
        ("DELETE", address, a, None, "precondition-required"),
        ("POST", ENDPOINTS, a, new, "conflict"),
        ("POST", ENDPOINTS, a, {"url": "http://10.0.0.1/"}, "invalid"),
        ("POST", ENDPOINTS, a, new | {"headers": {"Host": "x"}}, "invalid"),
        ("POST", ENDPOINTS, a, new | {"filter": {"networks": ["nobody"]}}, "invalid"),
        ("POST", ENDPOINTS, a | {"Idempotency-Key": "\u00e9"}, new, "malformed-request"),
        ("POST", ENDPOINTS, a, new | {"description": "x" * 2_000_000}, "body-too-large"),
        ("POST", f"{address}/secrets/rotate", again, {"overlap_seconds": 5}, "idempotency-mismatch"),
        ("POST", f"{address}/secrets/rotate", a, {"overlap_seconds": -1}, "invalid"),
    ]
    for method, path, headers, body, slug in cases:
        details = set()
        for lang in ("en", "fr", "ar"):
            told = headers | {"Accept-Language": lang}
            sent = [(name.encode(), value.encode("latin-1")) for name, value in told.items()]
            answer = await here.client.request(method, path, json=body, headers=sent)
            details.add(check(answer, slug, lang)["detail"])
        assert len(details) == 3, (method, path)
    text = await here.client.post(ENDPOINTS, content=b"url=x", headers=a | {"Content-Type": "text/plain"})
    check(text, "unsupported-media-type", "en")
    assert (await here.client.get(address, headers=a)).json()["version"] == 2, "nothing but the one rotation was done"


async def test_a_wrong_field_is_explained_in_the_readers_language(here: Beside) -> None:
    arabic = re.compile(r"[\u0600-\u06ff]")
    for written in ({"headers": {"Host": "x"}}, {"event_types": ["nothing"]}, {"url": "http://10.0.0.1/"}):
        answer = await here.client.post(
            ENDPOINTS, json={"url": NOWHERE} | written, headers=here.a.headers | {"Accept-Language": "ar"}
        )
        assert arabic.search(answer.json()["errors"][0]["detail"]), answer.text
