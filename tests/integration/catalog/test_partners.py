"""Partners: who sees them and their mailboxes, and who learns that one is suspended."""

import json

import httpx

from tests.integration.catalog.data_folder import connected
from tests.integration.catalog.keys import KEYS, PARTNERS, works
from tests.integration.catalog.partners import ANY, PATCH, Headers, bearer, make, make_partner

SUSPENDED = "/catalog/v1/suspended-partners"


async def test_a_partner_does_not_see_or_touch_anothers_keys_and_partners(
    empty_catalog: httpx.AsyncClient, as_admin: Headers
) -> None:
    a, b = await make_partner(empty_catalog, as_admin, "a"), await make_partner(empty_catalog, as_admin, "b")
    for answer in (
        await empty_catalog.get(f"{KEYS}/{a.key_id}", headers=b.headers),
        await empty_catalog.delete(f"{KEYS}/{a.key_id}", headers=b.headers | ANY),
        await empty_catalog.post(f"{KEYS}/{a.key_id}/rotate", json={}, headers=b.headers),
        await empty_catalog.get(f"{PARTNERS}/a", headers=b.headers),
        await empty_catalog.get(f"{PARTNERS}/{a.id}", headers=b.headers),
    ):
        assert answer.status_code == 404
        assert "example" not in answer.text
    assert (await empty_catalog.post(KEYS, json={"name": "x", "partner": "a"}, headers=b.headers)).status_code == 422
    assert [item["id"] for item in (await empty_catalog.get(KEYS, headers=b.headers)).json()["items"]] == [b.key_id]
    assert (await empty_catalog.get(f"{KEYS}?partner_id={a.id}", headers=b.headers)).json()["items"] == []
    partners = (await empty_catalog.get(f"{PARTNERS}?count=true", headers=b.headers)).json()
    assert ([item["slug"] for item in partners["items"]], partners["total"]) == (["b"], 1)
    assert await works(empty_catalog, a.key)


async def test_contacts_are_seen_by_the_partner_itself_and_those_who_run_this(
    empty_catalog: httpx.AsyncClient, as_admin: Headers
) -> None:
    partner = await make_partner(empty_catalog, as_admin, "a")
    for headers in (partner.headers, as_admin):
        assert (await empty_catalog.get(f"{PARTNERS}/a", headers=headers)).json()["contacts"] == [
            {"role": "technical", "email": "data@a.example"}
        ]
    for path in ("changes?include=data&limit=1000", "snapshot", "territories", "initiatives", "networks"):
        assert "data@a.example" not in (await empty_catalog.get(f"/catalog/v1/{path}")).text
    assert (await empty_catalog.get(f"{PARTNERS}/a")).status_code == 401


async def test_a_service_learns_which_partners_are_suspended_and_nothing_else_of_them(
    empty_catalog: httpx.AsyncClient, as_admin: Headers
) -> None:
    a, b, c = [await make_partner(empty_catalog, as_admin, slug) for slug in ("a", "b", "c")]
    service = bearer(
        (await make(empty_catalog, "api-keys", {"name": "webhooks", "scopes": ["introspect"]}, as_admin))["key"]
    )
    for partner in (a, b):
        change = {"status": "suspended"}
        await empty_catalog.patch(f"{PARTNERS}/{partner.slug}", json=change, headers=as_admin | PATCH | ANY)
    told = await empty_catalog.get(f"{SUSPENDED}?limit=1&count=true", headers=service)
    assert told.json() == {"items": [{"id": a.id}], "next": told.json()["next"], "total": 2}
    rest = await empty_catalog.get(SUSPENDED, params={"limit": 1, "cursor": told.json()["next"]}, headers=service)
    assert rest.json() == {"items": [{"id": b.id}], "next": None}
    await empty_catalog.patch(f"{PARTNERS}/a", json={"status": "active"}, headers=as_admin | PATCH | ANY)
    assert [item["id"] for item in (await empty_catalog.get(SUSPENDED, headers=service)).json()["items"]] == [b.id]

    for partner in (a, b, c):
        for ref in (partner.id, partner.slug):
            assert (await empty_catalog.get(f"{PARTNERS}/{ref}", headers=service)).status_code == 404
    listed = await empty_catalog.get(PARTNERS, headers=service)
    assert [item["slug"] for item in listed.json()["items"]] == ["lets-food"], "its own partner alone"
    for headers, status in ((as_admin, 403), (c.headers, 403), (b.headers, 401), ({}, 401)):
        assert (await empty_catalog.get(SUSPENDED, headers=headers)).status_code == status


async def test_contacts_are_role_mailboxes_and_old_ones_stay_until_they_are_changed(
    empty_catalog: httpx.AsyncClient, as_admin: Headers, empty_catalog_database: str
) -> None:
    def contacts(*emails: str) -> list[dict[str, str]]:
        return [{"role": "technical", "email": email} for email in emails]

    body = {"slug": "b", "name": "B", "kind": "network", "contacts": contacts("info@b.example", "jane.doe@b.example")}
    sentences = set()
    for lang in ("fr", "en", "ar"):
        answer = await empty_catalog.post(PARTNERS, json=body, headers=as_admin | {"Accept-Language": lang})
        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/contacts/1/email", "personal_mailbox")
        assert "jane" not in answer.text
        sentences.add(error["detail"])
    assert len(sentences) == 3
    partner = await make_partner(empty_catalog, as_admin, "a")
    change = as_admin | PATCH | ANY
    refused = await empty_catalog.patch(f"{PARTNERS}/a", json={"contacts": contacts("info@gmail.com")}, headers=change)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "personal_host")
    async with connected(empty_catalog_database) as connection:
        former = json.dumps(contacts("jane.doe@a.example"))
        await connection.execute("update partner set contacts = $1 where slug = 'a'", former)
    suspended = await empty_catalog.patch(f"{PARTNERS}/a", json={"status": "suspended"}, headers=change)
    assert suspended.status_code == 200
    assert not await works(empty_catalog, partner.key)
    mended = await empty_catalog.patch(f"{PARTNERS}/a", json={"contacts": contacts("mairie@a.example")}, headers=change)
    assert mended.json()["contacts"] == contacts("mairie@a.example")
