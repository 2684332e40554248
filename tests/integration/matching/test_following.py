"""Matching keeps in step with the catalog, through restarts and outages, on a real PostgreSQL."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from services.common.database import Database, sqlalchemy_url
from services.common.feed.follower import Change
from services.matching.profiles.sink import ProfileSink
from services.matching.profiles.store import ProfileStore
from services.matching.tables import matching_metadata

if TYPE_CHECKING:
    from tests.integration.matching.conftest import FollowedCatalog, Start

State = dict[str, Any]
Eventually = Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]


async def partners(client: httpx.AsyncClient, ref: str) -> list[str]:
    answer = await client.get(f"/matching/v1/territories/{ref}/matches")
    return [item["territory"]["slug"] for item in answer.json()["items"]]


async def test_the_snapshot_becomes_profiles(start: "Start", two_cities: "FollowedCatalog") -> None:
    follower = await start()
    status = (await follower.client.get("/matching/v1/status")).json()
    assert (status["territories"], status["rankable"], status["unreadable"]) == (3, 2, 0)
    assert (status["behind"], status["last_error"]) == (0, None)
    assert await partners(follower.client, "montpellier") == ["fes"]
    assert (await follower.client.get("/matching/health/ready")).status_code == 200
    assert two_cities.snapshots == 1


async def test_a_change_is_in_the_next_answer(
    start: "Start", two_cities: "FollowedCatalog", territory: Callable[..., State]
) -> None:
    follower = await start()
    await two_cities.publish("territory", territory("sfax", ["changing_diets"], version=2))
    await follower.caught_up()
    assert await partners(follower.client, "montpellier") == ["fes", "sfax"]
    await two_cities.archive("territory", "id-fes")
    await follower.caught_up()
    assert await partners(follower.client, "montpellier") == ["sfax"]
    assert (await follower.client.get("/matching/v1/territories/fes/matches")).status_code == 404


async def test_a_label_and_the_name_of_a_network_reach_every_answer(
    start: "Start", two_cities: "FollowedCatalog"
) -> None:
    follower = await start()
    problems = {**two_cities.states["vocabulary", "vocabulary-problems"], "version": 2}
    problems["terms"] = [{**term, "label": {"fr": "Nouveau", "en": "New", "ar": "جديد"}} for term in problems["terms"]]
    network = {**two_cities.states["network", "id-mufpp"], "name": "Renamed", "version": 2}
    await two_cities.publish("vocabulary", problems)
    await two_cities.publish("network", network)
    await follower.caught_up()
    [match] = (await follower.matches("montpellier", lang="fr"))["items"]
    assert match["shared_problems"][0]["problem"]["label"] == "Nouveau"
    assert match["links"]["networks"][0]["name"] == "Renamed"
    assert "Renamed" in match["criteria"][3]["reason"]


async def test_a_restart_goes_on_from_its_cursor_without_a_new_snapshot(
    start: "Start", two_cities: "FollowedCatalog", territory: Callable[..., State]
) -> None:
    first = await start()
    before = await first.matches("montpellier")
    await start.stop()
    await two_cities.publish("territory", territory("sfax", ["changing_diets"], version=2))
    second = await start()
    assert two_cities.snapshots == 1
    assert await partners(second.client, "montpellier") == ["fes", "sfax"]
    assert (await second.matches("fes"))["items"][0]["territory"]["slug"] == before["territory"]["slug"]


async def test_a_restart_answers_before_the_catalog_does(start: "Start", two_cities: "FollowedCatalog") -> None:
    await start()
    await start.stop()
    two_cities.down = True
    second = await start(wait=False)
    assert await partners(second.client, "montpellier") == ["fes"]
    status = (await second.client.get("/matching/v1/status")).json()
    assert status["behind"] is None
    assert "503" in status["last_error"]


async def test_without_a_first_snapshot_nobody_is_told_that_a_territory_does_not_exist(
    start: "Start", two_cities: "FollowedCatalog"
) -> None:
    two_cities.down = True
    follower = await start(wait=False)
    answer = await follower.client.get("/matching/v1/territories/montpellier/matches")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    ready = await follower.client.get("/matching/health/ready")
    assert ready.status_code == 503
    assert "profiles" in ready.json()["waiting_for"]


async def test_a_restored_backup_of_the_catalog_is_taken_in_anew(
    start: "Start", two_cities: "FollowedCatalog", territory: Callable[..., State], eventually: Eventually
) -> None:
    follower = await start()
    two_cities.states["territory", "id-fes"] = territory("fes", ["fishery_decline"], version=1)
    await two_cities.restore_backup()

    async def rebuilt() -> bool:
        [match] = (await follower.matches("montpellier"))["items"]
        return not match["shared_problems"]

    await eventually(rebuilt)
    assert two_cities.snapshots == 2


async def test_a_snapshot_replaces_everything(
    start: "Start", two_cities: "FollowedCatalog", eventually: Eventually
) -> None:
    follower = await start()
    del two_cities.states["territory", "id-sfax"]
    await two_cities.restore_backup()

    async def forgotten() -> bool:
        return bool((await follower.client.get("/matching/v1/status")).json()["territories"] == 2)

    await eventually(forgotten)
    await start.stop()
    assert (await (await start()).client.get("/matching/v1/status")).json()["territories"] == 2


async def test_a_snapshot_that_breaks_off_changes_nothing(
    start: "Start", two_cities: "FollowedCatalog", territory: Callable[..., State], eventually: Eventually
) -> None:
    follower = await start()
    before = await follower.matches("montpellier")
    two_cities.states["territory", "id-fes"] = territory("fes", [], version=1)
    two_cities.spoil_counts = True
    await two_cities.restore_backup()

    async def refused() -> bool:
        return two_cities.snapshots > 2

    await eventually(refused)
    assert await follower.matches("montpellier") == before
    status = (await follower.client.get("/matching/v1/status")).json()
    assert "SnapshotIncomplete" in status["last_error"]


async def test_a_record_that_cannot_be_read_stops_nobody(
    start: "Start", two_cities: "FollowedCatalog", territory: Callable[..., State]
) -> None:
    follower = await start()
    await two_cities.publish("initiative", {"id": "broken", "version": 1})
    await two_cities.publish("territory", territory("sfax", ["changing_diets"], version=2))
    await follower.caught_up()
    assert await partners(follower.client, "montpellier") == ["fes", "sfax"]
    assert (await follower.client.get("/matching/v1/status")).json()["unreadable"] == 1


async def test_two_processes_on_one_database_both_keep_up(
    start: "Start", two_cities: "FollowedCatalog", territory: Callable[..., State]
) -> None:
    one, other = await start(), await start()
    await two_cities.publish("territory", territory("sfax", ["changing_diets"], version=2))
    await one.caught_up()
    await other.caught_up()
    assert await partners(one.client, "montpellier") == await partners(other.client, "montpellier") == ["fes", "sfax"]


@pytest.fixture
async def database(matching_database: str) -> Any:  # noqa: ANN401 - an async fixture's generator
    opened = Database(matching_database, 2)
    await opened.open()
    yield opened
    await opened.close()


def change(make: Callable[..., Change], state: State, version: int, *, gone: bool = False) -> Change:
    return make("territory", state["id"], version, None if gone else state)


async def stored(database: Database) -> dict[str, tuple[int, str | None]]:
    rows = await database.pool.fetch("select id, version, state->>'slug' as slug from projected_record")
    return {row["id"]: (row["version"], row["slug"]) for row in rows}


async def test_an_older_state_never_replaces_a_newer_one(
    database: Database, territory: Callable[..., State], make_change: Callable[..., Change]
) -> None:
    sink = ProfileSink(database, ProfileStore())
    new, old = territory("new", version=3), {**territory("new", version=2), "slug": "old"}
    await sink.apply([change(make_change, new, 3)], "one")
    await sink.apply([change(make_change, old, 2)], "two")
    assert await stored(database) == {"id-new": (3, "new")}
    await sink.apply([change(make_change, new, 4, gone=True)], "three")
    await sink.apply([change(make_change, new, 3)], "four")
    assert await stored(database) == {"id-new": (4, None)}
    assert await database.pool.fetchval("select cursor from followed_feed") == "four"


async def test_one_page_may_hold_a_record_twice(
    database: Database, territory: Callable[..., State], make_change: Callable[..., Change]
) -> None:
    sink = ProfileSink(database, ProfileStore())
    now = territory("now", version=2)
    await sink.apply([change(make_change, now, 1), change(make_change, now, 2)], "one")
    assert await stored(database) == {"id-now": (2, "now")}


async def test_the_cursor_moves_only_with_the_records(
    database: Database, territory: Callable[..., State], make_change: Callable[..., Change]
) -> None:
    sink = ProfileSink(database, ProfileStore())
    await sink.apply([change(make_change, territory("kept"), 1)], "one")
    unstorable = territory("bad\x00", version=1)
    with pytest.raises(Exception, match=r"invalid byte sequence|unsupported Unicode"):
        await sink.apply([change(make_change, territory("lost"), 1), change(make_change, unstorable, 1)], "two")
    assert list(await stored(database)) == ["id-kept"]
    assert await sink.cursor() == "one"
    assert await database.pool.fetchval("select cursor from followed_feed") == "one"


async def test_the_migrations_make_the_tables_that_the_models_describe(matching_database: str) -> None:
    engine = create_async_engine(sqlalchemy_url(matching_database))
    try:
        async with engine.connect() as connection:
            differences = await connection.run_sync(
                lambda sync: compare_metadata(MigrationContext.configure(sync), matching_metadata())
            )
    finally:
        await engine.dispose()
    assert differences == []
