"""What partners, keys, mandates and introspection answer is what the catalog's document says."""

from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from services.catalog.kinds import KINDS
from services.catalog.records.kinds import Kind
from tests.contract.common.new_records import new_record
from tests.integration.catalog.partners import ANY, PATCH, Headers, Partner, give_mandate, make_partner

V1 = "/catalog/v1"


@pytest.fixture
async def partner(catalog: httpx.AsyncClient, as_admin: Headers) -> Partner:
    return await make_partner(catalog, as_admin, "a", ["records:write", "keys:manage", "introspect"])


async def check(catalog: httpx.AsyncClient, template: str, answer: httpx.Response) -> dict[str, Any]:
    """The answer, held to its operation's schema; nothing is in it that the schema does not know."""
    document = (await catalog.get("/catalog/openapi.json")).json()
    operation = document["paths"][f"{V1}{template}"][answer.request.method.lower()]
    status = str(answer.status_code)
    assert status in operation["responses"], answer.text
    schema = operation["responses"][status]["content"]["application/json"]["schema"]
    whole = {**schema, "components": document["components"]}
    errors = [
        error.message
        for error in Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(answer.json())
    ]
    assert errors == []
    name = schema["$ref"].rsplit("/", 1)[1]
    body: dict[str, Any] = answer.json()
    assert body.keys() <= document["components"]["schemas"][name]["properties"].keys()
    return body


async def test_answers_are_as_documented(catalog: httpx.AsyncClient, as_admin: Headers, partner: Partner) -> None:
    mandate = await give_mandate(catalog, as_admin, partner, "fes")

    async def get(template: str, address: str) -> None:
        answer = await catalog.get(f"{V1}{address}", headers=partner.headers)
        assert answer.status_code == 200, answer.text
        await check(catalog, template, answer)
        if "{" in template:
            again = await catalog.get(
                f"{V1}{address}", headers=partner.headers | {"If-None-Match": answer.headers["etag"]}
            )
            assert (again.status_code, again.content) == (304, b"")

    await get("/partners", "/partners?count=true")
    await get("/partners/{ref}", "/partners/a")
    await get("/suspended-partners", "/suspended-partners?count=true")
    await get("/mandates", "/mandates?count=true")
    await get("/mandates/{id}", f"/mandates/{mandate['id']}")
    await get("/api-keys", "/api-keys?count=true")
    await get("/api-keys/{id}", f"/api-keys/{partner.key_id}")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_records_of_every_kind_are_made_and_changed_as_documented(
    catalog: httpx.AsyncClient, as_admin: Headers, kind: Kind
) -> None:
    made = await catalog.post(f"{V1}/{kind.collection}", json=new_record(kind.name, 1), headers=as_admin)
    assert made.status_code == 201, made.text
    await check(catalog, f"/{kind.collection}", made)
    change = {"review_due": "2030-01-01"}
    changed = await catalog.patch(made.headers["Location"], json=change, headers=as_admin | PATCH | ANY)
    assert (await check(catalog, f"/{kind.collection}/{{ref}}", changed))["version"] == 2


async def test_what_is_made_and_changed_is_as_documented(
    catalog: httpx.AsyncClient, as_admin: Headers, partner: Partner
) -> None:
    key = await catalog.post(f"{V1}/api-keys", json={"name": "b"}, headers=partner.headers)
    await check(catalog, "/api-keys", key)
    rotated = await catalog.post(f"{V1}/api-keys/{key.json()['id']}/rotate", json={}, headers=partner.headers)
    await check(catalog, "/api-keys/{id}/rotate", rotated)
    assert rotated.headers["Location"] == f"{V1}/api-keys/{rotated.json()['id']}"
    changed = await catalog.patch(f"{V1}/partners/a", json={"name": "A"}, headers=as_admin | PATCH | ANY)
    assert (await check(catalog, "/partners/{ref}", changed))["version"] == 2
    owner = await catalog.put(f"{V1}/networks/mufpp/owner", json={"partner": "a"}, headers=as_admin | ANY)
    assert (await check(catalog, "/{collection}/{ref}/owner", owner))["partner_id"] == partner.id
    for token in (partner.key, "nonsense"):
        told = await catalog.post(f"{V1}/introspect", data={"token": token}, headers=partner.headers)
        await check(catalog, "/introspect", told)


