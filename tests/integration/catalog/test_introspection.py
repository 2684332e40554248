"""What the services that ask are told of a key, and how soon they know that it ended."""

from pathlib import Path
from typing import Any

import httpx

from services.common.access.bearer import ENDED
from services.common.access.introspection import MAX_AGE_S
from services.common.access.keys import new_key
from services.search.app import create_app as create_search
from services.search.settings import SearchSettings
from tests.conftest import running
from tests.integration.catalog.keys import KEYS, ended_keys, with_another_secret
from tests.integration.catalog.partners import ANY, Headers, bearer, make_partner


async def introspect(empty_catalog: httpx.AsyncClient, key: str, headers: Headers) -> dict[str, Any]:
    answer = await empty_catalog.post("/catalog/v1/introspect", data={"token": key}, headers=headers)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_introspection_tells_a_service_what_a_key_may_do(
    empty_catalog: httpx.AsyncClient, as_admin: Headers
) -> None:
    partner = await make_partner(empty_catalog, as_admin, "a", ["records:write"])
    service = await make_partner(empty_catalog, as_admin, "s", ["introspect"])
    told = await introspect(empty_catalog, partner.key, service.headers)
    assert told == {
        "active": True,
        "token_type": "Bearer",
        "client_id": partner.key.split("_")[1],
        "sub": partner.id,
        "scope": "records:write",
    }
    for wrong in (str(new_key()), "nonsense", "é", partner.key[:-1], partner.key + "x"):
        assert await introspect(empty_catalog, wrong, service.headers) == {"active": False}
    for why, key in (await ended_keys(empty_catalog, as_admin)).items():
        assert await introspect(empty_catalog, key, service.headers) == {"active": False, "inactive_reason": why}
        assert await introspect(empty_catalog, with_another_secret(key), service.headers) == {"active": False}
    denied = await empty_catalog.post("/catalog/v1/introspect", data={"token": partner.key}, headers=partner.headers)
    assert denied.status_code == 403
    assert denied.headers["WWW-Authenticate"].endswith('error="insufficient_scope", scope="introspect"')
    malformed = await empty_catalog.post("/catalog/v1/introspect", data={"key": partner.key}, headers=service.headers)
    assert malformed.status_code == 400
    as_json = await empty_catalog.post("/catalog/v1/introspect", json={"token": partner.key}, headers=service.headers)
    assert as_json.status_code == 415


async def test_revocation_reaches_another_service_within_the_minute_and_its_public_routes_go_on(
    empty_catalog: httpx.AsyncClient, as_admin: Headers, tmp_path: Path
) -> None:
    partner = await make_partner(empty_catalog, as_admin, "a")
    service = await make_partner(empty_catalog, as_admin, "s", ["introspect"])
    settings = SearchSettings(index_folder=tmp_path / "index", follow=False, catalog_key=service.key)
    search = create_search(settings, catalog=empty_catalog)
    async with running(search) as searching:
        moment = 1000.0
        search.state.callers.clock = lambda: moment

        async def answered(headers: Headers) -> int:
            return (await searching.get("/search/v1/status", headers=headers)).status_code

        assert await answered({}) == 200
        assert await answered(bearer(str(new_key()))) == 401
        assert await answered(bearer("nonsense")) == 401
        assert await answered(partner.headers) == 200
        await empty_catalog.delete(f"{KEYS}/{partner.key_id}", headers=as_admin | ANY)
        moment += MAX_AGE_S
        assert await answered(partner.headers) == 401
        for why, key in (await ended_keys(empty_catalog, as_admin)).items():
            for _ in range(25):  # with 30 guesses a minute from one address, these would be too many
                told = await searching.get("/search/v1/status?lang=fr", headers=bearer(key))
                assert (told.status_code, told.json()["reason"]) == (401, why.value)
            assert told.json()["detail"] == ENDED[why]["fr"]
        # Its own key is gone too: nobody's can be checked now, and what is public is answered all the same.
        await empty_catalog.delete(f"{KEYS}/{service.key_id}", headers=as_admin | ANY)
        moment += MAX_AGE_S
        assert await answered(as_admin) == 200
        assert await answered(bearer("nonsense")) == 401
