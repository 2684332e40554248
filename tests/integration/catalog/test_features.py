"""Lists as GeoJSON, thousands of features in one answer."""

import asyncio

import httpx
import pytest

from services.catalog.app import create_app
from services.catalog.settings import CatalogSettings
from services.common.http import spooled
from tests.conftest import running

GEOJSON = {"Accept": "application/geo+json", "Accept-Language": "ar"}
LISTS = ("territories", "initiatives", "cooperations", "offers", "organizations")
ALL = "/catalog/v1/initiatives?limit=10000"


@pytest.mark.parametrize("collection", LISTS)
async def test_a_large_answer_has_the_features_of_the_pages(catalog: httpx.AsyncClient, collection: str) -> None:
    path, paged, pages = f"/catalog/v1/{collection}", [], []
    cursor = ""
    while True:
        page = await catalog.get(f"{path}?limit=150{cursor}", headers=GEOJSON)
        pages.append(page)
        paged += page.json()["features"]
        if not page.json()["next"]:
            break
        cursor = f"&cursor={page.json()['next']}"

    whole = await catalog.get(f"{path}?limit=10000&count=true", headers=GEOJSON)

    assert whole.json() == {"type": "FeatureCollection", "features": paged, "next": None, "total": len(paged)}
    assert whole.headers["content-type"] == "application/geo+json"
    assert int(whole.headers["content-length"]) == len(whole.content)
    languages = {lang for page in pages for lang in page.headers["content-language"].split(", ")}
    assert set(whole.headers["content-language"].split(", ")) == languages
    assert whole.headers["vary"] == pages[0].headers["vary"]
    assert "link" not in whole.headers


async def test_one_that_is_cut_off_says_where_to_go_on(catalog: httpx.AsyncClient) -> None:
    whole = (await catalog.get(ALL, headers=GEOJSON)).json()["features"]
    first = await catalog.get("/catalog/v1/initiatives?limit=700", headers=GEOJSON)
    address = first.headers["link"].removeprefix("<").partition(">")[0]
    second = await catalog.get(address, headers=GEOJSON)

    assert first.json()["next"] in address
    assert [len(each.json()["features"]) for each in (first, second)] == [700, len(whole) - 700]
    assert first.json()["features"] + second.json()["features"] == whole


@pytest.mark.parametrize("limit", [201, 1275, 1276, 1277])
async def test_the_next_cursor_is_there_exactly_when_there_is_more(catalog: httpx.AsyncClient, limit: int) -> None:
    everything = len((await catalog.get(ALL, headers=GEOJSON)).json()["features"])
    answer = (await catalog.get(f"/catalog/v1/initiatives?limit={limit}", headers=GEOJSON)).json()
    assert len(answer["features"]) == min(limit, everything)
    assert (answer["next"] is not None) == (limit < everything)


async def test_filters_hold_and_nothing_found_is_an_empty_collection(catalog: httpx.AsyncClient) -> None:
    french = await catalog.get("/catalog/v1/territories?country=FR&limit=5000", headers=GEOJSON)
    nowhere = await catalog.get("/catalog/v1/territories?bbox=-30,-60,-29,-59&limit=5000", headers=GEOJSON)
    assert {feature["properties"]["country_code"] for feature in french.json()["features"]} == {"FR"}
    assert nowhere.json() == {"type": "FeatureCollection", "features": [], "next": None}


async def test_whoever_has_the_very_answer_is_told_so(catalog: httpx.AsyncClient) -> None:
    first = await catalog.get(ALL, headers=GEOJSON)
    again = await catalog.get(ALL, headers=GEOJSON | {"If-None-Match": first.headers["etag"]})
    french = await catalog.get(ALL, headers=GEOJSON | {"If-None-Match": first.headers["etag"], "Accept-Language": "fr"})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert "content-type" not in again.headers
    assert french.status_code == 200
    assert french.headers["etag"] != first.headers["etag"]


async def test_other_answers_keep_to_pages_of_200(catalog: httpx.AsyncClient) -> None:
    for path, headers in (
        ("/catalog/v1/initiatives?limit=201", {}),
        ("/catalog/v1/initiatives?limit=10001", GEOJSON),
        ("/catalog/v1/networks?limit=201", GEOJSON),
        ("/catalog/v1/learning-resources?limit=201", GEOJSON),
    ):
        answer = await catalog.get(path, headers=headers)
        assert answer.status_code == 400, path
        assert [error["pointer"] for error in answer.json()["errors"]] == ["?limit"]


async def test_an_error_on_the_way_is_a_problem_and_no_half_answer(
    catalog: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, pieces = spooled.Spool.add, []

    async def failing(spool: spooled.Spool, piece: bytes) -> None:
        pieces.append(piece)
        if len(pieces) == 5:
            raise TimeoutError
        await add(spool, piece)

    monkeypatch.setattr(spooled.Spool, "add", failing)
    answer = await catalog.get(ALL, headers=GEOJSON)
    monkeypatch.undo()
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/overloaded")
    assert (await catalog.get(ALL, headers=GEOJSON)).status_code == 200


async def test_who_finds_no_room_is_told_to_come_back(catalog_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spooled, "KEPT_AT_ONCE", 1)
    app = create_app(CatalogSettings(database_url=catalog_database, pool_timeout_s=0.1))
    async with running(app) as client:
        async with app.state.catalog.room.keeping():
            answer = await client.get(ALL, headers=GEOJSON)
            page = await client.get("/catalog/v1/initiatives?limit=200", headers=GEOJSON)
        again = await client.get(ALL, headers=GEOJSON)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert (page.status_code, again.status_code) == (200, 200)


async def test_several_at_once_get_the_same_and_leave_connections_free(catalog_database: str) -> None:
    app = create_app(CatalogSettings(database_url=catalog_database, pool_size=2, pool_timeout_s=20))
    async with running(app) as client:
        answers = await asyncio.gather(*(client.get(ALL, headers=GEOJSON) for _ in range(6)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.headers["etag"] for answer in answers}) == 1
        assert app.state.catalog.database.connections()["reads"]["used"] == 0


async def test_head_tells_the_length_alone(catalog: httpx.AsyncClient) -> None:
    whole = await catalog.get(ALL, headers=GEOJSON)
    head = await catalog.head(ALL, headers=GEOJSON)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == whole.headers["content-length"]
    assert head.headers["etag"] == whole.headers["etag"]
