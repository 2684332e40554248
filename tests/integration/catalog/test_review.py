"""Review: from a draft to publication and back, who takes which step, and the lists of what waits."""

from datetime import UTC, datetime, timedelta

import asyncpg
import httpx
import pytest

from tests.integration.catalog.editing import V1, actions, events, head, patch, read, step, took
from tests.integration.catalog.partners import (
    ANY,
    INITIATIVE,
    Headers,
    Partner,
    give_mandate,
    make,
    make_initiative,
    make_partner,
)

MINE = f"initiatives/{INITIATIVE['slug']}"
REASON = "La source ne dit pas qui porte le marché."


@pytest.fixture
async def a(catalog: httpx.AsyncClient, as_admin: Headers) -> Partner:
    """A partner without any mandate."""
    return await make_partner(catalog, as_admin, "a")


@pytest.fixture
async def b(catalog: httpx.AsyncClient, as_admin: Headers) -> Partner:
    """Another one."""
    return await make_partner(catalog, as_admin, "b")


async def test_a_record_goes_through_its_review(catalog: httpx.AsyncClient, as_admin: Headers, a: Partner) -> None:
    since = await head(catalog)
    await make_initiative(catalog, a.headers, status="draft")
    submitted = await took(catalog, MINE, "submit", a.headers)
    assert (submitted["status"], submitted["version"], submitted["allowed"]) == (
        "submitted",
        2,
        ["withdraw", "publish"],
    )
    back = await took(catalog, MINE, "send_back", as_admin, REASON)
    assert (back["status"], back["review_note"]) == ("needs_update", REASON)
    seen = await read(catalog, MINE, a.headers)
    assert (seen["status"], seen["review_note"]) == ("needs_update", REASON)
    corrected = await patch(catalog, MINE, {"carrier": {"name": "Ville de Fès"}}, a.headers)
    assert (corrected.json()["status"], corrected.json()["review_note"]) == ("needs_update", REASON)
    again = await took(catalog, MINE, "submit", a.headers)
    assert (again["status"], again["review_note"]) == ("submitted", None)
    assert await events(catalog, since) == [], "what nobody else may see is told to nobody"
    published = await took(catalog, MINE, "publish", as_admin)
    assert (published["status"], published["version"]) == ("published", 6)
    assert await events(catalog, since) == [("initiative.created", 6)]
    assert (await catalog.get(f"{V1}/{MINE}")).status_code == 200
    assert await actions(catalog, MINE, a.headers) == [
        (6, "published"),
        (5, "submitted"),
        (4, "changed"),
        (3, "sent_back"),
        (2, "submitted"),
        (1, "created"),
    ]


async def test_sending_back_and_rejecting_need_a_reason(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner
) -> None:
    await make_initiative(catalog, a.headers, status="submitted")
    for action in ("send_back", "reject"):
        answer = await step(catalog, MINE, action, as_admin)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "reason_needed")
        blank = await step(catalog, MINE, action, as_admin, "   ")
        assert blank.status_code == 422
    assert (await read(catalog, MINE, a.headers))["version"] == 1


async def test_a_rejected_record_is_reopened_by_moderators_only(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner
) -> None:
    await give_mandate(catalog, as_admin, a, "fes")
    await make_initiative(catalog, a.headers, status="submitted")
    assert (await step(catalog, MINE, "reject", a.headers, REASON)).status_code == 403
    await took(catalog, MINE, "reject", as_admin, REASON)
    assert (await step(catalog, MINE, "reopen", a.headers)).status_code == 403
    for way in ("submit", "publish"):
        refused = await step(catalog, MINE, way, a.headers)
        assert (refused.status_code, refused.json()["allowed"]) == (409, [])
    for status in ("submitted", "published"):
        answer = await patch(catalog, MINE, {"status": status}, a.headers)
        assert answer.status_code == 409, "a patch goes round no rule"
    assert (await read(catalog, MINE, a.headers))["status"] == "rejected"
    assert (await took(catalog, MINE, "reopen", as_admin))["status"] == "draft"
    assert (await took(catalog, MINE, "publish", a.headers))["review_note"] is None


