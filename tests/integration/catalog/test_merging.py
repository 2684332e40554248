"""Merging: one record stands for two, both addresses lead to it, whoever named the one names the other."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from services.catalog.editing.merging import service
from services.catalog.loading.loader import load
from tests.conftest import DATA
from tests.integration.catalog.data_folder import Folder
from tests.integration.catalog.editing import V1, actions, events, head, merge, patch, read, step, told, took
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

SOURCES = INITIATIVE["sources"]
FES = f"{V1}/territories/fes"


async def organization(catalog: httpx.AsyncClient, headers: Headers, slug: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any member
    body = {"slug": slug, "name": {"fr": slug.title()}, "kinds": ["association"], "sources": SOURCES}
    return await make(catalog, "organizations", body | more, headers)


async def territory(catalog: httpx.AsyncClient, headers: Headers, slug: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any member
    body = {"slug": slug, "name": {"fr": slug.title()}, "kind": "municipality", "country_code": "MA"}
    return await make(catalog, "territories", body | {"sources": SOURCES} | more, headers)


async def test_both_addresses_lead_to_the_survivor(catalog: httpx.AsyncClient, as_admin: Headers, a: Partner) -> None:
    loser = await make_initiative(catalog, a.headers, slug="doublon-fes")
    survivor = await make_initiative(catalog, a.headers)
    await patch(catalog, "initiatives/doublon-fes", {"slug": "doublon-renomme-fes"}, a.headers)
    since = await head(catalog)
    assert (await merge(catalog, "initiatives/doublon-renomme-fes", survivor["slug"], a.headers)).status_code == 403
    done = await merge(catalog, "initiatives/doublon-renomme-fes", survivor["slug"], as_admin)
    assert done.status_code == 200, done.text
    assert done.json() == {
        "id": loser["id"],
        "version": 3,
        "merged_into": {"id": survivor["id"], "slug": survivor["slug"]},
        "repointed": 0,
    }
    for ref in (loser["id"], "doublon-renomme-fes", "doublon-fes"):
        answer = await catalog.get(f"{V1}/initiatives/{ref}?lang=fr")
        assert answer.status_code == 308, ref
        assert answer.headers["location"] == f"{V1}/initiatives/{survivor['slug']}?lang=fr"
        assert (await catalog.get(answer.headers["location"])).json()["id"] == survivor["id"]
    [change] = await told(catalog, since)
    assert (change["type"], change["version"], change["data"]) == ("initiative.merged", 3, None)
    assert (change["subject"]["id"], change["merged_into"]) == (loser["id"], survivor["id"])
    assert loser["id"] not in (await catalog.get(f"{V1}/snapshot")).text
    assert "doublon" not in (await catalog.get(f"{V1}/initiatives?territory=fes&limit=200")).text
    for path in ("doublon-renomme-fes", loser["id"]):
        for write in (
            await patch(catalog, f"initiatives/{path}", {"start_year": 2020}, as_admin),
            await step(catalog, f"initiatives/{path}", "confirm", as_admin),
            await merge(catalog, f"initiatives/{path}", "tav-lyon", as_admin),
            await catalog.delete(f"{V1}/initiatives/{path}?reason=why", headers=as_admin | ANY),
        ):
            assert write.status_code == 308
            assert f"/initiatives/{survivor['slug']}" in write.headers["location"]
    assert await actions(catalog, f"initiatives/{loser['id']}") == [(2, "changed"), (1, "created")]
    newest, *_ = (await read(catalog, f"initiatives/{loser['id']}/revisions", as_admin))["items"]
    assert (newest["action"], newest["status"], newest["reason"]) == ("merged", "merged", "Doublon")


async def test_a_chain_of_merges_leads_to_its_end(catalog: httpx.AsyncClient, as_admin: Headers, a: Partner) -> None:
    made = [await make_initiative(catalog, a.headers, slug=f"maillon-{n}") for n in range(4)]
    since = await head(catalog)
    for n in (0, 2, 1):
        done = await merge(catalog, f"initiatives/maillon-{n}", f"maillon-{n + 1}", as_admin)
        assert done.status_code == 200, done.text
    for record in made[:3]:
        for ref in (record["id"], record["slug"]):
            answer = await catalog.get(f"{V1}/initiatives/{ref}")
            assert (answer.status_code, answer.headers["location"]) == (308, f"{V1}/initiatives/maillon-3")
    assert {change["merged_into"] for change in await told(catalog, since)} == {made[3]["id"]}, "as it stands now"
    back = await merge(catalog, "initiatives/maillon-3", "maillon-0", as_admin)
    assert (back.status_code, back.json()["errors"][0]["code"]) == (422, "itself"), "no circle"
    assert (await catalog.delete(f"{V1}/initiatives/maillon-3?reason=Fin", headers=as_admin | ANY)).status_code == 204
    moved = await catalog.get(f"{V1}/initiatives/maillon-0")
    assert (await catalog.get(moved.headers["location"])).status_code == 410


async def test_every_record_that_named_it_names_the_survivor(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner
) -> None:
    loser = await organization(catalog, as_admin, "association-en-double")
    survivor = await organization(catalog, as_admin, "association")
    actors = [{"organization": "association-en-double", "role": "partner"}]
    published = await make_initiative(catalog, a.headers, carrier={"organization": "association-en-double"})
    await make_initiative(catalog, a.headers, slug="brouillon-fes", status="draft", actors=actors)
    await make_initiative(catalog, a.headers, slug="renvoye-fes", status="submitted", actors=actors)
    await took(catalog, "initiatives/renvoye-fes", "send_back", as_admin, "La source manque.")
    await make_initiative(catalog, a.headers, slug="archive-fes", actors=actors)
    await catalog.delete(f"{V1}/initiatives/archive-fes?reason=Fin", headers=a.headers | ANY)
    since = await head(catalog)
    done = await merge(catalog, "organizations/association-en-double", "association", as_admin)
    assert (done.status_code, done.json()["repointed"]) == (200, 3), done.text
    assert await events(catalog, since) == [("organization.merged", 2), ("initiative.updated", 2)]
    now = await read(catalog, f"initiatives/{published['slug']}")
    assert now["carrier"]["organization"]["id"] == survivor["id"]
    assert now["review_due"] == published["review_due"], "nobody has looked whether it still is so"
    for slug, status in (("brouillon-fes", "draft"), ("renvoye-fes", "needs_update")):
        draft = await read(catalog, f"initiatives/{slug}", a.headers)
        assert (draft["actors"][0]["organization"]["slug"], draft["status"]) == ("association", status)
        newest = (await read(catalog, f"initiatives/{slug}/revisions", a.headers))["items"][0]
        assert (newest["action"], newest["reason"], newest["partner"]["slug"]) == ("repointed", "Doublon", "lets-food")
    # Reopened, what was archived then can be published as it is: what it names is the survivor now.
    await took(catalog, "initiatives/archive-fes", "reopen", a.headers)
    await took(catalog, "initiatives/archive-fes", "publish", a.headers)
    reopened = await read(catalog, "initiatives/archive-fes")
    assert reopened["actors"][0]["organization"]["id"] == survivor["id"]
    # Who still writes with what it knew, by id or slug, is understood.
    for ref in (loser["id"], loser["slug"]):
        answer = await patch(catalog, "initiatives/brouillon-fes", {"carrier": {"organization": ref}}, a.headers)
        assert answer.json()["carrier"]["organization"]["id"] == survivor["id"]
    removed = await catalog.delete(f"{V1}/organizations/association?reason=why", headers=as_admin | ANY)
    assert removed.status_code == 409, "it is in use now"


async def test_a_territory_takes_its_parties_members_mandates_and_initiatives_along(
    catalog: httpx.AsyncClient, as_admin: Headers
) -> None:
    await territory(catalog, as_admin, "fes-bis", networks=[{"network": "mufpp"}])
    b = await make_partner(catalog, as_admin, "b")
    mandate = await give_mandate(catalog, as_admin, b, "fes-bis")
    await make_initiative(catalog, b.headers, slug="essai-bis", territory="fes-bis")
    before = await read(catalog, "cooperations/montpellier-fes")
    parties = [
        {"territory": party["territory"]["id"], "role": party["role"] and party["role"]["code"]}
        for party in before["parties"]
    ]
    both = [*parties, {"territory": "fes-bis", "role": None}]
    assert (await patch(catalog, "cooperations/montpellier-fes", {"parties": both}, as_admin)).status_code == 200
    since = await head(catalog)
    done = await merge(catalog, "territories/fes-bis", "fes", as_admin)
    assert (done.status_code, done.json()["repointed"]) == (200, 2), done.text
    cooperation = await read(catalog, "cooperations/montpellier-fes")
    assert [party["territory"]["slug"] for party in cooperation["parties"]] == [
        party["territory"]["slug"] for party in before["parties"]
    ]
    assert (await read(catalog, "initiatives/essai-bis"))["territory"]["slug"] == "fes"
    assert (await read(catalog, f"mandates/{mandate['id']}", as_admin))["territory_id"] == (
        await read(catalog, "territories/fes")
    )["id"]
    assert (await patch(catalog, "territories/fes", {"point_note": "Médina"}, b.headers)).status_code == 200
    assert [kind for kind, _ in await events(catalog, since)][:1] == ["territory.merged"]


async def test_a_network_keeps_its_members_once_each(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    network = {"slug": "reseau-bis", "name": "Réseau", "kind": "project", "sources": SOURCES}
    await make(catalog, "networks", network | {"description": {"fr": "Le même."}}, as_admin)
    memberships = [{"network": "reseau-bis", "since": 2019}, {"network": "mufpp", "since": 2015}]
    for slug in ("fes", "lyon"):
        kept = memberships if slug == "fes" else memberships[:1]
        assert (await patch(catalog, f"territories/{slug}", {"networks": kept}, as_admin)).status_code == 200
    done = await merge(catalog, "networks/reseau-bis", "mufpp", as_admin)
    assert (done.status_code, done.json()["repointed"]) == (200, 2), done.text
    for slug in ("fes", "lyon"):
        found = (await read(catalog, f"territories/{slug}"))["networks"]
        assert [each["slug"] for each in found] == ["mufpp"]


async def test_what_would_be_nonsense_is_refused_and_named(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    exchange = {"from_territory": "fes", "to_territory": "montpellier", "theme": "food_waste", "sources": SOURCES}
    changed = await patch(catalog, "cooperations/montpellier-fes", {"exchanges": [exchange]}, as_admin)
    assert changed.status_code == 200, changed.text
    since = await head(catalog)
    answer = await merge(catalog, "territories/fes", "montpellier", as_admin)
    assert answer.status_code == 409
    assert answer.json()["record"] == {"collection": "cooperations", "slug": "montpellier-fes"}
    assert answer.json()["errors"]
    assert (await catalog.get(FES)).status_code == 200
    assert await events(catalog, since) == [], "nothing of it has happened"


async def test_lineage_makes_no_circle_by_merging(catalog: httpx.AsyncClient, as_admin: Headers, a: Partner) -> None:
    for slug, above in (("aieule", []), ("mere", ["aieule"]), ("fille", ["mere"])):
        await make_initiative(catalog, a.headers, slug=slug, inspired_by=above)
    answer = await merge(catalog, "initiatives/fille", "aieule", as_admin)
    assert answer.status_code == 200, "nobody descends from her"
    assert (await merge(catalog, "initiatives/aieule", "mere", as_admin)).status_code == 200
    assert (await read(catalog, "initiatives/mere"))["inspired_by"] == [], "nothing names itself"
    for slug, above in (("x", []), ("y", ["x"]), ("z", ["y"])):
        await make_initiative(catalog, a.headers, slug=slug, inspired_by=above)
    circle = await merge(catalog, "initiatives/x", "z", as_admin)
    assert (circle.status_code, circle.json()["record"]["slug"]) == (409, "y")


async def test_what_a_record_cannot_be_merged_into(catalog: httpx.AsyncClient, as_admin: Headers, a: Partner) -> None:
    mine = await make_initiative(catalog, a.headers)
    await make_initiative(catalog, a.headers, slug="brouillon-fes", status="draft")
    await make_initiative(catalog, a.headers, slug="archive-fes")
    await catalog.delete(f"{V1}/initiatives/archive-fes?reason=Fin", headers=a.headers | ANY)
    address = f"initiatives/{mine['slug']}"
    for into, code in (
        (mine["slug"], "itself"),
        (mine["id"], "itself"),
        ("brouillon-fes", "unknown_record"),
        ("archive-fes", "unknown_record"),
        ("fes", "unknown_record"),
        ("atlantis", "unknown_record"),
    ):
        answer = await merge(catalog, address, into, as_admin)
        assert answer.status_code == 422, into
        [error] = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/into", code)
    assert (await merge(catalog, "initiatives/archive-fes", mine["slug"], as_admin)).status_code == 410
    stale = as_admin | {"If-Match": '"7-ab"'}
    body = {"into": "tav-lyon"}
    assert (await catalog.post(f"{V1}/{address}/merge", json=body, headers=stale)).status_code == 412
    assert (await catalog.post(f"{V1}/{address}/merge", json=body, headers=as_admin)).status_code == 428
    assert (await read(catalog, address))["version"] == 1
    # A draft is merged into what is published already, without a trace in the feed.
    since = await head(catalog)
    assert (await merge(catalog, "initiatives/brouillon-fes", mine["slug"], as_admin)).status_code == 200
    assert await events(catalog, since) == []
    assert (await catalog.get(f"{V1}/initiatives/brouillon-fes", headers=a.headers)).status_code == 308


async def test_two_merges_at_once_make_one_survivor_and_no_circle(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner
) -> None:
    for number in range(5):
        x, y = f"jumelle-{number}-a", f"jumelle-{number}-b"
        for slug in (x, y):
            await make_initiative(catalog, a.headers, slug=slug)
        answers = await asyncio.gather(
            merge(catalog, f"initiatives/{x}", y, as_admin), merge(catalog, f"initiatives/{y}", x, as_admin)
        )
        assert sorted(answer.status_code for answer in answers) == [200, 422], [answer.text for answer in answers]
        found = [await catalog.get(f"{V1}/initiatives/{slug}") for slug in (x, y)]
        assert sorted(answer.status_code for answer in found) == [200, 308]


async def test_merging_among_editors_loses_no_edit(catalog: httpx.AsyncClient, as_admin: Headers, a: Partner) -> None:
    """Editors write records that name the loser, by its slug, while it is merged."""
    survivor = await organization(catalog, as_admin, "association")
    await organization(catalog, as_admin, "association-en-double")
    slugs = [f"essai-{number}" for number in range(8)]
    for slug in slugs:
        await make_initiative(catalog, a.headers, slug=slug, carrier={"organization": "association-en-double"})

    async def edit(slug: str) -> list[int]:
        statuses = []
        for year in range(2001, 2011):
            body = {"start_year": year, "carrier": {"organization": "association-en-double", "name": str(year)}}
            statuses.append((await patch(catalog, f"initiatives/{slug}", body, a.headers)).status_code)
        return statuses

    async def merge_later() -> httpx.Response:
        await asyncio.sleep(0.3)
        for _ in range(10):
            answer = await merge(catalog, "organizations/association-en-double", "association", as_admin)
            if answer.status_code == 200:
                break
        return answer

    merging = asyncio.create_task(merge_later())
    edited = await asyncio.gather(*(edit(slug) for slug in slugs))
    merged = await merging
    assert merged.status_code == 200, merged.text
    assert {status for statuses in edited for status in statuses} == {200}
    for slug in slugs:
        now = await read(catalog, f"initiatives/{slug}")
        assert (now["start_year"], now["carrier"]["name"]) == (2010, "2010")
        assert now["carrier"]["organization"]["id"] == survivor["id"]
        versions = await actions(catalog, f"initiatives/{slug}", a.headers)
        assert [version for version, _ in versions] == list(range(len(versions), 0, -1))
        assert [action for _, action in versions].count("repointed") <= 1


async def test_more_than_one_transaction_should_rewrite_is_refused(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_REPOINTED", 2)
    await organization(catalog, as_admin, "association")
    await organization(catalog, as_admin, "association-en-double")
    for number in range(3):
        carrier = {"organization": "association-en-double"}
        await make_initiative(catalog, a.headers, slug=f"essai-{number}", carrier=carrier)
    answer = await merge(catalog, "organizations/association-en-double", "association", as_admin)
    assert (answer.status_code, "2" in answer.json()["detail"]) == (409, True)
    await patch(catalog, "initiatives/essai-0", {"carrier": None}, a.headers)
    assert (await merge(catalog, "organizations/association-en-double", "association", as_admin)).status_code == 200


async def test_the_data_set_is_loaded_again_after_a_merge(
    catalog: httpx.AsyncClient, as_admin: Headers, catalog_database: str, tmp_path: Path
) -> None:
    await territory(catalog, as_admin, "lyon-bis", country_code="FR")
    await make_initiative(catalog, as_admin, slug="essai-lyon", territory="lyon")
    await merge(catalog, "initiatives/essai-lyon", "tav-lyon", as_admin)
    assert (await merge(catalog, "territories/lyon", "lyon-bis", as_admin)).status_code == 200
    folder = Folder(Path(shutil.copytree(DATA, tmp_path / "data")))
    rows = folder.lines("initiatives")
    lyon = next(row["slug"] for row in rows if row["territory"] == "lyon")
    folder.write("initiatives", [row | {"start_year": 1999} if row["slug"] == lyon else row for row in rows])
    report = await load(catalog_database, folder.path)
    assert report.errors == []
    assert (await catalog.get(f"{V1}/territories/lyon")).status_code == 308
    corrected = await read(catalog, f"initiatives/{lyon}")
    assert (corrected["territory"]["slug"], corrected["start_year"]) == ("lyon-bis", 1999), "a merge is no edit of it"


async def test_what_a_row_or_a_patch_names_apart_and_is_one_by_now_is_named_once(
    catalog: httpx.AsyncClient, as_admin: Headers, catalog_database: str, tmp_path: Path
) -> None:
    assert (await merge(catalog, "networks/urbact", "mufpp", as_admin)).status_code == 200
    folder = Folder(Path(shutil.copytree(DATA, tmp_path / "data")))
    both = ("mufpp", "urbact")
    territories = folder.lines("territories")
    lyon = next(row for row in territories if row["slug"] == "lyon")
    assert set(both) <= set(lyon["networks"])
    lyon["population"] = 1
    folder.write("territories", territories)
    report = await load(catalog_database, folder.path)
    assert report.errors == []
    now = await read(catalog, "territories/lyon")
    assert now["population"]["value"] == 1
    assert [each["slug"] for each in now["networks"]].count("mufpp") == 1
    named = await patch(catalog, "territories/fes", {"networks": [{"network": each} for each in both]}, as_admin)
    assert named.status_code == 200, named.text
    assert [each["slug"] for each in named.json()["networks"]] == ["mufpp"]


async def test_a_slug_is_released_by_moderators_once_it_is_free(
    catalog: httpx.AsyncClient, as_admin: Headers, a: Partner, catalog_database: str
) -> None:
    made = await make_initiative(catalog, a.headers)
    slug = made["slug"]
    release, body = f"{V1}/slugs/release", {"collection": "initiatives", "slug": slug}
    assert (await catalog.post(release, json=body, headers=a.headers)).status_code == 403
    assert (await catalog.post(release, json=body, headers=as_admin)).status_code == 409
    assert (await catalog.post(release, json=body | {"slug": "atlantis"}, headers=as_admin)).status_code == 404
    await catalog.delete(f"{V1}/initiatives/{slug}?reason=Fin", headers=a.headers | ANY)
    taken = await catalog.post(f"{V1}/initiatives", json=INITIATIVE, headers=a.headers)
    assert taken.status_code == 409
    assert (await catalog.post(release, json=body, headers=as_admin)).status_code == 204
    another = await make_initiative(catalog, a.headers)
    assert another["id"] != made["id"]
    assert (await catalog.get(f"{V1}/initiatives/{made['id']}")).status_code == 410
    await patch(catalog, f"initiatives/{slug}", {"slug": "marche-renomme-fes"}, a.headers)
    assert (await catalog.get(f"{V1}/initiatives/{slug}")).status_code == 308
    assert (await catalog.post(release, json=body, headers=as_admin)).status_code == 204
    assert (await catalog.get(f"{V1}/initiatives/{slug}")).status_code == 404
    connection = await asyncpg.connect(catalog_database)
    try:
        assert await connection.fetchval("select count(*) from former_slug where slug = $1", slug) == 0
    finally:
        await connection.close()
