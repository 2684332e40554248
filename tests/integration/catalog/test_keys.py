"""The life of an API key: made, shown once, used, rotated, expired, revoked."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from services.catalog.app import create_app
from services.catalog.settings import CatalogSettings
from services.common.clock import now
from services.local.binaries import find_binaries
from tests.conftest import running
from tests.integration.catalog.data_folder import connected
from tests.integration.catalog.keys import KEYS, works
from tests.integration.catalog.partners import ANY, Headers, make, make_partner


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


async def test_revocation_holds_at_once_in_every_process_of_the_catalog(
    client: httpx.AsyncClient, as_admin: Headers, empty_catalog_database: str
) -> None:
    partner = await make_partner(client, as_admin, "a")
    async with running(create_app(CatalogSettings(database_url=empty_catalog_database))) as second:
        assert await works(second, partner.key)
        await second.delete(f"{KEYS}/{partner.key_id}", headers=as_admin | ANY)
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
