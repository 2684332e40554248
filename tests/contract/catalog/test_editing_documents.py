"""What review, merging, restoring and the lists of what waits answer is what the catalog's document says."""

import json

import httpx

from services.catalog.app import EXAMPLES
from services.catalog.kinds import KINDS
from tests.contract.catalog.record import lasting
from tests.contract.catalog.test_access_documents import check
from tests.integration.catalog.editing import V1, merge, step
from tests.integration.catalog.partners import ANY, INITIATIVE, Headers, make_initiative, make_partner

MINE = f"initiatives/{INITIATIVE['slug']}"


async def test_the_answers_to_editors_are_as_documented(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    partner = await make_partner(catalog, as_admin, "a")
    await make_initiative(catalog, partner.headers, status="submitted")
    queue = await catalog.get(f"{V1}/review-queue?count=true", headers=as_admin)
    assert (await check(catalog, "/review-queue", queue))["total"] == 1
    back = await step(catalog, MINE, "send_back", as_admin, "La source manque.")
    assert (await check(catalog, "/{collection}/{ref}/review", back))["status"] == "needs_update"
    drafts = await catalog.get(f"{V1}/drafts?lang=all", headers=partner.headers)
    [item] = (await check(catalog, "/drafts", drafts))["items"]
    assert item["review_note"] == "La source manque."
    whole = await catalog.get(f"{V1}/{MINE}/revisions?count=true", headers=partner.headers)
    assert (await check(catalog, "/{collection}/{ref}/revisions", whole))["total"] == 2
    restored = await catalog.post(f"{V1}/{MINE}/revisions/1/restore", headers=partner.headers | ANY)
    await check(catalog, "/{collection}/{ref}/revisions/{version}/restore", restored)
    merged = await merge(catalog, MINE, "tav-lyon", as_admin)
    assert (await check(catalog, "/{collection}/{ref}/merge", merged))["merged_into"]["slug"] == "tav-lyon"
    changes = await catalog.get(f"{V1}/changes?limit=1000&include=data")
    await check(catalog, "/changes", changes)


async def test_what_only_its_owner_may_know_is_kept_by_no_cache(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    for path in ("review-queue", "drafts", "initiatives/tav-lyon/revisions"):
        answer = await catalog.get(f"{V1}/{path}", headers=as_admin)
        assert answer.headers["cache-control"] == "no-store", path


async def test_the_documented_record_of_each_kind_can_be_sent_as_it_is(
    catalog: httpx.AsyncClient, as_admin: Headers
) -> None:
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    for kind in KINDS:
        body = examples[kind.write.__name__]
        again = body | {"slug": f"{body['slug']}-encore"}
        answer = await catalog.post(f"{V1}/{kind.collection}?lang=fr", json=again, headers=as_admin)
        assert answer.status_code == 201, (kind.name, answer.text)
        said = await catalog.get(f"{V1}/{kind.collection}/{body['slug']}?lang=fr")
        was, now = lasting(said.json()), lasting(answer.json())
        for name in kind.write.model_fields.keys() & was.keys() - {"slug"}:
            assert now[name] == was[name], (kind.name, name)
