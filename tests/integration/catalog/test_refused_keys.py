"""Keys that are not taken: ended, unknown, or a suspended partner's."""

import httpx

from services.catalog.app import create_app
from services.catalog.settings import CatalogSettings
from services.common.access.bearer import ENDED
from services.common.access.keys import new_key
from tests.conftest import running
from tests.integration.catalog.keys import PARTNERS, ended_keys, with_another_secret, works
from tests.integration.catalog.partners import ANY, PATCH, Headers, bearer, make_partner


async def test_an_ended_key_says_how_it_ended_to_who_has_it_whole(
    empty_catalog: httpx.AsyncClient, as_admin: Headers
) -> None:
    for why, key in (await ended_keys(empty_catalog, as_admin)).items():
        for lang in ("fr", "en", "ar"):
            told = await empty_catalog.get(f"/catalog/v1/networks?lang={lang}", headers=bearer(key))
            assert (told.status_code, told.json()["reason"]) == (401, why.value)
            assert told.json()["detail"] == ENDED[why][lang]
            assert 'error="invalid_token"' in told.headers["WWW-Authenticate"]
        guessed = await empty_catalog.get("/catalog/v1/networks", headers=bearer(with_another_secret(key)))
        unknown = await empty_catalog.get("/catalog/v1/networks", headers=bearer(str(new_key())))
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
    empty_catalog: httpx.AsyncClient, as_admin: Headers
) -> None:
    partner = await make_partner(empty_catalog, as_admin, "a")
    for status, working in (("suspended", False), ("active", True)):
        await empty_catalog.patch(f"{PARTNERS}/a", json={"status": status}, headers=as_admin | PATCH | ANY)
        assert await works(empty_catalog, partner.key) is working


async def test_a_key_that_is_not_valid_is_refused_on_public_routes_too(empty_catalog: httpx.AsyncClient) -> None:
    for path in ("/catalog/v1/networks", "/catalog/v1/changes", "/catalog/v1/no-such-thing", "/catalog/docs"):
        for presented in (b"Bearer x", b"bearer", f"BEARER {new_key()}".encode(), b"Bearer \xff"):
            answer = await empty_catalog.get(path, headers=[(b"authorization", presented)])
            assert answer.status_code == 401, (path, presented)
            assert answer.headers["content-type"] == "application/problem+json"
    both = [("Authorization", f"Bearer {new_key()}"), ("Authorization", "Basic eDp5")]
    assert (await empty_catalog.get("/catalog/v1/networks", headers=both)).status_code == 401
    assert (await empty_catalog.get("/catalog/v1/networks", headers=both[1:])).status_code == 200
