"""Whose records they are: a partner changes its own, for territories that it has a mandate for."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx

from tests.integration.catalog.editing import V1, events, head, patch, read
from tests.integration.catalog.partners import (
    ANY,
    INITIATIVE,
    PATCH,
    Headers,
    Partner,
    give_mandate,
    make_initiative,
)

INITIATIVES = f"{V1}/initiatives"
MINE = f"initiatives/{INITIATIVE['slug']}"
FES = "territories/fes"


async def test_what_another_partner_owns_cannot_be_changed_by_anybody_but_moderators(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner, b: Partner
) -> None:
    made = await make_initiative(catalog, a.headers)
    for ref in (made["id"], made["slug"], "tav-lyon"):  # the last is the association's
        address = f"initiatives/{ref}"
        before = await read(catalog, address)
        assert (await patch(catalog, address, {"title": {"fr": "B"}}, b.headers)).status_code == 404
        assert (await catalog.delete(f"{V1}/{address}?reason=why", headers=b.headers | ANY)).status_code == 404
        assert await read(catalog, address) == before
    assert (await patch(catalog, MINE, {"title": {"fr": "A"}}, a.headers)).status_code == 200
    assert (await patch(catalog, MINE, {"title": {"fr": "M"}}, as_admin)).status_code == 200
    assert (await catalog.delete(f"{V1}/{MINE}?reason=why", headers=a.headers | ANY)).status_code == 204


async def test_acting_for_a_territory_takes_a_mandate(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner
) -> None:
    other = INITIATIVE | {"slug": "essai-lyon", "territory": "lyon"}
    assert (await catalog.post(INITIATIVES, json=other, headers=a.headers)).status_code == 403
    # Who proposes something needs none: it is the publishing that speaks for Lyon.
    for status in ("draft", "submitted"):
        proposed = other | {"slug": f"essai-lyon-{status}", "status": status}
        assert (await catalog.post(INITIATIVES, json=proposed, headers=a.headers)).status_code == 201
        address = f"initiatives/{proposed['slug']}"
        assert (await patch(catalog, address, {"status": "published"}, a.headers)).status_code == 403
        assert (await catalog.get(f"{V1}/{address}")).status_code == 404
    await make_initiative(catalog, a.headers)
    assert (await patch(catalog, MINE, {"territory": "lyon"}, a.headers)).status_code == 403
    assert (await patch(catalog, MINE, {"territory": "lyon"}, as_admin)).status_code == 200
    # It owns the record and does not speak for Lyon.
    assert (await patch(catalog, MINE, {"title": {"fr": "A"}}, a.headers)).status_code == 403
    assert (await catalog.delete(f"{V1}/{MINE}?reason=why", headers=a.headers | ANY)).status_code == 403


async def test_a_mandate_ends_by_hand_or_by_itself(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner, catalog_database: str
) -> None:
    await make_initiative(catalog, a.headers)
    [mandate] = (await catalog.get("/catalog/v1/mandates", headers=a.headers)).json()["items"]
    address = f"/catalog/v1/mandates/{mandate['id']}"
    assert (await catalog.delete(address, headers=a.headers | ANY)).status_code == 403
    etag = (await catalog.get(address, headers=as_admin)).headers["etag"]
    assert (await catalog.delete(address, headers=as_admin)).status_code == 428
    assert (await catalog.delete(address, headers=as_admin | {"If-Match": etag})).status_code == 204
    assert (await catalog.get(address, headers=a.headers)).status_code == 410
    assert (await patch(catalog, MINE, {"title": {"fr": "A"}}, a.headers)).status_code == 403

    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    body = {"partner": "a", "territory": "fes", "until": until}
    assert (await catalog.post("/catalog/v1/mandates", json=body, headers=as_admin)).status_code == 201
    assert (await patch(catalog, MINE, {"title": {"fr": "A"}}, a.headers)).status_code == 200
    connection = await asyncpg.connect(catalog_database)
    await connection.execute(
        "update mandate set since = since - interval '2 hours', until = until - interval '2 hours'"
    )
    await connection.close()
    assert (await patch(catalog, MINE, {"title": {"fr": "B"}}, a.headers)).status_code == 403


async def test_a_territory_is_changed_under_a_mandate_and_made_or_archived_by_moderators(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner
) -> None:
    note = {"point_note": "La médina"}
    assert (await patch(catalog, FES, note, a.headers)).status_code == 200
    assert (await patch(catalog, "territories/lyon", note, a.headers)).status_code == 404
    assert (await catalog.delete(f"{V1}/{FES}?reason=why", headers=a.headers | ANY)).status_code == 403
    new = {
        "slug": "sefrou-essai",
        "name": {"fr": "Sefrou"},
        "kind": "province",
        "country_code": "MA",
        "sources": [{"title": "Étude"}],
    }
    territories = "/catalog/v1/territories"
    assert (await catalog.post(territories, json=new, headers=a.headers)).status_code == 403
    since = await head(catalog)
    made = await catalog.post(territories, json=new | {"status": "draft"}, headers=as_admin)
    assert made.status_code == 201
    assert (await catalog.get(f"{territories}/sefrou-essai", headers=a.headers)).status_code == 404
    await give_mandate(catalog, as_admin, a, "sefrou-essai")
    # A mandate speaks for what is published; a draft is its owner's to see.
    assert (await patch(catalog, "territories/sefrou-essai", note, a.headers)).status_code == 404
    in_draft = await catalog.post(INITIATIVES, json=INITIATIVE | {"territory": "sefrou-essai"}, headers=a.headers)
    assert in_draft.status_code == 422
    owned = await catalog.put(f"{territories}/sefrou-essai/owner", json={"partner": "a"}, headers=as_admin | ANY)
    assert (owned.status_code, owned.json()["partner_id"]) == (200, a.id)
    assert await events(catalog, since) == []
    assert (await patch(catalog, "territories/sefrou-essai", {"status": "published"}, a.headers)).status_code == 200
    assert await events(catalog, since) == [("territory.created", 3)]


async def test_a_territory_in_use_is_not_withdrawn(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    in_cooperations = (await catalog.get("/catalog/v1/cooperations?limit=200")).json()["items"]
    parties = {party["territory"]["slug"] for item in in_cooperations for party in item["parties"]}
    empty = None
    for slug in sorted(parties):
        if (await read(catalog, f"initiatives?limit=1&count=true&territory={slug}"))["total"] == 0:
            empty = slug
            break
    assert empty, "the data set has a territory that only cooperates"
    for slug in ("fes", empty):
        answer = await patch(catalog, f"territories/{slug}", {"status": "draft"}, as_admin)
        assert answer.status_code == 409, slug


async def test_a_record_is_handed_over_by_moderators_only(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner, b: Partner
) -> None:
    await make_initiative(catalog, a.headers)
    owner = f"{V1}/{MINE}/owner"
    for headers in (a.headers, b.headers):
        assert (await catalog.put(owner, json={"partner": "b"}, headers=headers | ANY)).status_code == 403
    assert (await catalog.put(owner, json={"partner": "b"}, headers=as_admin)).status_code == 428
    nobody = await catalog.put(owner, json={"partner": "nobody"}, headers=as_admin | ANY)
    assert (nobody.status_code, nobody.json()["errors"][0]["pointer"]) == (422, "/partner")
    assert (await catalog.put(owner, json={"partner": "b"}, headers=as_admin | ANY)).status_code == 200
    assert (await patch(catalog, MINE, {"title": {"fr": "A"}}, a.headers)).status_code == 404
    assert (await patch(catalog, MINE, {"title": {"fr": "B"}}, b.headers)).status_code == 200
    assert (await catalog.put(owner, json={"partner": None}, headers=as_admin | ANY)).status_code == 200
    assert (await patch(catalog, MINE, {"title": {"fr": "B"}}, b.headers)).status_code == 404


FORBIDDEN_FIELDS: dict[str, Any] = {
    "id": "01a20669-fcc0-705f-ae16-80325fac86d5",
    "owner_id": "01a20669-fcc0-705f-ae16-80325fac86d5",
    "owner": "b",
    "partner_id": "01a20669-fcc0-705f-ae16-80325fac86d5",
    "version": 77,
    "created_at": "2001-01-01T00:00:00Z",
    "updated_at": "2001-01-01T00:00:00Z",
    "archive_reason": "x",
    "review_note": "x",
    "review_told": True,
    "merged_into": "01a20669-fcc0-705f-ae16-80325fac86d5",
    "content": {"money": []},
    "references": {},
    "role": "admin",
    "scopes": ["partners:manage"],
}


async def test_what_is_not_the_callers_to_set_is_refused_and_never_stored(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner, catalog_database: str
) -> None:
    await make_initiative(catalog, a.headers)
    stored = await rows_of(catalog_database)
    for field, value in FORBIDDEN_FIELDS.items():
        bodies = [
            ("POST", "/catalog/v1/initiatives", INITIATIVE | {"slug": "another", field: value}, a.headers),
            ("PATCH", f"{V1}/{MINE}", {field: value}, a.headers),
            ("PATCH", f"{V1}/{FES}", {field: value}, a.headers),
            ("POST", "/catalog/v1/mandates", {"partner": "a", "territory": "fes", field: value}, as_admin),
            ("PATCH", "/catalog/v1/partners/a", {field: value}, as_admin),
            ("PUT", f"{V1}/{MINE}/owner", {"partner": "a", field: value}, as_admin),
        ]
        if field != "scopes":
            bodies.append(("POST", "/catalog/v1/api-keys", {"name": "x", field: value}, a.headers))
        for method, address, body, headers in bodies:
            kind = PATCH if method == "PATCH" else {"Content-Type": "application/json"}
            answer = await catalog.request(method, address, json=body, headers=headers | ANY | kind)
            assert answer.status_code == 422, (method, address, field, answer.text)
            assert answer.json()["errors"][0]["pointer"].startswith(f"/{field}")
    assert await rows_of(catalog_database) == stored


async def rows_of(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        tables = ("initiative", "territory", "partner", "mandate")
        held = [row[0] for table in tables for row in await connection.fetch(f"select t::text from {table} t")]  # noqa: S608
        keys = await connection.fetch("select id, partner_id, scopes, version from api_key")
        return sorted(held) + sorted(map(str, keys))
    finally:
        await connection.close()


async def test_of_twenty_patches_of_one_partner_on_one_version_one_wins(catalog: httpx.AsyncClient, a: Partner) -> None:
    await make_initiative(catalog, a.headers)
    etag = (await catalog.get(f"{V1}/{MINE}")).headers["etag"]
    headers = a.headers | PATCH | {"If-Match": etag}
    answers = await asyncio.gather(
        *(catalog.patch(f"{V1}/{MINE}", json={"title": {"fr": f"Titre {n}"}}, headers=headers) for n in range(20))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 19


async def test_the_public_representation_says_whose_it_is_and_no_more_of_the_partner(
    catalog: httpx.AsyncClient, a: Partner
) -> None:
    made = await make_initiative(catalog, a.headers)
    answer = await catalog.get(f"{INITIATIVES}/{made['id']}")
    assert answer.json()["owner"] == {"id": a.id, "slug": "a", "name": "A"}
    assert (await catalog.get(f"{INITIATIVES}/tav-lyon")).json()["owner"] is None
    snapshot = (await catalog.get("/catalog/v1/snapshot")).text
    assert a.id in snapshot
    for text in (answer.text, snapshot):
        assert "data@a.example" not in text
        assert a.key_id not in text
