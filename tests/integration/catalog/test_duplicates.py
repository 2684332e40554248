"""Possible duplicates: named when a record is written, again when they are asked for, never once they are set apart."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from services.catalog.app import create_app
from services.catalog.duplicates.storing import WRITING_PAIRS
from services.catalog.loading.loader import load
from services.catalog.settings import CatalogSettings
from tests.conftest import DATA, running
from tests.integration.catalog.editing import patch
from tests.integration.catalog.partners import (
    ANY,
    INITIATIVE,
    PATCH,
    Headers,
    give_mandate,
    make,
    make_initiative,
    make_partner,
)

V1 = "/catalog/v1"
SOURCES = [{"title": "Étude d'essai"}]
REAL = "pole-logistique-mutualise-lyon"
"""« Pôle logistique mutualisé des épiceries solidaires », in French, English and Arabic."""


def again(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    """The real initiative as somebody else would write it down."""
    return {
        "slug": "encore",
        "title": {"fr": "Pôle logistique mutualisé des épiceries solidaires"},
        "summary": {"fr": "Une plateforme partagée."},
        "territory": "lyon",
        "themes": ["logistics_processing"],
        "sources": SOURCES,
        **changes,
    }


def named(answer: dict[str, Any], slug: str) -> dict[str, Any] | None:
    return next((each for each in answer["possible_duplicates"] if each["slug"] == slug), None)


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ({"fr": "Pôle logistique mutualisé des épiceries solidaires"}, "same_name"),
        ({"fr": "POLE LOGISTIQUE MUTUALISE DES EPICERIES SOLIDAIRES"}, "same_name"),
        ({"fr": "Pole logistic mutualizé des épicerie solidaires"}, "similar_name"),
        ({"fr": "Épiceries solidaires : pôle logistique mutualisé"}, "same_name"),
        ({"fr": "Pôle logistique mutualisé"}, "similar_name"),
    ],
    ids=["same words", "capitals without accents", "misspelt", "other order", "cut short"],
)
async def test_a_new_record_names_what_may_be_the_same(
    catalog: httpx.AsyncClient, as_admin: Headers, title: dict[str, str], reason: str
) -> None:
    made = await make(catalog, "initiatives?lang=en", again(title=title), as_admin)
    found = named(made, REAL)
    assert found is not None
    assert 0.5 <= found["score"] <= 1
    assert {reason, "same_place"} <= {each["code"] for each in found["reasons"]}
    assert any("Lyon" in each["detail"] for each in found["reasons"])


@pytest.mark.parametrize("lang", ["en", "ar"])
async def test_the_same_is_found_in_another_language(catalog: httpx.AsyncClient, as_admin: Headers, lang: str) -> None:
    title = (await catalog.get(f"{V1}/initiatives/{REAL}?lang={lang}")).json()["title"]
    assert title["lang"] == lang
    made = await make(catalog, "initiatives", again(title={lang: title["text"]}), as_admin)
    assert named(made, REAL) is not None


async def test_an_arabic_name_meets_its_latin_spelling(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    place = {"kind": "municipality", "country_code": "MA", "sources": SOURCES}
    point = {"type": "Point", "coordinates": [-5.0, 34.2]}
    first = {**place, "slug": "zaouiat", "name": {"fr": "Sidi Kacem Essaadia"}, "point": point}
    await make(catalog, "territories", first, as_admin)
    second = {**place, "slug": "zawiya", "name": {"ar": "سيدي قاسم السعدية"}, "point": point}
    made = await make(catalog, "territories?lang=ar", second, as_admin)
    found = named(made, "zaouiat")
    assert found is not None
    assert {"near_place"} <= {each["code"] for each in found["reasons"]}


async def test_what_is_elsewhere_or_something_else_is_not_named(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    far = await make(catalog, "initiatives", again(territory="fes"), as_admin)
    assert named(far, REAL) is None
    other = {"fr": "Jardins partagés de la Croix-Rousse"}
    different = await make(catalog, "initiatives", again(slug="autre", title=other), as_admin)
    assert named(different, REAL) is None


async def test_an_id_in_another_system_outweighs_the_names(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    place = {
        "kind": "region",
        "country_code": "MA",
        "sources": SOURCES,
        "external_ids": [{"system": "wikidata", "id": "Q1"}],
    }
    await make(catalog, "territories", {**place, "slug": "a-x", "name": {"fr": "Alpha"}}, as_admin)
    made = await make(catalog, "territories?lang=en", {**place, "slug": "b-x", "name": {"fr": "Oméga"}}, as_admin)
    found = named(made, "a-x")
    assert found is not None
    assert found["reasons"][0] == {"code": "same_id", "detail": "Both are Q1 in wikidata."}


@pytest.mark.parametrize(
    ("collection", "body"),
    [
        (
            "organizations",
            {"slug": "l-f", "name": {"fr": "Lets Food"}, "kinds": ["association"], "sources": SOURCES},
        ),
        (
            "cooperations",
            {
                "slug": "m-f",
                "title": {"en": "Fez and Montpellier"},
                "parties": [{"territory": "fes"}, {"territory": "montpellier"}],
                "description": {"en": "As written by somebody else."},
                "sources": SOURCES,
            },
        ),
        (
            "territories",
            {
                "slug": "m-m",
                "name": {"fr": "Monpellier"},
                "kind": "metropolis",
                "country_code": "FR",
                "point": {"type": "Point", "coordinates": [3.87, 43.61]},
                "sources": SOURCES,
            },
        ),
    ],
)
async def test_other_kinds_have_duplicates_too(
    catalog: httpx.AsyncClient, as_admin: Headers, collection: str, body: dict[str, Any]
) -> None:
    expected = {"organizations": "lets-food", "cooperations": "montpellier-fes", "territories": "montpellier"}
    made = await make(catalog, collection, body, as_admin)
    assert named(made, expected[collection]) is not None


async def test_they_are_there_at_any_time_in_the_readers_language(catalog: httpx.AsyncClient) -> None:
    sentences = {}
    for lang in ("fr", "en", "ar"):
        answer = await catalog.get(f"{V1}/territories/val-de-drome/duplicates?lang={lang}")
        assert answer.status_code == 200
        assert lang in answer.headers["Content-Language"]
        [found] = answer.json()["items"]
        assert found["slug"] == "biovallee"
        sentences[lang] = {each["code"]: each["detail"] for each in found["reasons"]}
    assert sentences["fr"]["near_place"] == "Ils sont à 12 km au plus l'un de l'autre."
    assert sentences["en"]["near_place"] == "They are at most 12 km apart."
    assert "12" in sentences["ar"]["near_place"]


async def test_drafts_are_named_to_their_owner_and_to_moderators_only(
    catalog: httpx.AsyncClient, as_admin: Headers
) -> None:
    a, b = [await make_partner(catalog, as_admin, slug) for slug in ("a", "b")]
    for partner in (a, b):
        await give_mandate(catalog, as_admin, partner, "fes")
    draft = await make_initiative(catalog, a.headers, status="draft")
    published = await make_initiative(catalog, b.headers, slug="le-meme")
    assert named(published, draft["slug"]) is None
    address = f"{V1}/initiatives/le-meme/duplicates"
    for headers, seen in ((a.headers, True), (as_admin, True), (b.headers, False), ({}, False)):
        items = (await catalog.get(address, headers=headers)).json()["items"]
        assert (draft["slug"] in {each["slug"] for each in items}) == seen
    assert (await catalog.get(f"{V1}/initiatives/{draft['slug']}/duplicates", headers=b.headers)).status_code == 404


async def test_publishing_a_draft_names_them_again_and_another_change_does_not(
    catalog: httpx.AsyncClient, as_admin: Headers
) -> None:
    await make(catalog, "initiatives", again(status="draft"), as_admin)
    address, headers = f"{V1}/initiatives/encore", as_admin | PATCH | ANY
    edited = await catalog.patch(address, json={"start_year": 2021}, headers=headers)
    assert "possible_duplicates" not in edited.json()
    published = await catalog.patch(address, json={"status": "published"}, headers=headers)
    assert named(published.json(), REAL) is not None
    renamed = await catalog.patch(address, json={"title": {"fr": "Une tout autre chose"}}, headers=headers)
    assert named(renamed.json(), REAL) is None


async def test_what_was_set_apart_is_never_named_again_from_either_side(
    catalog: httpx.AsyncClient, as_admin: Headers
) -> None:
    await make(catalog, "initiatives", again(), as_admin)
    dismissal = f"{V1}/initiatives/{REAL}/duplicates/encore/dismiss"
    assert (await catalog.post(f"{dismissal}?reason=Deux+lieux", headers=as_admin)).status_code == 204
    assert (await catalog.post(f"{dismissal}?reason=Encore", headers=as_admin)).status_code == 204, "said twice"
    for ref, other in ((REAL, "encore"), ("encore", REAL)):
        items = (await catalog.get(f"{V1}/initiatives/{ref}/duplicates")).json()["items"]
        assert other not in {each["slug"] for each in items}
    written = await catalog.patch(
        f"{V1}/initiatives/encore", json={"title": {"fr": again()["title"]["fr"] + " "}}, headers=as_admin | PATCH | ANY
    )
    assert named(written.json(), REAL) is None
    assert (await pairs(catalog, as_admin)) == []
    [pair] = await pairs(catalog, as_admin, "dismissed")
    assert pair["reason"] == "Deux lieux"
    assert pair["dismissed_by"]["slug"] == "lets-food"
    assert pair["dismissed_at"]
    back = f"{V1}/initiatives/encore/duplicates/{REAL}/reconsider"
    assert (await catalog.post(back, headers=as_admin)).status_code == 204
    assert (await catalog.post(back, headers=as_admin)).status_code == 404
    items = (await catalog.get(f"{V1}/initiatives/encore/duplicates")).json()["items"]
    assert REAL in {each["slug"] for each in items}


async def pairs(catalog: httpx.AsyncClient, headers: Headers, status: str = "open") -> list[dict[str, Any]]:
    answer = await catalog.get(f"{V1}/duplicates?collection=initiatives&status={status}", headers=headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_moderators_list_open_pairs_until_one_of_the_two_is_gone(
    catalog: httpx.AsyncClient, as_admin: Headers
) -> None:
    made = await make(catalog, "initiatives", again(), as_admin)
    [pair] = await pairs(catalog, as_admin)
    assert {pair["first"]["slug"], pair["second"]["slug"]} == {"encore", REAL}
    assert pair["score"] == named(made, REAL)["score"]  # type: ignore[index]  # it is there
    assert (await catalog.get(f"{V1}/duplicates?collection=territories", headers=as_admin)).json()["items"] == []
    gone = await catalog.delete(f"{V1}/initiatives/encore?reason=Doublon", headers=as_admin | ANY)
    assert gone.status_code == 204
    assert await pairs(catalog, as_admin) == []
    assert REAL not in str((await catalog.get(f"{V1}/initiatives/{REAL}/duplicates")).json())


async def test_a_pair_that_is_found_again_keeps_its_id_and_moment(
    catalog: httpx.AsyncClient, as_admin: Headers
) -> None:
    await make(catalog, "initiatives", again(), as_admin)
    [before] = await pairs(catalog, as_admin)
    answer = await patch(catalog, "initiatives/encore", {"title": {"fr": "Pole logistique mutualisé"}}, as_admin)
    [after] = await pairs(catalog, as_admin)
    assert after["score"] == named(answer.json(), REAL)["score"] != before["score"]  # type: ignore[index]  # it is there
    assert (after["id"], after["found_at"]) == (before["id"], before["found_at"])
    await patch(catalog, "initiatives/encore", {"title": {"fr": "Jardin des plantes"}}, as_admin)
    assert await pairs(catalog, as_admin) == []
    restored = await catalog.post(f"{V1}/initiatives/encore/revisions/1/restore", headers=as_admin | ANY)
    assert restored.status_code == 200, restored.text
    assert [pair["score"] for pair in await pairs(catalog, as_admin)] == [before["score"]]


async def test_who_writes_what_is_alike_at_once_is_not_in_each_others_way(
    catalog: httpx.AsyncClient, as_admin: Headers
) -> None:
    slugs = [f"encore-{number}" for number in range(5)]
    for slug in slugs:
        await make(catalog, "initiatives", again(slug=slug), as_admin)

    async def edit(slug: str) -> set[int]:
        titles = [f"Pôle logistique mutualisé des épiceries {word}" for word in ("sociales", "solidaires") * 4]
        return {
            (await patch(catalog, f"initiatives/{slug}", {"title": {"fr": title}}, as_admin)).status_code
            for title in titles
        }

    assert await asyncio.gather(*(edit(slug) for slug in slugs)) == [{200}] * len(slugs)
    assert len(await pairs(catalog, as_admin)) == 6 * 5 / 2, "each with each, and with the real one"


async def test_a_pair_that_somebody_else_finds_meanwhile_stays(
    catalog: httpx.AsyncClient, as_admin: Headers, catalog_database: str
) -> None:
    mine = await make(catalog, "initiatives", again(), as_admin)
    other = await make(catalog, "initiatives", again(slug="jardin", title={"fr": "Jardin des plantes"}), as_admin)
    somebody = await asyncpg.connect(catalog_database)
    async with somebody.transaction():
        await somebody.execute(WRITING_PAIRS.text)
        patching = asyncio.create_task(
            patch(catalog, "initiatives/encore", {"title": {"fr": "Pole logistique mutualisé"}}, as_admin)
        )
        await waits_for_a_lock(somebody)
        first, second = sorted((mine["id"], other["id"]))
        await somebody.execute(
            "insert into duplicate_pair (first_id, second_id, id, kind, score, found_at)"
            " values ($1, $2, gen_random_uuid(), 'initiative', 0.8, now())",
            first,
            second,
        )
    assert (await patching).status_code == 200
    await somebody.close()
    found = {frozenset((pair["first"]["slug"], pair["second"]["slug"])) for pair in await pairs(catalog, as_admin)}
    assert found == {frozenset(("encore", REAL)), frozenset(("encore", "jardin"))}


async def waits_for_a_lock(connection: asyncpg.Connection) -> None:
    """Until somebody waits in this database."""
    waiting = (
        "select count(*) from pg_locks where not granted"
        " and database = (select oid from pg_database where datname = current_database())"
    )
    async with asyncio.timeout(20):
        while not await connection.fetchval(waiting):  # noqa: ASYNC110 - asks the database
            await asyncio.sleep(0.05)


async def test_a_partner_sets_apart_only_what_it_may_change(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    a, b = [await make_partner(catalog, as_admin, slug) for slug in ("a", "b")]
    await give_mandate(catalog, as_admin, a, "fes")
    await make_initiative(catalog, a.headers)
    await make_initiative(catalog, as_admin, slug="le-meme")
    address = f"{V1}/initiatives/le-meme/duplicates/{INITIATIVE['slug']}/dismiss?reason=Deux+choses"
    assert (await catalog.post(address, headers=b.headers)).status_code == 404
    assert (await catalog.post(address, headers=a.headers)).status_code == 204


async def test_a_record_and_itself_are_no_pair(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    answer = await catalog.post(f"{V1}/initiatives/{REAL}/duplicates/{REAL}/dismiss?reason=why", headers=as_admin)
    assert answer.status_code == 409


async def test_records_that_the_previous_release_wrote_are_found_once_the_loader_ran(
    catalog_database: str, as_admin: Headers
) -> None:
    app = create_app(CatalogSettings(database_url=catalog_database))
    async with running(app) as catalog:
        await app.state.catalog.database.pool.execute("delete from duplicate_block")
        unseen = await make(catalog, "initiatives", again(), as_admin)
        assert named(unseen, REAL) is None
        await load(catalog_database, DATA)
        items = (await catalog.get(f"{V1}/initiatives/encore/duplicates")).json()["items"]
        assert REAL in {each["slug"] for each in items}
