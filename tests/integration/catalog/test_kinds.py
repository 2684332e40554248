"""Every kind of record, with real entries of the data set: made, read, changed, archived; what it may not say."""

import asyncio
from typing import Any

import asyncpg
import httpx
import orjson
import pytest

from services.catalog.kinds import BY_NAME, KINDS
from services.catalog.records.documents import written_of
from services.catalog.records.kinds import Kind
from services.catalog.records.shapes import leaves
from tests.conftest import DATA
from tests.contract.common.new_records import EXAMPLES, new_record
from tests.integration.catalog.data_folder import MAIN, NEWER, Folder
from tests.integration.catalog.partners import ANY, PATCH, Headers, make

V1 = "/catalog/v1"


async def change(catalog: httpx.AsyncClient, address: str, body: dict[str, Any], headers: Headers) -> httpx.Response:
    return await catalog.patch(address, json=body, headers=headers | PATCH | ANY)


async def state_of(url: str, kind: Kind, slug: str) -> dict[str, Any]:
    connection = await asyncpg.connect(url)
    try:
        row = await connection.fetchrow(f"{kind.queries.state} where r.slug = $1", slug)
    finally:
        await connection.close()
    assert row is not None
    state: dict[str, Any] = orjson.loads(row["state"])
    return state


def said(document: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A document without what says nothing: members that are null or empty."""
    if isinstance(document, dict):
        return {name: said(value) for name, value in document.items() if value not in (None, [], {})}
    return [said(item) for item in document] if isinstance(document, list) else document


@pytest.mark.parametrize("kind", [BY_NAME[name] for name in NEWER], ids=lambda kind: kind.name)
async def test_a_real_entry_is_made_read_changed_and_archived(
    catalog: httpx.AsyncClient, as_admin: Headers, catalog_database: str, kind: Kind
) -> None:
    collection = f"{V1}/{kind.collection}"
    row = max(Folder(DATA).lines(NEWER[kind.name]), key=lambda each: len(str(each)))
    slug = f"{row['slug']}-copie"
    head = (await catalog.get(f"{V1}/changes/status")).json()["head"]
    made = await catalog.post(collection, json=row | {"slug": slug}, headers=as_admin)
    assert made.status_code == 201, made.text
    address = made.headers["Location"]
    assert address == f"{collection}/{slug}"

    # What was written is what is read to be written again, references by id, texts with their origin.
    document = written_of(kind, await state_of(catalog_database, kind, slug))
    first = kind.write.model_validate(row).model_dump(mode="json")
    names = {found.value for found in leaves(kind.referring, document)}
    assert len(names) == len({found.value for found in leaves(kind.referring, first)})
    plain = {name for name in first if name not in kind.referring.of} - {"slug", "review_due"}
    texts = [name for name in plain if isinstance(first[name], dict) and "fr" in first[name]]
    for name in texts:
        assert document[name].keys() == first[name].keys(), name
    assert {name: document[name] for name in plain - set(texts) if not _identified(kind, name)} == {
        name: first[name] for name in plain - set(texts) if not _identified(kind, name)
    }

    listed = (await catalog.get(f"{collection}?limit=200&count=true")).json()
    original = (await catalog.get(f"{collection}/{row['slug']}")).json()
    copy = (await catalog.get(address)).json()
    assert {original["id"], copy["id"]} <= {item["id"] for item in listed["items"]}
    own = ("id", "slug", "created_at", "updated_at", "references", "findings")
    assert {n: v for n, v in copy.items() if n not in own} == {n: v for n, v in original.items() if n not in own}

    changed = await change(catalog, address, {"review_due": "2031-01-31", "licence": "CC0-1.0"}, as_admin)
    assert changed.status_code == 200, changed.text
    assert (changed.json()["version"], changed.json()["review_due"], changed.json()["licence"]) == (
        2,
        "2031-01-31",
        "CC0-1.0",
    )
    assert said(written_of(kind, await state_of(catalog_database, kind, slug))) == said(
        document | {"review_due": "2031-01-31", "licence": "CC0-1.0"}
    )
    gone = await catalog.delete(f"{address}?reason=Copie", headers=as_admin | {"If-Match": changed.headers["etag"]})
    assert gone.status_code == 204, gone.text
    assert (await catalog.get(address)).status_code == 410
    after = (await catalog.get(f"{collection}?limit=1&count=true")).json()
    assert after["total"] == listed["total"] - 1
    told = (await catalog.get(f"{V1}/changes?since={head}")).json()["items"]
    assert [(event["type"], event["version"]) for event in told] == [
        (f"{kind.name}.created", 1),
        (f"{kind.name}.updated", 2),
        (f"{kind.name}.archived", 3),
    ]
    assert {event["subject"]["id"] for event in told} == {copy["id"]}


def _identified(kind: Kind, name: str) -> bool:
    """Whether a member's items get ids of their own when they are written."""
    return name in kind.identified.of


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_a_patch_that_says_nothing_new_makes_no_version(
    catalog: httpx.AsyncClient, as_admin: Headers, kind: Kind
) -> None:
    address = f"{V1}/{kind.collection}/{EXAMPLES[kind.name]}"
    before = await catalog.get(address)
    head = (await catalog.get(f"{V1}/changes/status")).json()["head"]
    for body in ({}, {"status": "published"}, {"slug": EXAMPLES[kind.name]}, {"licence": before.json()["licence"]}):
        answer = await change(catalog, address, body, as_admin)
        assert (answer.status_code, answer.json()["version"]) == (200, before.json()["version"]), body
        assert answer.headers["etag"] == before.headers["etag"]
    assert (await catalog.get(f"{V1}/changes/status")).json()["head"] == head


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_a_renamed_record_is_found_under_both_slugs_until_the_old_one_is_released(
    catalog: httpx.AsyncClient, as_admin: Headers, kind: Kind
) -> None:
    collection, old = f"{V1}/{kind.collection}", EXAMPLES[kind.name]
    record = (await catalog.get(f"{collection}/{old}")).json()
    renamed = await change(catalog, f"{collection}/{old}", {"slug": f"{old}-bis"}, as_admin)
    assert (renamed.status_code, renamed.json()["slug"], renamed.json()["id"]) == (200, f"{old}-bis", record["id"])
    for query in ("", "?lang=fr"):
        answer = await catalog.get(f"{collection}/{old}{query}")
        assert (answer.status_code, answer.headers["Location"]) == (308, f"{collection}/{old}-bis{query}")
    assert (await catalog.get(f"{collection}/{old}", follow_redirects=True)).json()["id"] == record["id"]
    answer = await change(catalog, f"{collection}/{old}", {"review_due": "2031-01-31"}, as_admin)
    assert (answer.status_code, answer.headers["Location"]) == (308, f"{collection}/{old}-bis")

    taken = await catalog.post(collection, json=new_record(kind.name, 1, slug=old), headers=as_admin)
    assert (taken.status_code, taken.json()["errors"][0]["pointer"]) == (409, "/slug")
    release = {"collection": kind.collection, "slug": old}
    assert (await catalog.post(f"{V1}/slugs/release", json=release, headers=as_admin)).status_code == 204
    assert (await catalog.get(f"{collection}/{old}")).status_code == 404
    made = await make(catalog, kind.collection, new_record(kind.name, 1, slug=old), as_admin)
    assert (await catalog.get(f"{collection}/{old}")).json()["id"] == made["id"]


async def test_a_record_can_have_its_former_slug_back(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    organizations = f"{V1}/organizations"
    for slug, other in (("lets-food", "lets-food-bis"), ("lets-food-bis", "lets-food"), ("lets-food", "lf")):
        assert (await change(catalog, f"{organizations}/{slug}", {"slug": other}, as_admin)).status_code == 200
        answer = await catalog.get(f"{organizations}/{slug}")
        assert (answer.status_code, answer.headers["Location"]) == (308, f"{organizations}/{other}")
        assert (await catalog.get(f"{organizations}/{other}")).status_code == 200


REFERENCES: list[tuple[str, dict[str, Any], str]] = [
    ("organization", {"territory": "atlantis"}, "/territory"),
    ("initiative", {"territory": "atlantis"}, "/territory"),
    ("initiative", {"carrier": {"organization": "nobody"}}, "/carrier/organization"),
    (
        "initiative",
        {"actors": [{"name": "X", "role": "partner"}, {"organization": "o", "role": "partner"}]},
        "/actors/1",
    ),
    ("initiative", {"adapted_from": ["tav-lyon", "tav-atlantis"]}, "/adapted_from/1"),
    ("initiative", {"inspired_by": ["fes"]}, "/inspired_by/0"),
    ("cooperation", {"parties": [{"territory": "fes"}, {"territory": "atlantis"}]}, "/parties/1/territory"),
    ("territory", {"networks": [{"network": "no-such-network"}]}, "/networks/0/network"),
    ("programme", {"cooperations": ["atlantis-fes"]}, "/cooperations/0"),
    ("census", {"commissioner": "nobody"}, "/commissioner"),
    ("learning_resource", {"series": "no-such-series"}, "/series"),
    ("funding_call", {"programme": "no-such-programme"}, "/programme"),
    ("offer", {"cooperation": "atlantis-fes"}, "/cooperation"),
    ("diagnosis", {"paired_with": "no-such-diagnosis"}, "/paired_with"),
    ("workshop", {"territories": ["fes", "atlantis"]}, "/territories/1"),
    ("priority_action", {"workshop": "no-such-workshop"}, "/workshop"),
    ("priority_action", {"findings": [{"diagnosis": "no-such-diagnosis"}]}, "/findings/0/diagnosis"),
]


@pytest.mark.parametrize(("name", "changes", "pointer"), REFERENCES, ids=lambda each: str(each)[:60])
async def test_what_is_named_has_to_be_there_and_of_its_kind(
    catalog: httpx.AsyncClient, as_admin: Headers, name: str, changes: dict[str, Any], pointer: str
) -> None:
    kind = BY_NAME[name]
    for status in ("draft", "published"):
        body = new_record(name, 1, status=status) | changes
        answer = await catalog.post(f"{V1}/{kind.collection}", json=body, headers=as_admin)
        assert answer.status_code == 422, answer.text
        assert any(error["pointer"].startswith(pointer) for error in answer.json()["errors"]), answer.text
    answer = await change(catalog, f"{V1}/{kind.collection}/{EXAMPLES[name]}", changes, as_admin)
    assert answer.status_code == 422, answer.text


async def test_a_draft_names_drafts_and_what_is_published_does_not(
    catalog: httpx.AsyncClient, as_admin: Headers
) -> None:
    made = await make(catalog, "organizations", new_record("organization", 1, status="draft"), as_admin)
    carried = {"carrier": {"organization": made["slug"]}}
    initiative = new_record("initiative", 1) | carried
    refused = await catalog.post(f"{V1}/initiatives", json=initiative, headers=as_admin)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/carrier/organization")
    draft = await make(catalog, "initiatives", initiative | {"status": "draft"}, as_admin)
    assert draft["carrier"]["organization"]["slug"] == made["slug"]
    address = f"{V1}/initiatives/{draft['slug']}"
    refused = await change(catalog, address, {"status": "published"}, as_admin)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/carrier/organization")
    published = await change(catalog, f"{V1}/organizations/{made['slug']}", {"status": "published"}, as_admin)
    assert published.status_code == 200
    assert (await change(catalog, address, {"status": "published"}, as_admin)).status_code == 200
    for way in ({"status": "draft"}, None):
        organization = f"{V1}/organizations/{made['slug']}"
        answer = (
            await change(catalog, organization, way, as_admin)
            if way
            else await catalog.delete(f"{organization}?reason=Essai", headers=as_admin | ANY)
        )
        assert (answer.status_code, answer.json()["named_by"]) == (
            409,
            [{"kind": "initiative", "slug": draft["slug"]}],
        )


async def test_a_reference_follows_the_renaming_of_what_it_means(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    organization = {"carrier": {"organization": "lets-food"}}
    made = await make(catalog, "initiatives", new_record("initiative", 1) | organization, as_admin)
    assert made["carrier"]["organization"]["slug"] == "lets-food"
    assert (await change(catalog, f"{V1}/organizations/lets-food", {"slug": "lf"}, as_admin)).status_code == 200
    read = (await catalog.get(f"{V1}/initiatives/{made['slug']}?lang=fr")).json()
    assert read["carrier"]["organization"]["slug"] == "lf"
    assert read["version"] == 1


async def test_every_list_of_the_data_set_is_read_whole(catalog: httpx.AsyncClient) -> None:
    for kind in KINDS:
        page = (await catalog.get(f"{V1}/{kind.collection}?limit=200&count=true")).json()
        if kind.name in NEWER:
            slugs = {row["slug"] for row in Folder(DATA).lines(NEWER[kind.name])}
            assert {item["slug"] for item in page["items"]} == slugs, kind.name
        else:
            assert page["total"] >= len(Folder(DATA).lines(MAIN[kind.name]))


MONTPELLIER = {"vrac-et-cocinas", "frcivam-occitanie", "inpact-34", "les-petits-debrouillards"}
"""Facilitators there; the last one is an animator, which is narrower."""

FILTERS = [
    ("organizations?territory=montpellier&role=facilitator", MONTPELLIER),
    ("organizations?kind=university_research", {"chaire-unesco-alimentations-du-monde"}),
    ("programmes?territory=grenoble", {"lets-food-cities", "coopalim"}),
    ("programmes?cooperation=montpellier-fes", {"coopalim", "lets-food-cities"}),
    ("censuses?organization=fao", {"fao-mediterranean-food-initiatives"}),
    ("learning-resources?format=film&in_language=ar", {"film-systeme-alimentaire-fes"}),
    ("learning-resources?territory=guanajuato", {"exposition-lets-food-cities"}),
    ("offers?direction=request&territory=sefrou", {"sefrou-agroecological-chains"}),
    ("offers?country=MA", {"sefrou-agroecological-chains"}),
    ("diagnoses?territory=fes", {"fes-lets-food-cities"}),
    ("diagnoses?bbox=-5.5,33.5,-4.5,34.5", {"fes-lets-food-cities"}),
    ("workshops?territory=castanet-tolosan", {"castanet-tolosan-co-formation"}),
    ("priority-actions?workshop=sefrou-atelier-filieres", {"sefrou-atelier-filieres-1"}),
    ("priority-actions?workshop=fes-projection-film", set()),
]


@pytest.mark.parametrize(("address", "slugs"), FILTERS)
async def test_a_filter_finds_what_fits(catalog: httpx.AsyncClient, address: str, slugs: set[str]) -> None:
    answer = await catalog.get(f"{V1}/{address}&limit=200")
    assert answer.status_code == 200, answer.text
    assert {item["slug"] for item in answer.json()["items"]} == slugs


async def test_an_offer_is_in_no_list_after_its_last_day(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    for number, until in enumerate(("2026-01-31", "2099-12-31", None)):
        made = await make(catalog, "offers", new_record("offer", number, until=until), as_admin)
        assert made["over"] == (until == "2026-01-31")
    listed = (await catalog.get(f"{V1}/offers?territory=fes")).json()["items"]
    assert {item["slug"] for item in listed} == {"essai-offer-1", "essai-offer-2"}
    assert (await catalog.get(f"{V1}/offers/essai-offer-0")).json()["over"]


async def test_a_call_is_open_between_its_days(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    days = (("2020-01-01", "2020-12-31"), ("2020-01-01", "2099-12-31"), ("2099-01-01", "2099-12-31"), (None, None))
    for number, (opens, closes) in enumerate(days):
        await make(catalog, "funding-calls", new_record("funding_call", number, opens=opens, closes=closes), as_admin)
    for wanted, found in (("true", {1, 3}), ("false", {0, 2})):
        listed = (await catalog.get(f"{V1}/funding-calls?open={wanted}&limit=200")).json()["items"]
        assert {item["slug"] for item in listed if item["slug"].startswith("essai-")} == {
            f"essai-funding-call-{number}" for number in found
        }
    wrong = new_record("funding_call", 9, opens="2026-02-01", closes="2026-01-01")
    answer = await catalog.post(f"{V1}/funding-calls", json=wrong, headers=as_admin)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/closes")


async def test_many_changes_of_one_record_at_once_lose_nothing(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    address = f"{V1}/organizations/lets-food"
    etag = (await catalog.get(address)).headers["etag"]
    headers = as_admin | PATCH | {"If-Match": etag}
    answers = await asyncio.gather(
        *(catalog.patch(address, json={"acronym": f"LF{n}"}, headers=headers) for n in range(10))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9