async def test_terms_crosswalks_and_pairs_are_as_documented(
    catalog: httpx.AsyncClient, as_admin: Headers, partner: Partner
) -> None:
    label = {"fr": "Essai", "en": "Trial", "ar": "تجربة"}
    body = {"code": "trial", "label": label}
    term = await catalog.post(f"{V1}/vocabularies/themes/terms", json=body, headers=as_admin)
    await check(catalog, "/vocabularies/{name}/terms", term)
    changed = await catalog.patch(term.headers["Location"], json={"broader": ["water"]}, headers=as_admin | PATCH | ANY)
    assert (await check(catalog, "/vocabularies/{name}/terms/{code}", changed))["broader"] == ["water"]
    entry = {"target": "food_waste", "relation": "exactMatch"}
    put = await catalog.put(f"{V1}/crosswalks/a/themes/antigaspi", json=entry, headers=partner.headers)
    await check(catalog, "/crosswalks/{scheme}/{vocabulary}/{code}", put)
    again = new_record("initiative", 1)
    for slug in ("essai-un", "essai-deux"):
        made = await catalog.post(f"{V1}/initiatives", json=again | {"slug": slug}, headers=as_admin)
    created = await check(catalog, "/initiatives", made)
    assert [each["slug"] for each in created["possible_duplicates"]] == ["essai-un"]
    apart = f"{V1}/territories/santo-domingo/duplicates/santo-domingo-este/dismiss?reason=Two+cities"
    assert (await catalog.post(apart, headers=as_admin)).status_code == 204
    for query in ("?count=true", "?status=dismissed", "?collection=initiatives&lang=ar"):
        pairs = await catalog.get(f"{V1}/duplicates{query}", headers=as_admin)
        assert (await check(catalog, "/duplicates", pairs))["items"]


NOBODY = "01a20669-fcc0-705f-ae16-80325fac86d5"


@pytest.mark.parametrize("ref", ["%00", "a%00b", "%ED%A0%80", "%FF", "..%2F..", "x" * 121, "%F0%9F%8C%BE", NOBODY, "-"])
async def test_no_reference_is_more_than_not_found(catalog: httpx.AsyncClient, as_admin: Headers, ref: str) -> None:
    asked = [
        ("GET", f"partners/{ref}", None),
        ("PATCH", f"partners/{ref}", {}),
        ("GET", f"api-keys/{ref}", None),
        ("DELETE", f"api-keys/{ref}", None),
        ("POST", f"api-keys/{ref}/rotate", {}),
        ("GET", f"mandates/{ref}", None),
        ("DELETE", f"mandates/{ref}", None),
        *(("PUT", f"{kind.collection}/{ref}/owner", {"partner": None}) for kind in KINDS),
        *(("PATCH", f"{kind.collection}/{ref}", {}) for kind in KINDS),
        *(("DELETE", f"{kind.collection}/{ref}?reason=why", None) for kind in KINDS),
        ("GET", f"initiatives/{ref}/duplicates", None),
        ("POST", f"initiatives/{ref}/duplicates/tav-lyon/dismiss?reason=why", None),
        ("POST", f"initiatives/tav-lyon/duplicates/{ref}/dismiss?reason=why", None),
        ("POST", f"initiatives/tav-lyon/duplicates/{ref}/reconsider", None),
        ("GET", f"vocabularies/themes/terms/{ref}", None),
        ("PATCH", f"vocabularies/{ref}/terms/food_waste", {}),
        ("PATCH", f"vocabularies/themes/terms/{ref}", {}),
        ("GET", f"crosswalks/{ref}", None),
        ("DELETE", f"crosswalks/letsfood-dataset-2026/themes/{ref}", None),
        *(("GET", f"{kind.collection}/{ref}", None) for kind in KINDS),
    ]
    for method, path, body in asked:
        kind = PATCH if method == "PATCH" else {}
        answer = await catalog.request(method, f"{V1}/{path}", json=body, headers=as_admin | ANY | kind)
        assert answer.status_code in {400, 404}, (method, path, answer.text)


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("api-keys", {"name": "x", "expires_at": "9999-12-31T23:59:59-23:59"}, "/expires_at"),
        ("api-keys", {"name": "x", "expires_at": "0001-01-01T00:00:00+23:59"}, "/expires_at"),
        ("api-keys", {"name": "x", "expires_at": "2099-01-01T00:00:00"}, "/expires_at"),
        ("api-keys", {"name": "x", "expires_at": 4102444800}, "/expires_at"),
        ("api-keys", {"name": "x", "expires_at": "4102444800"}, "/expires_at"),
        ("api-keys", {"name": "a\u0000b"}, "/name"),
        ("api-keys", {"name": "x", "scopes": ["records:write"] * 9}, "/scopes"),
        ("api-keys", {"name": "x", "partner": "nobody"}, "/partner"),
        ("mandates", {"partner": "lets-food", "territory": "atlantis"}, "/territory"),
        ("mandates", {"partner": "lets-food", "territory": NOBODY}, "/territory"),
        ("mandates", {"partner": "lets-food", "territory": "fes", "until": "2001-01-01T00:00:00Z"}, "/until"),
        ("partners", {"slug": "A B", "name": "x", "kind": "network"}, "/slug"),
        ("partners", {"slug": "x", "name": "x", "kind": "king"}, "/kind"),
        (
            "partners",
            {"slug": "x", "name": "x", "kind": "network", "contacts": [{"role": "r", "email": "@"}]},
            "/contacts",
        ),
    ],
)
async def test_a_wrong_field_is_named(
    catalog: httpx.AsyncClient, as_admin: Headers, path: str, body: dict[str, Any], pointer: str
) -> None:
    answer = await catalog.post(f"{V1}/{path}", json=body, headers=as_admin)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"].startswith(pointer), answer.text
