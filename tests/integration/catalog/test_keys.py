"""The life of an API key: made, shown once, used, rotated, expired, revoked – here and in the services that ask."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from services.catalog.app import create_app
from services.catalog.settings import CatalogSettings
from services.common.access.bearer import ENDED
from services.common.access.caller import Ended
from services.common.access.introspection import MAX_AGE_S
from services.common.access.keys import Key, new_key, parse_key
from services.common.clock import now
from services.local.binaries import find_binaries
from services.search.app import create_app as create_search
from services.search.settings import SearchSettings
from tests.conftest import running
from tests.integration.catalog.data_folder import connected
from tests.integration.catalog.partners import ANY, PATCH, Headers, bearer, make, make_partner

MINE = "/catalog/v1/partners"
SUSPENDED = "/catalog/v1/suspended-partners"
KEYS = "/catalog/v1/api-keys"


@pytest.fixture
async def app(empty_catalog_database: str) -> AsyncIterator[FastAPI]:
    app = create_app(CatalogSettings(database_url=empty_catalog_database))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def works(client: httpx.AsyncClient, key: str) -> bool:
    answer = await client.get(MINE, headers=bearer(key))
    assert answer.status_code in {200, 401}, answer.text
    if answer.status_code == 401:
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    return answer.status_code == 200


async def test_a_key_is_shown_once_and_then_only_described(client: httpx.AsyncClient, as_admin: Headers) -> None:
    partner = await make_partner(client, as_admin, "a")
    answer = await client.post(KEYS, json={"name": "second"}, headers=partner.headers)
    made = answer.json()
    assert answer.headers["Cache-Control"] == "no-store"
    assert await works(client, made["key"])
    for later in (
        await client.get(answer.headers["Location"], headers=partner.headers),
        await client.get(KEYS, headers=partner.headers),
    ):
        assert later.status_code == 200
        assert made["key"] not in later.text
        assert made["public_id"] in later.text


async def test_a_revoked_key_works_no_more_at_once_and_answers_410(
    client: httpx.AsyncClient, as_admin: Headers
) -> None:
    partner = await make_partner(client, as_admin, "a")
    other = await make(client, "api-keys", {"name": "b"}, partner.headers)
    address = f"{KEYS}/{other['id']}"
    etag = (await client.get(address, headers=partner.headers)).headers["etag"]
    assert (await client.delete(address, headers=partner.headers)).status_code == 428
    assert (await client.delete(address, headers=partner.headers | {"If-Match": '"9-a"'})).status_code == 412
    assert await works(client, other["key"])
    assert (await client.delete(address, headers=partner.headers | {"If-Match": etag})).status_code == 204
    assert not await works(client, other["key"])
    assert (await client.get(address, headers=partner.headers)).status_code == 410
    assert (await client.delete(address, headers=partner.headers | ANY)).status_code == 410
    listed = (await client.get(KEYS, headers=partner.headers)).json()["items"]
    assert [key["id"] for key in listed] == [partner.key_id]
    revoked = (await client.get(f"{KEYS}?revoked=true", headers=partner.headers)).json()["items"]
    assert [key["id"] for key in revoked] == [other["id"]]
    # A key may end itself.
    assert (await client.delete(f"{KEYS}/{partner.key_id}", headers=partner.headers | ANY)).status_code == 204
    assert not await works(client, partner.key)


async def test_an_expired_key_works_no_more(app: FastAPI, client: httpx.AsyncClient, as_admin: Headers) -> None:
    partner = await make_partner(client, as_admin, "a")
    end = datetime.now(UTC) + timedelta(hours=1)
    made = await make(client, "api-keys", {"name": "short", "expires_at": end.isoformat()}, partner.headers)
    assert await works(client, made["key"])
    app.state.callers.clock = lambda: end - timedelta(seconds=1)
    assert await works(client, made["key"])
    app.state.callers.clock = lambda: end
    assert not await works(client, made["key"])
    assert await works(client, partner.key)
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    answer = await client.post(KEYS, json={"name": "x", "expires_at": past}, headers=partner.headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/expires_at")


async def test_rotation_keeps_both_keys_for_the_overlap_and_then_only_the_new_one(
    app: FastAPI, client: httpx.AsyncClient, as_admin: Headers
) -> None:
    partner = await make_partner(client, as_admin, "a")
    answer = await client.post(
        f"{KEYS}/{partner.key_id}/rotate", json={"overlap_seconds": 600}, headers=partner.headers
    )
    assert answer.status_code == 201, answer.text
    new = answer.json()
    assert (new["rotated_from"], new["name"], new["scopes"]) == (
        partner.key_id,
        "first",
        ["keys:manage", "records:write"],
    )
    assert await works(client, partner.key)
    assert await works(client, new["key"])
    app.state.callers.clock = lambda: now() + timedelta(seconds=601)
    assert not await works(client, partner.key)
    assert await works(client, new["key"])


async def test_rotation_never_makes_a_key_live_longer(client: httpx.AsyncClient, as_admin: Headers) -> None:
    partner = await make_partner(client, as_admin, "a")
    end = datetime.now(UTC) + timedelta(minutes=5)
    short = await make(client, "api-keys", {"name": "short", "expires_at": end.isoformat()}, partner.headers)
    await client.post(f"{KEYS}/{short['id']}/rotate", json={"overlap_seconds": 86400}, headers=partner.headers)
    former = (await client.get(f"{KEYS}/{short['id']}", headers=partner.headers)).json()
    assert datetime.fromisoformat(former["expires_at"]) == end


@pytest.mark.parametrize("lang", ["fr", "en", "ar"])
async def test_a_key_that_is_not_valid_any_more_is_not_rotated(
    client: httpx.AsyncClient, as_admin: Headers, lang: str, empty_catalog_database: str
) -> None:
    partner = await make_partner(client, as_admin, "a")
    replaced, revoked, expired = [
        await make(client, "api-keys", {"name": name}, partner.headers) for name in ("replaced", "revoked", "expired")
    ]
    address = f"{KEYS}/{replaced['id']}/rotate"
    assert (await client.post(address, json={"overlap_seconds": 0}, headers=partner.headers)).status_code == 201
    await client.delete(f"{KEYS}/{revoked['id']}", headers=partner.headers | ANY)
    async with connected(empty_catalog_database) as connection:
        await connection.execute("update api_key set expires_at = now() where id = $1", expired["id"])
        before = await connection.fetch("select id, version, expires_at from api_key order by id")
        for key, reason in ((replaced, "expired"), (revoked, "revoked"), (expired, "expired")):
            headers = partner.headers | {"Idempotency-Key": f"again-{key['name']}", "Accept-Language": lang}
            answer = await client.post(f"{KEYS}/{key['id']}/rotate", json={}, headers=headers)
            problem = answer.json()
            assert (answer.status_code, problem["type"], problem.get("reason")) == (409, "/problems/conflict", reason)
            assert answer.headers["Content-Language"] == lang
        assert await connection.fetch("select id, version, expires_at from api_key order by id") == before


async def ended_keys(client: httpx.AsyncClient, as_admin: Headers) -> dict[Ended, str]:
    """A key for each way in which one ends. The expired one has been rotated without an overlap."""
    partner = await make_partner(client, as_admin, "ended")
    rotated = await make(client, "api-keys", {"name": "rotated"}, partner.headers)
    answer = await client.post(f"{KEYS}/{rotated['id']}/rotate", json={"overlap_seconds": 0}, headers=partner.headers)
    assert answer.status_code == 201, answer.text
    revoked = await make(client, "api-keys", {"name": "revoked"}, partner.headers)
    await client.delete(f"{KEYS}/{revoked['id']}", headers=partner.headers | ANY)
    suspended = await make_partner(client, as_admin, "suspended")
    await client.patch(f"{MINE}/suspended", json={"status": "suspended"}, headers=as_admin | PATCH | ANY)
    return {Ended.EXPIRED: rotated["key"], Ended.REVOKED: revoked["key"], Ended.SUSPENDED: suspended.key}


def with_another_secret(key: str) -> str:
    """A well-formed key with the same public id."""
    parsed = parse_key(key)
    assert parsed is not None
    return str(Key(parsed.public_id, new_key().secret))


async def test_an_ended_key_says_how_it_ended_to_who_has_it_whole(client: httpx.AsyncClient, as_admin: Headers) -> None:
    for why, key in (await ended_keys(client, as_admin)).items():
        for lang in ("fr", "en", "ar"):
            told = await client.get(f"/catalog/v1/networks?lang={lang}", headers=bearer(key))
            assert (told.status_code, told.json()["reason"]) == (401, why.value)
            assert told.json()["detail"] == ENDED[why][lang]
            assert 'error="invalid_token"' in told.headers["WWW-Authenticate"]
        guessed = await client.get("/catalog/v1/networks", headers=bearer(with_another_secret(key)))
        unknown = await client.get("/catalog/v1/networks", headers=bearer(str(new_key())))
        assert guessed.status_code == unknown.status_code == 401
        nothing_said = {"request_id": None}
        assert guessed.json() | nothing_said == unknown.json() | nothing_said
        assert guessed.headers["WWW-Authenticate"] == unknown.headers["WWW-Authenticate"]


async def test_an_ended_key_is_no_guess_from_its_address(empty_catalog_database: str, as_admin: Headers) -> None:
    settings = CatalogSettings(database_url=empty_catalog_database, rate_limit_secrets="20/hour")
    async with running(create_app(settings)) as client:
        keys = list((await ended_keys(client, as_admin)).values())
        ended = [await client.get("/catalog/v1/networks", headers=bearer(key)) for key in keys * 8]
        guesses = [await client.get("/catalog/v1/networks", headers=bearer(str(new_key()))) for _ in range(21)]
    assert {answer.status_code for answer in ended} == {401}
    assert [answer.status_code for answer in guesses] == [401] * 20 + [429]


async def test_a_suspended_partners_keys_do_not_work_until_it_is_active_again(
    client: httpx.AsyncClient, as_admin: Headers
) -> None:
    partner = await make_partner(client, as_admin, "a")
    for status, working in (("suspended", False), ("active", True)):
        await client.patch(f"{MINE}/a", json={"status": status}, headers=as_admin | PATCH | ANY)
        assert await works(client, partner.key) is working


async def test_nobody_gives_a_scope_that_they_do_not_have(client: httpx.AsyncClient, as_admin: Headers) -> None:
    partner = await make_partner(client, as_admin, "a", ["keys:manage"])
    stronger = await make(client, "api-keys", {"name": "b", "partner": "a", "scopes": ["records:moderate"]}, as_admin)
    for scope in ("records:write", "records:moderate", "partners:manage", "introspect"):
        answer = await client.post(KEYS, json={"name": "x", "scopes": [scope]}, headers=partner.headers)
        assert answer.status_code == 403, scope
    # Rotating a stronger key of one's own partner would hand it over.
    answer = await client.post(f"{KEYS}/{stronger['id']}/rotate", json={}, headers=partner.headers)
    assert answer.status_code == 403
    assert await works(client, stronger["key"])
    unknown = await client.post(KEYS, json={"name": "x", "scopes": ["root"]}, headers=as_admin)
    assert unknown.status_code == 422


async def test_a_partner_does_not_see_or_touch_anothers_keys_and_partners(
    client: httpx.AsyncClient, as_admin: Headers
) -> None:
    a, b = await make_partner(client, as_admin, "a"), await make_partner(client, as_admin, "b")
    for answer in (
        await client.get(f"{KEYS}/{a.key_id}", headers=b.headers),
        await client.delete(f"{KEYS}/{a.key_id}", headers=b.headers | ANY),
        await client.post(f"{KEYS}/{a.key_id}/rotate", json={}, headers=b.headers),
        await client.get(f"{MINE}/a", headers=b.headers),
        await client.get(f"{MINE}/{a.id}", headers=b.headers),
    ):
        assert answer.status_code == 404
        assert "example" not in answer.text
    assert (await client.post(KEYS, json={"name": "x", "partner": "a"}, headers=b.headers)).status_code == 422
    assert [item["id"] for item in (await client.get(KEYS, headers=b.headers)).json()["items"]] == [b.key_id]
    assert (await client.get(f"{KEYS}?partner_id={a.id}", headers=b.headers)).json()["items"] == []
    partners = (await client.get(f"{MINE}?count=true", headers=b.headers)).json()
    assert ([item["slug"] for item in partners["items"]], partners["total"]) == (["b"], 1)
    assert await works(client, a.key)


async def test_contacts_are_seen_by_the_partner_itself_and_those_who_run_this(
    client: httpx.AsyncClient, as_admin: Headers
) -> None:
    partner = await make_partner(client, as_admin, "a")
    for headers in (partner.headers, as_admin):
        assert (await client.get(f"{MINE}/a", headers=headers)).json()["contacts"] == [
            {"role": "technical", "email": "data@a.example"}
        ]
    for path in ("changes?include=data&limit=1000", "snapshot", "territories", "initiatives", "networks"):
        assert "data@a.example" not in (await client.get(f"/catalog/v1/{path}")).text
    assert (await client.get(f"{MINE}/a")).status_code == 401


async def test_a_service_learns_which_partners_are_suspended_and_nothing_else_of_them(
    client: httpx.AsyncClient, as_admin: Headers
) -> None:
    a, b, c = [await make_partner(client, as_admin, slug) for slug in ("a", "b", "c")]
    service = bearer((await make(client, "api-keys", {"name": "webhooks", "scopes": ["introspect"]}, as_admin))["key"])
    for partner in (a, b):
        change = {"status": "suspended"}
        await client.patch(f"{MINE}/{partner.slug}", json=change, headers=as_admin | PATCH | ANY)
    told = await client.get(f"{SUSPENDED}?limit=1&count=true", headers=service)
    assert told.json() == {"items": [{"id": a.id}], "next": told.json()["next"], "total": 2}
    rest = await client.get(SUSPENDED, params={"limit": 1, "cursor": told.json()["next"]}, headers=service)
    assert rest.json() == {"items": [{"id": b.id}], "next": None}
    await client.patch(f"{MINE}/a", json={"status": "active"}, headers=as_admin | PATCH | ANY)
    assert [item["id"] for item in (await client.get(SUSPENDED, headers=service)).json()["items"]] == [b.id]

    for partner in (a, b, c):
        for ref in (partner.id, partner.slug):
            assert (await client.get(f"{MINE}/{ref}", headers=service)).status_code == 404
    listed = await client.get(MINE, headers=service)
    assert [item["slug"] for item in listed.json()["items"]] == ["lets-food"], "its own partner alone"
    for headers, status in ((as_admin, 403), (c.headers, 403), (b.headers, 401), ({}, 401)):
        assert (await client.get(SUSPENDED, headers=headers)).status_code == status


async def test_contacts_are_role_mailboxes_and_old_ones_stay_until_they_are_changed(
    client: httpx.AsyncClient, as_admin: Headers, empty_catalog_database: str
) -> None:
    def contacts(*emails: str) -> list[dict[str, str]]:
        return [{"role": "technical", "email": email} for email in emails]

    body = {"slug": "b", "name": "B", "kind": "network", "contacts": contacts("info@b.example", "jane.doe@b.example")}
    sentences = set()
    for lang in ("fr", "en", "ar"):
        answer = await client.post(MINE, json=body, headers=as_admin | {"Accept-Language": lang})
        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/contacts/1/email", "personal_mailbox")
        assert "jane" not in answer.text
        sentences.add(error["detail"])
    assert len(sentences) == 3
    partner = await make_partner(client, as_admin, "a")
    change = as_admin | PATCH | ANY
    refused = await client.patch(f"{MINE}/a", json={"contacts": contacts("info@gmail.com")}, headers=change)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "personal_host")
    async with connected(empty_catalog_database) as connection:
        former = json.dumps(contacts("jane.doe@a.example"))
        await connection.execute("update partner set contacts = $1 where slug = 'a'", former)
    suspended = await client.patch(f"{MINE}/a", json={"status": "suspended"}, headers=change)
    assert suspended.status_code == 200
    assert not await works(client, partner.key)
    mended = await client.patch(f"{MINE}/a", json={"contacts": contacts("mairie@a.example")}, headers=change)
    assert mended.json()["contacts"] == contacts("mairie@a.example")


async def test_lists_come_in_pages(client: httpx.AsyncClient, as_admin: Headers) -> None:
    partner = await make_partner(client, as_admin, "a")
    for number in range(4):
        await make(client, "api-keys", {"name": str(number)}, partner.headers)
    seen: list[str] = []
    url: str | None = f"{KEYS}?limit=2&count=true"
    while url:
        answer = await client.get(url, headers=partner.headers)
        assert answer.json()["total"] == 5
        seen += [item["name"] for item in answer.json()["items"]]
        url = answer.links["next"]["url"] if "next" in answer.links else None
    assert seen == ["first", "0", "1", "2", "3"]


async def last_used(client: httpx.AsyncClient, address: str, headers: Headers) -> datetime | None:
    value = (await client.get(address, headers=headers)).json()["last_used_at"]
    return datetime.fromisoformat(value) if value else None


async def test_the_last_use_is_known_to_the_minute(app: FastAPI, client: httpx.AsyncClient, as_admin: Headers) -> None:
    partner = await make_partner(client, as_admin, "a")
    address = f"{KEYS}/{partner.key_id}"
    assert await last_used(client, address, as_admin) is None
    first = now()
    for moment in (first, first + timedelta(seconds=59), first + timedelta(seconds=61)):
        app.state.callers.clock = lambda moment=moment: moment
        await works(client, partner.key)
        await app.state.callers.close()
        expected = first if moment < first + timedelta(seconds=60) else moment
        assert await last_used(client, address, as_admin) == expected


async def introspect(client: httpx.AsyncClient, key: str, headers: Headers) -> dict[str, Any]:
    answer = await client.post("/catalog/v1/introspect", data={"token": key}, headers=headers)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_introspection_tells_a_service_what_a_key_may_do(client: httpx.AsyncClient, as_admin: Headers) -> None:
    partner = await make_partner(client, as_admin, "a", ["records:write"])
    service = await make_partner(client, as_admin, "s", ["introspect"])
    told = await introspect(client, partner.key, service.headers)
    assert told == {
        "active": True,
        "token_type": "Bearer",
        "client_id": partner.key.split("_")[1],
        "sub": partner.id,
        "scope": "records:write",
    }
    for wrong in (str(new_key()), "nonsense", "é", partner.key[:-1], partner.key + "x"):
        assert await introspect(client, wrong, service.headers) == {"active": False}
    for why, key in (await ended_keys(client, as_admin)).items():
        assert await introspect(client, key, service.headers) == {"active": False, "inactive_reason": why}
        assert await introspect(client, with_another_secret(key), service.headers) == {"active": False}
    denied = await client.post("/catalog/v1/introspect", data={"token": partner.key}, headers=partner.headers)
    assert denied.status_code == 403
    assert denied.headers["WWW-Authenticate"].endswith('error="insufficient_scope", scope="introspect"')
    malformed = await client.post("/catalog/v1/introspect", data={"key": partner.key}, headers=service.headers)
    assert malformed.status_code == 400
    as_json = await client.post("/catalog/v1/introspect", json={"token": partner.key}, headers=service.headers)
    assert as_json.status_code == 415


async def test_revocation_reaches_another_service_within_the_minute_and_its_public_routes_go_on(
    client: httpx.AsyncClient, as_admin: Headers, tmp_path: Path
) -> None:
    partner = await make_partner(client, as_admin, "a")
    service = await make_partner(client, as_admin, "s", ["introspect"])
    settings = SearchSettings(index_folder=tmp_path / "index", follow=False, catalog_key=service.key)
    search = create_search(settings, catalog=client)
    async with running(search) as searching:
        moment = 1000.0
        search.state.callers.clock = lambda: moment

        async def answered(headers: Headers) -> int:
            return (await searching.get("/search/v1/status", headers=headers)).status_code

        assert await answered({}) == 200
        assert await answered(bearer(str(new_key()))) == 401
        assert await answered(bearer("nonsense")) == 401
        assert await answered(partner.headers) == 200
        await client.delete(f"{KEYS}/{partner.key_id}", headers=as_admin | ANY)
        moment += MAX_AGE_S
        assert await answered(partner.headers) == 401
        for why, key in (await ended_keys(client, as_admin)).items():
            for _ in range(25):  # with 30 guesses a minute from one address, these would be too many
                told = await searching.get("/search/v1/status?lang=fr", headers=bearer(key))
                assert (told.status_code, told.json()["reason"]) == (401, why.value)
            assert told.json()["detail"] == ENDED[why]["fr"]
        # Its own key is gone too: nobody's can be checked now, and what is public is answered all the same.
        await client.delete(f"{KEYS}/{service.key_id}", headers=as_admin | ANY)
        moment += MAX_AGE_S
        assert await answered(as_admin) == 200
        assert await answered(bearer("nonsense")) == 401


async def test_a_key_that_is_not_valid_is_refused_on_public_routes_too(client: httpx.AsyncClient) -> None:
    for path in ("/catalog/v1/networks", "/catalog/v1/changes", "/catalog/v1/no-such-thing", "/catalog/docs"):
        for presented in (b"Bearer x", b"bearer", f"BEARER {new_key()}".encode(), b"Bearer \xff"):
            answer = await client.get(path, headers=[(b"authorization", presented)])
            assert answer.status_code == 401, (path, presented)
            assert answer.headers["content-type"] == "application/problem+json"
    both = [("Authorization", f"Bearer {new_key()}"), ("Authorization", "Basic eDp5")]
    assert (await client.get("/catalog/v1/networks", headers=both)).status_code == 401
    assert (await client.get("/catalog/v1/networks", headers=both[1:])).status_code == 200


async def test_the_database_holds_no_key(
    client: httpx.AsyncClient, as_admin: Headers, empty_catalog_database: str
) -> None:
    """A dump, and every column of every table besides: neither a key nor its secret part, as text or as bytes."""
    partner = await make_partner(client, as_admin, "a")
    headers = partner.headers | {"Idempotency-Key": "once"}
    made = await make(client, "api-keys", {"name": "kept with its answer"}, headers)
    rotated = (
        await client.post(f"{KEYS}/{made['id']}/rotate", json={}, headers=headers | {"Idempotency-Key": "r"})
    ).json()
    keys = [partner.key, made["key"], rotated["key"], as_admin["Authorization"].split()[1]]
    assert all(keys)
    held = await asyncio.to_thread(dump, empty_catalog_database) + await everything(empty_catalog_database)
    assert made["public_id"] in held, "the dump is of this database"
    for key in keys:
        secret = key.split("_")[2][:43]
        assert secret not in held
        assert secret.encode().hex() not in held.lower()


def dump(url: str) -> str:
    program = find_binaries().postgres.with_name("pg_dump")
    return subprocess.run([program, "--inserts", url], capture_output=True, check=True, text=True).stdout


async def everything(url: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch("select relname from pg_stat_user_tables order by relname")
        rows = [await connection.fetch(f'select t::text from "{row["relname"]}" t') for row in tables]  # noqa: S608
    finally:
        await connection.close()
    return "\n".join(row["t"] for table in rows for row in table)


async def test_revocation_holds_at_once_in_every_process_of_the_catalog(
    client: httpx.AsyncClient, as_admin: Headers, empty_catalog_database: str
) -> None:
    partner = await make_partner(client, as_admin, "a")
    async with running(create_app(CatalogSettings(database_url=empty_catalog_database))) as second:
        assert await works(second, partner.key)
        await second.delete(f"{KEYS}/{partner.key_id}", headers=as_admin | ANY)
    assert not await works(client, partner.key)
