"""Revisions: who changed a record, when, why, what it said before; the difference; bringing it back."""

import asyncio

import httpx

from tests.integration.catalog.editing import V1, actions, events, head, patch, read, took
from tests.integration.catalog.partners import (
    ANY,
    INITIATIVE,
    Headers,
    Partner,
    make_initiative,
)

MINE = f"initiatives/{INITIATIVE['slug']}"
EVIDENCE = {"fr": "Les invendus des marchés ne sont pas collectés."}


async def test_of_two_editors_of_one_initiative_neither_loses_a_word(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner
) -> None:
    await make_initiative(catalog, a.headers)
    etags = [(await catalog.get(f"{V1}/{MINE}", headers=who)).headers["etag"] for who in (a.headers, as_admin)]
    answers = await asyncio.gather(
        patch(catalog, f"{MINE}?reason=Porteur", {"carrier": {"name": "Ville de Fès"}}, a.headers, etags[0]),
        patch(catalog, f"{MINE}?reason=Dates", {"start_year": 2021}, as_admin, etags[1]),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    late = 0 if answers[0].status_code == 412 else 1
    assert "2" in answers[late].json()["detail"], "it says which version the record is at"
    headers = (a.headers, as_admin)[late]
    fresh = (await catalog.get(f"{V1}/{MINE}", headers=headers)).headers["etag"]
    body = ({"carrier": {"name": "Ville de Fès"}}, {"start_year": 2021})[late]
    reason = ("Porteur", "Dates")[late]
    assert (await patch(catalog, f"{MINE}?reason={reason}", body, headers, fresh)).status_code == 200
    now = await read(catalog, MINE)
    assert (now["carrier"]["name"], now["start_year"], now["version"]) == ("Ville de Fès", 2021, 3)
    kept = (await read(catalog, f"{MINE}/revisions", as_admin))["items"]
    assert [revision["version"] for revision in kept] == [3, 2, 1]
    assert {(revision["partner"]["slug"], revision["reason"]) for revision in kept[:2]} == {
        ("a", "Porteur"),
        ("lets-food", "Dates"),
    }


async def test_a_revision_says_who_when_why_and_what(catalog: httpx.AsyncClient, a: Partner, b: Partner) -> None:
    made = await make_initiative(catalog, a.headers)
    await patch(catalog, f"{MINE}?reason=Traduit", {"title": {"ar": "سوق تجريبي"}}, a.headers)
    page = await read(catalog, f"{MINE}/revisions", a.headers)
    newest, first = page["items"]
    assert (newest["version"], newest["action"], newest["status"]) == (2, "changed", "published")
    assert (newest["reason"], first["reason"], first["action"]) == ("Traduit", None, "created")
    assert newest["partner"] == {"id": a.id, "slug": "a", "name": "A"}
    assert newest["key_id"]
    assert newest["key_id"] in a.key
    assert a.key.rsplit("_", 1)[1] not in str(page), "the secret is nowhere"
    assert newest["at"] > first["at"] >= made["created_at"]
    for headers in ({}, b.headers):
        public = (await read(catalog, f"{MINE}/revisions", headers))["items"]
        assert [revision["key_id"] for revision in public] == [None, None]
        assert public[0]["partner"]["slug"] == "a"
    was = await read(catalog, f"{MINE}/revisions/1")
    assert was["document"]["title"] == {"fr": {"text": INITIATIVE["title"]["fr"], "origin": "original"}}
    assert was["document"]["territory"] == made["territory"]["id"], "as written, references are ids"
    by_id = await read(catalog, f"initiatives/{made['id']}/revisions?limit=1&count=true")
    assert (by_id["total"], by_id["items"][0]["version"]) == (2, 2)
    older = await read(catalog, f"initiatives/{made['id']}/revisions?limit=1&count=true&cursor={by_id['next']}")
    assert (older["items"][0]["version"], older["next"]) == (1, None)
    again = await catalog.get(f"{V1}/{MINE}/revisions/1")
    unchanged = await catalog.get(f"{V1}/{MINE}/revisions/1", headers={"If-None-Match": again.headers["etag"]})
    assert unchanged.status_code == 304


async def test_everybody_reads_what_was_published_and_the_owner_all(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner, b: Partner
) -> None:
    await make_initiative(catalog, a.headers, status="draft")
    for headers in ({}, b.headers):
        for path in ("revisions", "revisions/1", "revisions/1/diff"):
            assert (await catalog.get(f"{V1}/{MINE}/{path}", headers=headers)).status_code == 404
    await patch(catalog, MINE, {"title": {"fr": "Mal dit"}}, a.headers)
    await patch(catalog, MINE, {"title": {"fr": "Bien dit"}, "status": "published"}, a.headers)
    for headers in ({}, b.headers):
        assert await actions(catalog, MINE, headers) == [(3, "published")]
        for path in ("revisions/2", "revisions/2/diff", "revisions/3/diff?to=2"):
            assert (await catalog.get(f"{V1}/{MINE}/{path}", headers=headers)).status_code == 404, path
        assert "Mal dit" not in str(await read(catalog, f"{MINE}/revisions/3/diff", headers))
        assert (await read(catalog, f"{MINE}/revisions?count=true", headers))["total"] == 1
    for headers in (a.headers, as_admin):
        assert await actions(catalog, MINE, headers) == [(3, "published"), (2, "changed"), (1, "created")]
    assert (await catalog.get(f"{V1}/{MINE}/revisions/4")).status_code == 404
    assert (await catalog.get(f"{V1}/{MINE}/revisions/0")).status_code == 400
    assert (await catalog.get(f"{V1}/{MINE}/revisions/99999999999")).status_code == 400


async def test_the_versions_of_an_archived_record_are_its_owners_to_read(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner, b: Partner
) -> None:
    await make_initiative(catalog, a.headers)
    assert (await catalog.delete(f"{V1}/{MINE}?reason=Erreur", headers=a.headers | ANY)).status_code == 204
    for headers in ({}, b.headers):
        answer = await catalog.get(f"{V1}/{MINE}/revisions", headers=headers)
        assert (answer.status_code, answer.json()["reason"]) == (410, "Erreur")
    for headers in (a.headers, as_admin):
        assert await actions(catalog, MINE, headers) == [(2, "archived"), (1, "created")]


async def test_a_renamed_record_keeps_its_history(catalog: httpx.AsyncClient, a: Partner) -> None:
    await make_initiative(catalog, a.headers)
    assert (await patch(catalog, MINE, {"slug": "marche-renomme-fes"}, a.headers)).status_code == 200
    answer = await catalog.get(f"{V1}/{MINE}/revisions?limit=1")
    assert answer.status_code == 308
    assert answer.headers["location"] == f"{V1}/initiatives/marche-renomme-fes/revisions?limit=1"
    changed = await read(catalog, "initiatives/marche-renomme-fes/revisions/1/diff?to=2")
    assert changed["differences"][0] == {"pointer": "/slug", "from": INITIATIVE["slug"], "to": "marche-renomme-fes"}


async def test_a_difference_names_places_and_members_by_their_ids(catalog: httpx.AsyncClient, a: Partner) -> None:
    source = INITIATIVE["sources"]
    problems = [{"problem": "food_waste", "severity": 1, "evidence": EVIDENCE, "sources": source}]
    before = (await read(catalog, "territories/fes"))["version"]
    first = (await patch(catalog, "territories/fes", {"problems": problems}, a.headers)).json()
    [stated] = first["problems"]
    worse = {**problems[0], "id": stated["id"], "severity": 3}
    another = {"problem": "food_waste", "evidence": {"fr": "Autre constat."}, "sources": source}
    answer = await patch(catalog, "territories/fes", {"problems": [another, worse], "point_note": "Médina"}, a.headers)
    assert answer.status_code == 200, answer.text
    new_id = answer.json()["problems"][0]["id"]
    diff = await read(catalog, f"territories/fes/revisions/{before + 1}/diff?to={before + 2}")
    assert (diff["from"], diff["to"]) == (before + 1, before + 2)
    found = {one["pointer"]: (one["from"], one["to"]) for one in diff["differences"]}
    assert found[f"/problems/{stated['id']}/severity"] == (1, 3)
    assert found[f"/problems/{new_id}"][0] is None
    assert found[f"/problems/{new_id}"][1]["evidence"]["fr"]["text"] == "Autre constat."
    assert found["/point_note"] == (None, "Médina")
    assert set(found) <= {f"/problems/{stated['id']}/severity", f"/problems/{new_id}", "/point_note", "/review_due"}
    back = await read(catalog, f"territories/fes/revisions/{before + 2}/diff?to={before + 1}")
    assert {"pointer": "/point_note", "from": "Médina", "to": None} in back["differences"]
    newest = await read(catalog, f"territories/fes/revisions/{before + 1}/diff")
    assert newest["differences"] == diff["differences"]
    assert (await read(catalog, f"territories/fes/revisions/{before + 1}/diff?to={before + 1}"))["differences"] == []


async def test_a_former_version_is_brought_back_as_a_new_one(
    catalog: httpx.AsyncClient, a: Partner, b: Partner
) -> None:
    title = {"fr": {"text": "Marché d'essai", "origin": "original"}, "ar": {"text": "سوق", "origin": "human"}}
    await make_initiative(catalog, a.headers, title=title)
    await patch(catalog, MINE, {"title": {"fr": "Mal dit"}, "start_year": 2021}, a.headers)
    spoilt = (await read(catalog, f"{MINE}?lang=all"))["title"]["translations"]
    assert spoilt["ar"]["origin"] == "outdated"
    await patch(catalog, MINE, {"slug": "marche-renomme-fes"}, a.headers)
    mine = "initiatives/marche-renomme-fes"
    since = await head(catalog)
    address = f"{V1}/{mine}/revisions/1/restore?reason=Mieux+dit"
    assert (await catalog.post(address, headers=a.headers)).status_code == 428
    assert (await catalog.post(address, headers=a.headers | {"If-Match": '"2-ab"'})).status_code == 412
    assert (await catalog.post(address, headers=b.headers | ANY)).status_code == 404
    assert (await catalog.post(address, headers=ANY)).status_code == 401
    gone = f"{V1}/{mine}/revisions/9/restore"
    assert (await catalog.post(gone, headers=a.headers | ANY)).status_code == 404
    once = a.headers | ANY | {"Idempotency-Key": "restore-1"}
    restored = await catalog.post(address, headers=once)
    assert restored.status_code == 200, restored.text
    assert (restored.json()["version"], restored.json()["action"]) == (4, "restored")
    assert (await catalog.post(address, headers=once)).json() == restored.json()
    now = await read(catalog, f"{mine}?lang=all")
    assert (now["version"], now["slug"], now["start_year"]) == (4, "marche-renomme-fes", None)
    texts = now["title"]["translations"]
    assert (texts["fr"]["text"], texts["ar"]["origin"]) == ("Marché d'essai", "human"), "as it stood then"
    assert await events(catalog, since) == [("initiative.updated", 4)]
    newest = (await read(catalog, f"{mine}/revisions", a.headers))["items"][0]
    assert (newest["action"], newest["reason"], newest["partner"]["slug"]) == ("restored", "Mieux dit", "a")
    same = await catalog.post(address, headers=a.headers | ANY)
    assert same.json()["version"] == 4, "what says the same makes no version"


async def test_restoring_keeps_the_status_and_minds_what_is_gone(catalog: httpx.AsyncClient, a: Partner) -> None:
    other = await make_initiative(catalog, a.headers, slug="modele-fes")
    await make_initiative(catalog, a.headers, inspired_by=["modele-fes"])
    await patch(catalog, MINE, {"inspired_by": []}, a.headers)
    await took(catalog, MINE, "withdraw", a.headers)
    restore = f"{V1}/{MINE}/revisions/1/restore"
    done = await catalog.post(restore, headers=a.headers | ANY)
    assert (done.status_code, done.json()["status"]) == (200, "draft")
    assert done.json()["document"]["inspired_by"] == [other["id"]]
    await patch(catalog, MINE, {"inspired_by": [], "status": "published"}, a.headers)
    removed = await catalog.delete(f"{V1}/initiatives/modele-fes?reason=Erreur", headers=a.headers | ANY)
    assert removed.status_code == 204
    refused = await catalog.post(restore, headers=a.headers | ANY)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/inspired_by/0")


async def test_what_the_loader_put_in_has_its_revision(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    [loaded] = (await read(catalog, "initiatives/tav-lyon/revisions", as_admin))["items"]
    assert (loaded["version"], loaded["partner"], loaded["key_id"]) == (1, None, None)
    assert loaded["reason"].startswith("loaded from")
