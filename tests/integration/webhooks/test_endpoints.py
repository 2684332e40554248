"""Endpoints over the API: made, read, changed and deleted by their own partner, with secrets that are shown once."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from services.common.ids import new_id
from services.webhooks.app import create_app
from services.webhooks.deliveries.retention import purge
from services.webhooks.endpoints.vault import Vault
from services.webhooks.signing import signature_headers
from tests.conftest import running
from tests.integration.catalog.partners import ANY, PATCH, Headers
from tests.integration.webhooks.running import ENDPOINTS, NOWHERE, Beside, another_key, beside, settings_for

DAY = timedelta(days=1)


@pytest.fixture
async def here(catalog: httpx.AsyncClient, as_admin: Headers, webhooks_database: str) -> AsyncIterator[Beside]:
    """Webhooks that answers and delivers nothing."""
    async with beside(catalog, as_admin, webhooks_database, deliver=False) as service:
        yield service


async def fetch(url: str, statement: str, *values: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(statement, *values))
    finally:
        await connection.close()


async def everything_stored(url: str) -> str:
    """All that a look into the database shows of endpoints."""
    rows = [
        *await fetch(url, "select e::text as row, encode(sealed_headers, 'escape') as sealed from endpoint e"),
        *await fetch(url, "select s::text as row, encode(sealed, 'escape') as sealed from endpoint_secret s"),
        *await fetch(url, "select i::text as row, encode(body, 'escape') as sealed from idempotent_request i"),
    ]
    return "\n".join(f"{row['row']} {row['sealed']}" for row in rows)


async def signing_secrets(here: Beside, endpoint_id: str) -> list[str]:
    rows = await fetch(
        here.url, "select sealed from endpoint_secret where endpoint_id = $1 order by id desc", UUID(endpoint_id)
    )
    return [here.app.state.webhooks.vault.open(row["sealed"]) for row in rows]


async def test_a_secret_is_shown_once_and_stands_nowhere_in_plain(here: Beside) -> None:
    headers = {"Authorization": "Bearer of-my-gateway"}
    made = await here.client.post(
        ENDPOINTS,
        json={"url": NOWHERE, "headers": headers, "description": "Copie des territoires"},
        headers=here.a.headers | {"Idempotency-Key": "one"},
    )
    assert made.status_code == 201, made.text
    document = made.json()
    secret = document["secret"]
    assert secret.startswith("whsec_")
    assert made.headers["location"] == f"{ENDPOINTS}/{document['id']}"
    assert made.headers["cache-control"] == "no-store"
    assert await signing_secrets(here, document["id"]) == [secret]

    read = await here.client.get(made.headers["location"], headers=here.a.headers)
    assert read.json() == {name: value for name, value in document.items() if name != "secret"}
    assert read.json()["header_names"] == ["Authorization"]
    listed = await here.client.get(ENDPOINTS, headers=here.a.headers)
    assert listed.json()["items"] == [read.json()]
    for text in (read.text, listed.text, await everything_stored(here.url)):
        assert secret not in text
        assert secret.removeprefix("whsec_") not in text
        assert "of-my-gateway" not in text


async def test_a_creation_sent_again_makes_nothing_and_does_not_show_the_secret(here: Beside) -> None:
    headers = here.a.headers | {"Idempotency-Key": "once"}
    answers = [await here.client.post(ENDPOINTS, json={"url": NOWHERE}, headers=headers) for _ in range(2)]
    first, again = (answer.json() for answer in answers)
    assert [answer.status_code for answer in answers] == [201, 201]
    assert again == first | {"secret": None}
    assert len((await here.client.get(ENDPOINTS, headers=here.a.headers)).json()["items"]) == 1
    other = await here.client.post(ENDPOINTS, json={"url": f"{NOWHERE}/2"}, headers=headers)
    assert other.status_code == 422
    assert other.json()["type"] == "/problems/idempotency-mismatch"


async def test_with_ed25519_the_public_key_is_published_and_no_secret_shown(here: Beside) -> None:
    made = await here.make(signature="v1a")
    assert made["secret"] is None
    [key] = made["signing_keys"]
    assert key["signature"] == "v1a"
    assert key["public_key"].startswith("whpk_")
    [private] = await signing_secrets(here, made["id"])
    assert private not in json.dumps(made)
    headers = signature_headers(str(new_id()), b"{}", [private], datetime.now(UTC))
    assert headers["webhook-signature"].startswith("v1a,")


async def test_after_a_rotation_both_secrets_sign_for_a_day(here: Beside) -> None:
    made = await here.make()
    rotated = await here.client.post(f"{ENDPOINTS}/{made['id']}/secrets/rotate", json={}, headers=here.a.headers)
    assert rotated.status_code == 201, rotated.text
    document = rotated.json()
    assert await signing_secrets(here, made["id"]) == [document["secret"], made["secret"]]
    new, former = document["signing_keys"]
    assert new["expires_at"] is None
    left = datetime.fromisoformat(former["expires_at"]) - datetime.now(UTC)
    assert DAY - timedelta(minutes=1) < left <= DAY
    assert document["version"] == 2


async def test_a_rotation_without_overlap_ends_every_former_secret_at_once(here: Beside) -> None:
    made = await here.make()
    address = f"{ENDPOINTS}/{made['id']}/secrets/rotate"
    await here.client.post(address, json={"signature": "v1a"}, headers=here.a.headers)
    rotated = await here.client.post(address, json={"overlap_seconds": 0}, headers=here.a.headers)
    [only] = rotated.json()["signing_keys"]
    assert only["signature"] == "v1a", "as the one that it replaces"
    assert rotated.json()["secret"] is None


async def test_so_many_secrets_sign_at_once_and_no_more(here: Beside) -> None:
    made = await here.make()
    address = f"{ENDPOINTS}/{made['id']}/secrets/rotate"
    answers = [await here.client.post(address, json={}, headers=here.a.headers) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [201] * 4 + [409]
    read = (await here.client.get(f"{ENDPOINTS}/{made['id']}", headers=here.a.headers)).json()
    assert len(read["signing_keys"]) == 5
    assert (await here.client.post(address, json={"overlap_seconds": 0}, headers=here.a.headers)).status_code == 201


async def test_another_partners_endpoint_is_as_if_it_were_not_there(here: Beside, as_admin: Headers) -> None:
    made = await here.make()
    before = await everything_stored(here.url)
    address = f"{ENDPOINTS}/{made['id']}"
    for method, path, body in (
        ("GET", address, None),
        ("PATCH", address, {"enabled": False}),
        ("DELETE", address, None),
        ("POST", f"{address}/secrets/rotate", {}),
    ):
        kind = PATCH if method == "PATCH" else {}
        answer = await here.client.request(method, path, json=body, headers=here.b.headers | ANY | kind)
        assert answer.status_code == 404, (method, path)
    assert await everything_stored(here.url) == before
    for query in ("", f"?partner_id={here.a.id}"):
        assert (await here.client.get(ENDPOINTS + query, headers=here.b.headers)).json()["items"] == []
    all_of_them = await here.client.get(f"{ENDPOINTS}?partner_id={here.a.id}&count=true", headers=as_admin)
    assert [item["id"] for item in all_of_them.json()["items"]] == [made["id"]]
    assert all_of_them.json()["total"] == 1


async def test_it_takes_a_key_with_the_scope(here: Beside, as_admin: Headers) -> None:
    assert (await here.client.get(ENDPOINTS)).status_code == 401
    other = await another_key(here.catalog, as_admin, here.a, "records:write")
    assert (await here.client.get(ENDPOINTS, headers=other)).status_code == 403


async def test_while_keys_cannot_be_checked_nothing_is_given_out(webhooks_database: str, as_admin: Headers) -> None:
    def silent(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there", request=request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(silent), base_url="http://catalog") as catalog:
        settings = settings_for(webhooks_database, "lf_x", deliver=False)
        async with running(create_app(settings, catalog=catalog)) as client:
            answer = await client.get(ENDPOINTS, headers=as_admin)
            assert answer.status_code == 503
            assert "retry-after" in answer.headers


async def test_a_change_needs_the_version_that_was_read(here: Beside) -> None:
    made = await here.make()
    address = f"{ENDPOINTS}/{made['id']}"
    read = await here.client.get(address, headers=here.a.headers)
    etag = {"If-Match": read.headers["etag"]}
    body = {"description": "Deuxième", "rate_per_second": 5}
    assert (await here.client.patch(address, json=body, headers=here.a.headers | PATCH)).status_code == 428
    changed = await here.client.patch(address, json=body, headers=here.a.headers | PATCH | etag)
    assert changed.status_code == 200, changed.text
    assert (changed.json()["description"], changed.json()["rate_per_second"], changed.json()["version"]) == (
        "Deuxième",
        5.0,
        2,
    )
    stale = await here.client.patch(address, json={"enabled": False}, headers=here.a.headers | PATCH | etag)
    assert stale.status_code == 412
    assert (await here.client.delete(address, headers=here.a.headers | etag)).status_code == 412
    again = here.a.headers | {"If-None-Match": changed.headers["etag"]}
    assert (await here.client.get(address, headers=again)).status_code == 304


async def test_of_parallel_changes_of_one_version_one_is_made(here: Beside) -> None:
    made = await here.make()
    address = f"{ENDPOINTS}/{made['id']}"
    etag = (await here.client.get(address, headers=here.a.headers)).headers["etag"]
    headers = here.a.headers | PATCH | {"If-Match": etag}
    answers = await asyncio.gather(
        *(here.client.patch(address, json={"description": str(n)}, headers=headers) for n in range(20))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 19


async def test_what_a_patch_does_not_name_stays(here: Beside) -> None:
    made = await here.make(
        event_types=["initiative.updated"],
        filter={"territories": ["montpellier"], "countries": ["MA"]},
        headers={"X-Tenant": "t1", "X-Other": "o"},
        retry_schedule=[0, 5],
        format="full",
    )
    address = f"{ENDPOINTS}/{made['id']}"
    patch = {"headers": {"X-Other": None}, "filter": {"countries": ["FR"]}, "retry_schedule": None}
    changed = (await here.client.patch(address, json=patch, headers=here.a.headers | PATCH | ANY)).json()
    assert changed["header_names"] == ["X-Tenant"]
    assert changed["filter"] == made["filter"] | {"countries": ["FR"]}
    assert changed["retry_schedule"] is None
    assert (changed["format"], changed["event_types"]) == ("full", ["initiative.updated"])
    [row] = await fetch(here.url, "select sealed_headers from endpoint")
    assert here.app.state.webhooks.vault.open_headers(row["sealed_headers"]) == {"X-Tenant": "t1"}


async def test_its_owner_switches_an_endpoint_off_and_on(here: Beside) -> None:
    made = await here.make()
    address = f"{ENDPOINTS}/{made['id']}"
    headers = here.a.headers | PATCH | ANY
    off = (await here.client.patch(address, json={"enabled": False}, headers=headers)).json()
    assert (off["enabled"], off["disabled_reason"]) == (False, "owner")
    assert off["disabled_at"] is not None
    listed = await here.client.get(f"{ENDPOINTS}?enabled=false", headers=here.a.headers)
    assert [item["id"] for item in listed.json()["items"]] == [made["id"]]
    assert (await here.client.get(f"{ENDPOINTS}?enabled=true", headers=here.a.headers)).json()["items"] == []
    await fetch(here.url, "update endpoint set failing_since = now(), disabled_reason = 'failing'")
    on = (await here.client.patch(address, json={"enabled": True}, headers=headers)).json()
    assert (on["enabled"], on["disabled_reason"], on["disabled_at"], on["failing_since"]) == (True, None, None, None)


async def test_a_deleted_endpoint_is_gone_with_its_secrets(here: Beside) -> None:
    made = await here.make(headers={"X-Token": "t"})
    address = f"{ENDPOINTS}/{made['id']}"
    assert (await here.client.delete(address, headers=here.a.headers | ANY)).status_code == 204
    for method, path, body in (
        ("GET", address, None),
        ("PATCH", address, {}),
        ("DELETE", address, None),
        ("POST", f"{address}/secrets/rotate", {}),
    ):
        kind = PATCH if method == "PATCH" else {}
        answer = await here.client.request(method, path, json=body, headers=here.a.headers | ANY | kind)
        assert answer.status_code == 410, (method, path)
    assert (await here.client.get(address, headers=here.b.headers)).status_code == 404
    assert (await here.client.get(ENDPOINTS, headers=here.a.headers)).json()["items"] == []
    assert await fetch(here.url, "select from endpoint_secret") == []
    assert await fetch(here.url, "select from endpoint where sealed_headers is not null") == []


async def test_a_deleted_endpoint_is_forgotten_in_the_end(here: Beside) -> None:
    made, other = [await here.make() for _ in range(2)]
    for endpoint in (made, other):
        await here.client.delete(f"{ENDPOINTS}/{endpoint['id']}", headers=here.a.headers | ANY)
    await fetch(here.url, "update endpoint set deleted_at = now() - interval '31 days' where id = $1", UUID(made["id"]))
    await purge(here.app.state.webhooks.database, 30)
    statuses = [
        (await here.client.get(f"{ENDPOINTS}/{endpoint['id']}", headers=here.a.headers)).status_code
        for endpoint in (made, other)
    ]
    assert statuses == [404, 410]


async def test_a_partner_has_so_many_endpoints_and_no_more(
    catalog: httpx.AsyncClient, as_admin: Headers, webhooks_database: str
) -> None:
    async with beside(catalog, as_admin, webhooks_database, deliver=False, endpoints_per_partner=3) as here:
        answers = await asyncio.gather(
            *(here.client.post(ENDPOINTS, json={"url": NOWHERE}, headers=here.a.headers) for _ in range(8))
        )
        assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 5
        await here.make(here.b.headers)
        items = (await here.client.get(ENDPOINTS, headers=here.a.headers)).json()["items"]
        await here.client.delete(f"{ENDPOINTS}/{items[0]['id']}", headers=here.a.headers | ANY)
        await here.make()


async def test_a_filter_names_what_the_catalog_has_and_keeps_it_by_id(here: Beside) -> None:
    territory = (await here.catalog.get("/catalog/v1/territories/montpellier")).json()["id"]
    network = (await here.catalog.get("/catalog/v1/networks/mufpp")).json()["id"]
    wanted = {"territories": ["montpellier", territory], "networks": ["mufpp"], "themes": ["food_waste"]}
    made = await here.make(filter=wanted)
    assert made["filter"]["territories"] == [territory]
    assert made["filter"]["networks"] == [network]
    assert made["filter"]["themes"] == ["food_waste"]

    wrong = {"territories": ["fes", "atlantis"], "networks": ["nobody"], "themes": ["food_waste", "boredom"]}
    answer = await here.client.post(
        ENDPOINTS, json={"url": NOWHERE, "filter": wrong}, headers=here.a.headers | {"Accept-Language": "fr"}
    )
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        "/filter/territories/1",
        "/filter/networks/0",
        "/filter/themes/1",
    ]
    assert "Aucun territoire" in answer.json()["errors"][0]["detail"]


async def test_a_filter_that_cannot_be_looked_up_is_not_taken(here: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await here.make(filter={"territories": ["montpellier"]})

    async def silent(*_: object, **__: object) -> httpx.Response:
        raise httpx.ConnectError("nobody there")

    monkeypatch.setattr(here.app.state.webhooks.catalog, "get", silent)
    body = {"url": NOWHERE, "filter": {"territories": ["fes"]}}
    answer = await here.client.post(ENDPOINTS, json=body, headers=here.a.headers)
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
    address = f"{ENDPOINTS}/{made['id']}"
    unchanged = await here.client.patch(address, json={"description": "x"}, headers=here.a.headers | PATCH | ANY)
    assert unchanged.status_code == 200, "what was looked up before is not looked up again"


@pytest.mark.parametrize(
    ("written", "pointer"),
    [
        ({}, "/url"),
        ({"url": "ftp://127.0.0.1/x"}, "/url"),
        ({"url": "http://10.0.0.1/x"}, "/url"),
        ({"url": "javascript:alert(1)"}, "/url"),
        ({"url": NOWHERE, "event_types": ["initiative.exploded"]}, "/event_types/0"),
        ({"url": NOWHERE, "event_types": ["endpoint.test"]}, "/event_types/0"),
        ({"url": NOWHERE, "format": "xml"}, "/format"),
        ({"url": NOWHERE, "signature": "v2"}, "/signature"),
        ({"url": NOWHERE, "filter": {"countries": ["XX"]}}, "/filter/countries/0"),
        ({"url": NOWHERE, "filter": {"languages": ["french"]}}, "/filter/languages/0"),
        ({"url": NOWHERE, "filter": {"colour": ["red"]}}, "/filter/colour"),
        ({"url": NOWHERE, "filter": {"territories": ["a"] * 101}}, "/filter/territories"),
        ({"url": NOWHERE, "headers": {"Webhook-Id": "x"}}, "/headers"),
        ({"url": NOWHERE, "headers": {"host": "x"}}, "/headers"),
        ({"url": NOWHERE, "headers": {"X-A": "a\r\nX-B: b"}}, "/headers/X-A"),
        ({"url": NOWHERE, "headers": {"X A": "a"}}, "/headers"),
        ({"url": NOWHERE, "headers": {"X-A": "a", "x-a": "b"}}, "/headers"),
        ({"url": NOWHERE, "rate_per_second": 0}, "/rate_per_second"),
        ({"url": NOWHERE, "rate_per_second": 1e308}, "/rate_per_second"),
        ({"url": NOWHERE, "retry_schedule": []}, "/retry_schedule"),
        ({"url": NOWHERE, "retry_schedule": [0] * 21}, "/retry_schedule"),
        ({"url": NOWHERE, "retry_schedule": [604_801]}, "/retry_schedule/0"),
        ({"url": NOWHERE, "enabled": 1}, "/enabled"),
        ({"url": NOWHERE, "partner_id": str(new_id())}, "/partner_id"),
        ({"url": NOWHERE, "id": str(new_id())}, "/id"),
        ({"url": NOWHERE, "disabled_reason": "gone"}, "/disabled_reason"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_made(here: Beside, written: dict[str, Any], pointer: str) -> None:
    answer = await here.client.post(ENDPOINTS, json=written, headers=here.a.headers)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"].startswith(pointer), answer.text
    assert (await here.client.get(ENDPOINTS, headers=here.a.headers)).json()["items"] == []


async def test_a_url_that_is_changed_is_checked_too(here: Beside) -> None:
    made = await here.make()
    address = f"{ENDPOINTS}/{made['id']}"
    headers = here.a.headers | PATCH | ANY
    answer = await here.client.patch(address, json={"url": "http://169.254.169.254/latest"}, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/url")
    assert (await here.client.get(address, headers=here.a.headers)).json()["url"] == NOWHERE


async def test_deliveries_do_not_wait_for_the_dns_of_a_change_and_a_change_meanwhile_is_kept(here: Beside) -> None:
    made = await here.make()
    address = f"{ENDPOINTS}/{made['id']}"
    headers = here.a.headers | PATCH | ANY
    asked, answered = asyncio.Event(), asyncio.Event()

    async def slow_name_server(_: str) -> list[IPv4Address]:
        asked.set()
        await answered.wait()
        return [IPv4Address("93.184.215.14")]

    here.app.state.webhooks = replace(here.app.state.webhooks, resolve=slow_name_server)
    slow = asyncio.create_task(here.client.patch(address, json={"url": "https://slow.example/"}, headers=headers))
    await asyncio.wait_for(asked.wait(), 5)
    await fetch(here.url, "select from endpoint where id = $1 for update nowait", UUID(made["id"]))
    other = await here.client.patch(address, json={"description": "Entre-temps"}, headers=headers)
    assert other.status_code == 200, other.text
    answered.set()
    changed = (await slow).json()
    assert (changed["url"], changed["description"], changed["version"]) == ("https://slow.example/", "Entre-temps", 3)


async def test_pages_of_endpoints_follow_one_another(here: Beside) -> None:
    made = [(await here.make(description=str(number)))["id"] for number in range(5)]
    seen: list[str] = []
    address: str | None = f"{ENDPOINTS}?limit=2"
    while address:
        page = await here.client.get(address, headers=here.a.headers)
        seen += [item["id"] for item in page.json()["items"]]
        address = page.headers["link"].partition(">")[0].removeprefix("<") if page.json()["next"] else None
    assert seen == made


async def test_another_key_in_front_seals_everything_anew(
    catalog: httpx.AsyncClient, as_admin: Headers, webhooks_database: str
) -> None:
    async with beside(catalog, as_admin, webhooks_database, deliver=False) as here:
        made = await here.make(headers={"X-Token": "t"})
        first = here.app.state.webhooks.settings.secret_keys[0]
    second = SecretStr(Fernet.generate_key().decode())
    settings = settings_for(webhooks_database, "lf_x", deliver=False, secret_keys=(second, first))
    async with running(create_app(settings, catalog=catalog)):
        [secret] = await fetch(webhooks_database, "select sealed from endpoint_secret")
        [headers] = await fetch(webhooks_database, "select sealed_headers from endpoint")
        only_second = Vault([second])
        assert only_second.open(secret["sealed"]) == made["secret"]
        assert only_second.open_headers(headers["sealed_headers"]) == {"X-Token": "t"}


async def test_a_key_that_is_missing_is_said(
    catalog: httpx.AsyncClient, as_admin: Headers, webhooks_database: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with beside(catalog, as_admin, webhooks_database, deliver=False) as here:
        await here.make()
    other = SecretStr(Fernet.generate_key().decode())
    settings = settings_for(webhooks_database, "lf_x", deliver=False, secret_keys=(other,))
    async with running(create_app(settings, catalog=catalog)) as client:
        ready = await client.get("/webhooks/health/ready")
        assert ready.status_code == 503
        assert "secrets" in ready.json()["waiting_for"]
    assert "WEBHOOKS_SECRET_KEYS" in caplog.text