async def test_publishing_takes_a_mandate_or_a_moderator(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner, b: Partner
) -> None:
    await make_initiative(catalog, a.headers, status="draft")
    assert (await step(catalog, MINE, "publish", a.headers)).status_code == 403
    assert (await step(catalog, MINE, "publish", b.headers)).status_code == 404
    assert (await step(catalog, MINE, "publish", {})).status_code == 401
    await give_mandate(catalog, as_admin, a, "fes")
    assert (await took(catalog, MINE, "publish", a.headers))["status"] == "published"
    assert (await step(catalog, MINE, "send_back", a.headers, REASON)).status_code == 403
    assert (await step(catalog, MINE, "confirm", b.headers)).status_code == 404
    assert (await step(catalog, MINE, "publish", a.headers)).status_code == 409


async def test_a_step_is_taken_on_what_was_read(catalog: httpx.AsyncClient, a: Partner) -> None:
    await make_initiative(catalog, a.headers, status="draft")
    body, address = {"action": "submit"}, f"{V1}/{MINE}/review"
    etag = (await catalog.get(f"{V1}/{MINE}", headers=a.headers)).headers["etag"]
    assert (await catalog.post(address, json=body, headers=a.headers)).status_code == 428
    await patch(catalog, MINE, {"start_year": 2021}, a.headers)
    assert (await catalog.post(address, json=body, headers=a.headers | {"If-Match": etag})).status_code == 412
    once = a.headers | ANY | {"Idempotency-Key": "submit-1"}
    first = await catalog.post(address, json=body, headers=once)
    again = await catalog.post(address, json=body, headers=once)
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    follows = a.headers | {"If-Match": first.headers["etag"]}
    assert (await catalog.post(address, json={"action": "withdraw"}, headers=follows)).status_code == 200


async def test_what_is_published_is_withdrawn_or_sent_back_unless_published_records_name_it(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner
) -> None:
    await give_mandate(catalog, as_admin, a, "fes")
    since = await head(catalog)
    await make_initiative(catalog, a.headers)
    assert (await took(catalog, MINE, "withdraw", a.headers))["status"] == "draft"
    assert (await took(catalog, MINE, "publish", a.headers))["status"] == "published"
    assert (await took(catalog, MINE, "send_back", as_admin, REASON))["status"] == "needs_update"
    assert (await catalog.get(f"{V1}/{MINE}")).status_code == 404
    assert [kind for kind, _ in await events(catalog, since)] == [
        "initiative.created",
        "initiative.archived",
        "initiative.created",
        "initiative.archived",
    ]
    for action in ("withdraw", "send_back"):
        answer = await step(catalog, "territories/fes", action, as_admin, REASON)
        assert answer.status_code == 409
        assert answer.json()["named_by"]


async def test_a_draft_that_cannot_be_published_as_it_is_says_why(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner
) -> None:
    other = await make_initiative(catalog, a.headers, status="draft", slug="autre-essai-fes")
    await make_initiative(catalog, a.headers, status="draft", inspired_by=[other["id"]])
    answer = await step(catalog, MINE, "publish", as_admin)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/inspired_by/0")
    await took(catalog, "initiatives/autre-essai-fes", "publish", as_admin)
    await took(catalog, MINE, "publish", as_admin)


