"""What the documents say of the bodies of PATCH is what is accepted and what is refused."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.catalog.app import create_app
from services.catalog.kinds import KINDS
from services.catalog.records.kinds import Kind
from services.catalog.settings import CatalogSettings
from services.launch.documents import documents
from tests.conftest import CopyDatabase, running
from tests.contract.common.new_records import EXAMPLES, new_record
from tests.contract.common.patches import Patch
from tests.integration.catalog.partners import ANY, PATCH, Headers, make_partner
from tests.integration.webhooks.running import ENDPOINTS, beside

Documents = dict[str, dict[str, Any]]

V1 = "/catalog/v1"
TERM = f"{V1}/vocabularies/{{name}}/terms/{{code}}"
PARTNER = f"{V1}/partners/{{ref}}"
ENDPOINT = f"{ENDPOINTS}/{{id}}"
RECORDS = {kind.name: f"{V1}/{kind.collection}/{{ref}}" for kind in KINDS}

COMPUTED = {"licence", "review_due"}
"""Null takes them back to what holds when nobody says anything."""

GROUNDED = {"priority_action": {"workshop"}}
"""One of two that may not both be taken away."""

here = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def described() -> Documents:
    return documents()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def client(copy_database: CopyDatabase, loaded_template: str) -> AsyncIterator[httpx.AsyncClient]:
    """A catalog with the real data set, for this module: each test changes what no other one does."""
    async with running(create_app(CatalogSettings(database_url=copy_database(loaded_template)))) as catalog:
        yield catalog


def test_every_patch_has_a_schema_of_its_own_that_its_example_fits(described: Documents) -> None:
    found = {
        path: Patch(document, path)
        for document in described.values()
        for path, item in document["paths"].items()
        if "patch" in item
    }
    assert found.keys() == {*RECORDS.values(), TERM, PARTNER, ENDPOINT}
    for path, patch in found.items():
        assert patch.content["example"], path
        right: list[object] = [patch.content["example"], {}, patch.taking_away()]
        assert all(patch.fits(body) for body in right), path
        wrong: list[object] = [*patch.wrong(), [], None]
        assert not any(patch.fits(body) for body in wrong), path


@here
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_a_record_is_patched_as_documented(
    client: httpx.AsyncClient, as_admin: Headers, described: Documents, kind: Kind
) -> None:
    patch = Patch(described["catalog"], RECORDS[kind.name])
    address = f"{V1}/{kind.collection}/{EXAMPLES[kind.name]}"
    await check_refusals(client, address, as_admin, patch)
    await check_accepted(client, address, as_admin, patch, new_record(kind.name, 1, slug=EXAMPLES[kind.name]))
    kept = COMPUTED | GROUNDED.get(kind.name, set())
    away = {name: None for name in patch.taking_away() if name not in kept - COMPUTED}
    changed = await check_accepted(client, address, as_admin, patch, away)
    assert {name: changed[name] for name in away.keys() - kept if changed.get(name)} == {}


@here
async def test_a_partner_is_patched_as_documented(
    client: httpx.AsyncClient, as_admin: Headers, described: Documents
) -> None:
    await make_partner(client, as_admin, "patched")
    patch = Patch(described["catalog"], PARTNER)
    address = f"{V1}/partners/patched"
    await check_refusals(client, address, as_admin, patch)
    changed = await check_accepted(client, address, as_admin, patch, patch.taking_away())
    assert (changed["status"], changed["contacts"]) == ("active", [])


@here
async def test_a_term_is_patched_as_documented(
    client: httpx.AsyncClient, as_admin: Headers, described: Documents
) -> None:
    patch = Patch(described["catalog"], TERM)
    address = f"{V1}/vocabularies/themes/terms/food_waste"
    await check_refusals(client, address, as_admin, patch)
    body = {"label": {"fr": "Gâchis"}, "definition": {"fr": "Ce qui est jeté.", "en": None}}
    changed = await check_accepted(client, f"{address}?lang=all", as_admin, patch, body)
    assert (changed["label"]["fr"], changed["label"]["en"]) == ("Gâchis", "Food waste")
    changed = await check_accepted(client, address, as_admin, patch, patch.taking_away())
    assert not any(changed[name] for name in patch.taking_away())


@here
async def test_an_endpoint_is_patched_as_documented(
    client: httpx.AsyncClient,
    as_admin: Headers,
    described: Documents,
    copy_database: CopyDatabase,
    webhooks_template: str,
) -> None:
    patch = Patch(described["webhooks"], ENDPOINT)
    async with beside(client, as_admin, copy_database(webhooks_template), deliver=False) as webhooks:
        made = await webhooks.make(filter={"own_only": True, "countries": ["FR"]}, enabled=False, format="full")
        address = f"{ENDPOINTS}/{made['id']}"
        await check_refusals(webhooks.client, address, webhooks.a.headers, patch)
        body = {"filter": {"countries": None, "themes": ["food_waste"]}}
        changed = await check_accepted(webhooks.client, address, webhooks.a.headers, patch, body)
        assert changed["filter"] == made["filter"] | {"countries": [], "themes": ["food_waste"]}
        changed = await check_accepted(webhooks.client, address, webhooks.a.headers, patch, patch.taking_away())
        assert (changed["filter"]["own_only"], changed["enabled"], changed["format"]) == (False, True, "thin")


@here
async def test_objects_within_a_record_are_merged_and_lists_replaced(
    client: httpx.AsyncClient, as_admin: Headers, described: Documents
) -> None:
    patch = Patch(described["catalog"], RECORDS["initiative"])
    made = await client.post(f"{V1}/initiatives", json=new_record("initiative", 1), headers=as_admin)
    address = f"{made.headers['Location']}?lang=all"
    bodies: list[dict[str, Any]] = [
        {"carrier": {"name": "La Ruche", "sector": "associative"}, "title": {"en": "A trial"}},
        {"carrier": {"sector": None}, "title": {"fr": {"text": "À l'épreuve"}, "en": None}, "themes": ["food_waste"]},
    ]
    for body in bodies:
        changed = await check_accepted(client, address, as_admin, patch, body)
    assert (changed["carrier"]["name"], changed["carrier"]["sector"]) == ("La Ruche", None)
    assert changed["title"]["translations"] == {"fr": {"text": "À l'épreuve", "origin": "original"}}
    assert [theme["code"] for theme in changed["themes"]] == ["food_waste"]


async def check_accepted(
    client: httpx.AsyncClient, address: str, writer: Headers, patch: Patch, body: dict[str, Any]
) -> dict[str, Any]:
    """The answer to a patch that its schema lets pass."""
    assert patch.fits(body), body
    answer = await client.patch(address, json=body, headers=writer | PATCH | ANY)
    assert answer.status_code == 200, (body, answer.text)
    changed: dict[str, Any] = answer.json()
    return changed


async def check_refusals(client: httpx.AsyncClient, address: str, writer: Headers, patch: Patch) -> None:
    """What the schema does not let pass is refused, each named, and changes nothing."""
    before = (await client.get(address, headers=writer)).json()
    wrong = list(patch.wrong())
    assert len(wrong) >= 3
    for body in wrong:
        answer = await client.patch(address, json=body, headers=writer | PATCH | ANY)
        assert answer.status_code == 422, (body, answer.text)
        [name] = body
        pointers = [error["pointer"] for error in answer.json()["errors"]]
        assert pointers, body
        assert all(pointer.startswith(f"/{name}") for pointer in pointers), (body, pointers)
    assert (await client.get(address, headers=writer)).json() == before