async def test_an_archived_record_is_reopened_as_a_draft(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner, b: Partner
) -> None:
    await give_mandate(catalog, as_admin, a, "fes")
    await make_initiative(catalog, a.headers)
    assert (await catalog.delete(f"{V1}/{MINE}?reason=Erreur", headers=a.headers | ANY)).status_code == 204
    assert (await step(catalog, MINE, "publish", a.headers)).status_code == 410
    assert (await step(catalog, MINE, "reopen", b.headers)).status_code == 410
    since = await head(catalog)
    assert (await took(catalog, MINE, "reopen", a.headers))["status"] == "draft"
    assert (await catalog.get(f"{V1}/{MINE}")).status_code == 404
    assert await events(catalog, since) == []
    await took(catalog, MINE, "publish", a.headers)
    assert await events(catalog, since) == [("initiative.created", 4)]
    draft = await make_initiative(catalog, a.headers, status="draft", slug="autre-essai-fes")
    address = f"initiatives/{draft['id']}"
    assert (await catalog.delete(f"{V1}/{address}?reason=Erreur", headers=a.headers | ANY)).status_code == 204
    assert (await step(catalog, address, "reopen", b.headers)).status_code == 404
    assert (await took(catalog, address, "reopen", a.headers))["status"] == "draft"


async def test_confirming_sets_the_next_review_a_year_on(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner
) -> None:
    await give_mandate(catalog, as_admin, a, "fes")
    await make_initiative(catalog, a.headers, review_due="2020-01-01")
    since = await head(catalog)
    confirmed = await took(catalog, MINE, "confirm", a.headers)
    in_a_year = (datetime.now(UTC) + timedelta(days=365)).date().isoformat()
    assert (confirmed["review_due"], confirmed["version"]) == (in_a_year, 2)
    assert await events(catalog, since) == [("initiative.updated", 2)]
    assert (await took(catalog, "territories/fes", "confirm", a.headers))["version"] == 2, "under its mandate"
    assert (await step(catalog, "territories/lyon", "confirm", a.headers)).status_code == 404


async def test_publishing_keeps_a_review_that_is_still_ahead(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner
) -> None:
    soon = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
    await make_initiative(catalog, a.headers, status="submitted", review_due=soon)
    assert (await took(catalog, MINE, "publish", as_admin))["review_due"] == soon
    await make_initiative(catalog, a.headers, status="submitted", review_due="2020-01-01", slug="autre-essai-fes")
    published = await took(catalog, "initiatives/autre-essai-fes", "publish", as_admin)
    assert published["review_due"] > soon


async def test_every_kind_goes_through_the_same_operations(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner
) -> None:
    organization = {
        "slug": "essai-organisation",
        "name": {"fr": "Essai"},
        "kinds": ["association"],
        "sources": INITIATIVE["sources"],
        "status": "submitted",
    }
    await make(catalog, "organizations", organization, a.headers)
    mine = "organizations/essai-organisation"
    assert (await step(catalog, mine, "publish", a.headers)).status_code == 403
    await took(catalog, mine, "publish", as_admin)
    assert await actions(catalog, mine) == [(2, "published")]
    for address in ("networks/mufpp", "cooperations/montpellier-fes", "territories/fes"):
        assert (await took(catalog, address, "confirm", as_admin))["version"] == 2
    assert (await step(catalog, "partners/a", "confirm", as_admin)).status_code == 404


async def test_the_queue_holds_what_was_submitted_the_longest_unchanged_first(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner, b: Partner
) -> None:
    assert (await catalog.get(f"{V1}/review-queue", headers=a.headers)).status_code == 403
    slugs = [f"essai-{number}" for number in range(5)]
    places = ["fes", "lyon", "montpellier", "fes", "lyon"]
    for slug, place, owner in zip(slugs, places, (a, b, a, b, a), strict=True):
        await make_initiative(catalog, owner.headers, slug=slug, territory=place, status="submitted")
    await make_initiative(catalog, a.headers, slug="en-cours", status="draft")
    await patch(catalog, "initiatives/essai-1", {"start_year": 2020}, b.headers)
    first = await read(catalog, "review-queue?limit=3&count=true&lang=fr", as_admin)
    second = await read(catalog, f"review-queue?limit=3&count=true&lang=fr&cursor={first['next']}", as_admin)
    listed = [*first["items"], *second["items"]]
    assert [item["slug"] for item in listed] == ["essai-0", "essai-2", "essai-3", "essai-4", "essai-1"]
    assert (first["total"], second["next"]) == (5, None)
    item = listed[0]
    assert (item["type"], item["collection"], item["owner"]["slug"]) == ("initiative", "initiatives", "a")
    assert item["themes"][0]["code"] == "farmers_markets"
    assert item["name"]["text"] == INITIATIVE["title"]["fr"]
    assert [place["slug"] for place in item["territories"]] == ["fes"]

    async def queued(query: str) -> list[str]:
        return [item["slug"] for item in (await read(catalog, f"review-queue?{query}", as_admin))["items"]]

    assert await queued("territory=fes") == ["essai-0", "essai-3"]
    assert await queued("country=MA&country=TN") == ["essai-0", "essai-3"]
    assert await queued("network=mufpp&territory=montpellier") == ["essai-2"]
    assert await queued("bbox=-6,33,-4,35") == ["essai-0", "essai-3"]
    assert await queued("kind=cooperation") == []
    assert await queued("kind=initiative&kind=offer&theme=farmers_markets&territory=lyon") == ["essai-4", "essai-1"]
    themes = await read(catalog, "vocabularies/themes")
    [broader] = next(term["broader"] for term in themes["terms"] if term["code"] == "farmers_markets")
    assert len(await queued(f"theme={broader}")) == 5, "what is narrower fits as well"
    assert await queued("theme=food_waste") == []


async def test_drafts_are_ones_own_and_the_moderators_see_all(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner, b: Partner
) -> None:
    await make_initiative(catalog, a.headers, slug="de-a", status="draft")
    await make_initiative(catalog, b.headers, slug="de-b", status="submitted")
    await make_initiative(catalog, a.headers, slug="de-a-soumis", status="submitted")
    await took(catalog, "initiatives/de-a-soumis", "send_back", as_admin, REASON)

    async def drafts(headers: Headers, query: str = "") -> list[str]:
        return [item["slug"] for item in (await read(catalog, f"drafts?{query}", headers))["items"]]

    assert await drafts(a.headers) == ["de-a-soumis", "de-a"]
    assert await drafts(b.headers) == ["de-b"]
    assert await drafts(as_admin) == ["de-a-soumis", "de-b", "de-a"]
    assert await drafts(a.headers, "status=needs_update&status=rejected") == ["de-a-soumis"]
    assert await drafts(a.headers, "kind=cooperation") == []
    [sent_back] = (await read(catalog, "drafts?status=needs_update", a.headers))["items"]
    assert sent_back["review_note"] == REASON
    pages = [await read(catalog, "drafts?limit=2", as_admin)]
    pages.append(await read(catalog, f"drafts?limit=2&cursor={pages[0]['next']}", as_admin))
    assert [item["slug"] for page in pages for item in page["items"]] == ["de-a-soumis", "de-b", "de-a"]
    assert (await catalog.get(f"{V1}/drafts")).status_code == 401


async def test_the_lists_read_an_index_however_many_records_there_are(catalog_database: str) -> None:
    connection = await asyncpg.connect(catalog_database)
    try:
        await connection.execute(
            "insert into record (id, kind, slug, name, status, version, updated_at, review_due, themes)"
            " select gen_random_uuid(), 'initiative', 'n-' || n, '{}', 'published', 1, now(), now()::date + n, '{}'"
            " from generate_series(1, 20000) n"
        )
        await connection.execute("analyze record")
        for condition, order, index in (
            ("status = 'submitted'", "updated_at, id", "record_unpublished"),
            (
                "status in ('draft', 'submitted', 'needs_update', 'rejected') and owner_id = gen_random_uuid()",
                "updated_at desc, id desc",
                "record_unpublished",
            ),
            ("status = 'published' and review_due < now()::date", "review_due, id", "record_review"),
        ):
            plan = await connection.fetch(
                f"explain select * from record where {condition} order by {order} limit 21"  # noqa: S608 - constants
            )
            assert index in "\n".join(row[0] for row in plan)
    finally:
        await connection.close()
