"""The follower against a small feed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
import orjson
import pytest

from services.common.feed import follower as module
from services.common.feed.follower import CursorRefused, FeedFollower, RebuildNeeded, SnapshotIncomplete
from tests.unit.common.fake_feed import FakeFeed, MemorySink, change, snapshot_of


@pytest.fixture
def feed() -> FakeFeed:
    return FakeFeed()


@pytest.fixture
def sink() -> MemorySink:
    return MemorySink()


@pytest.fixture
async def follower(feed: FakeFeed, sink: MemorySink) -> AsyncIterator[FeedFollower]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(feed.app()), base_url="http://feed") as client:
        yield FeedFollower(client, sink)


async def steps(follower: FeedFollower, count: int) -> None:
    for _ in range(count):
        await follower.step()


async def until_caught_up(follower: FeedFollower) -> None:
    """Run as a service does, until everything has been taken in."""
    running = asyncio.create_task(follower.run())
    try:
        await asyncio.wait_for(follower.caught_up(), 10)
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses after errors too short to notice."""
    monkeypatch.setattr(module, "FIRST_BACKOFF_S", 0.001)
    monkeypatch.setattr(module, "LONGEST_BACKOFF_S", 0.002)


async def test_an_empty_sink_begins_with_the_snapshot_and_goes_on_with_the_pages_after_it(
    feed: FakeFeed, sink: MemorySink, follower: FeedFollower
) -> None:
    feed.changes = [change(1, {"title": "one"}), change(2, {"title": "two"}), change(1), change(3, {"title": "three"})]
    feed.snapshot = snapshot_of({"i0": {"title": "zero"}, "i1": {"title": "one"}}, "1")
    await until_caught_up(follower)
    assert sink.content == {"i0": {"title": "zero"}, "i2": {"title": "two"}, "i3": {"title": "three"}}
    assert sink.at == "4"
    assert feed.paths()[:3] == ["snapshot", "changes", "changes"]
    assert [one["since"] for path, one in feed.asked if path.endswith("changes")][:2] == ["1", "3"]
    assert feed.asked[1][1]["include"] == "data"
    first = sink.seen[0]
    assert (first.id, first.type, first.kind, first.subject_id, first.version) == (
        "change-2",
        "initiative.updated",
        "initiative",
        "i2",
        2,
    )
    assert first.occurred_at.tzinfo is not None


async def test_a_merge_names_what_stands_for_the_record_now(
    feed: FakeFeed, sink: MemorySink, follower: FeedFollower
) -> None:
    feed.changes = [change(1, type="initiative.merged", merged_into="i0"), change(2)]
    sink.at = "0"
    await follower.step()
    assert [(one.type, one.merged_into) for one in sink.seen] == [
        ("initiative.merged", "i0"),
        ("initiative.archived", None),
    ]


async def test_a_sink_that_has_a_cursor_needs_no_snapshot(
    feed: FakeFeed, sink: MemorySink, follower: FeedFollower
) -> None:
    feed.changes = [change(1, {"title": "one"}), change(2, {"title": "two"})]
    sink.content, sink.at = {"i1": {"title": "one"}}, "1"
    await follower.step()
    assert sink.content == {"i1": {"title": "one"}, "i2": {"title": "two"}}
    assert feed.paths() == ["changes"]


async def test_it_waits_for_changes_only_once_it_has_caught_up(
    feed: FakeFeed, sink: MemorySink, follower: FeedFollower
) -> None:
    feed.changes = [change(number, {}) for number in range(1, 4)]
    sink.at = "0"
    await steps(follower, 3)
    waits = [float(parameters["wait"]) for _, parameters in feed.asked]
    assert waits[:2] == [0, 0]
    assert waits[2] > 0


async def test_an_idle_feed_is_not_written_down_again_and_again(
    feed: FakeFeed, sink: MemorySink, follower: FeedFollower
) -> None:
    sink.at = "0"
    await steps(follower, 3)
    assert sink.offered == []
    feed.changes = [change(1, {})]
    await follower.step()
    assert sink.offered == [["change-1"]]


async def test_a_cursor_that_the_feed_does_not_know_is_answered_with_a_rebuild(
    feed: FakeFeed, sink: MemorySink, follower: FeedFollower
) -> None:
    sink.content, sink.at = {"old": {}}, "3"
    feed.oldest = 5
    feed.changes = [change(number, {}) for number in range(1, 7)]
    feed.snapshot = snapshot_of({"i9": {"title": "nine"}}, "5")
    with pytest.raises(CursorRefused):
        await follower.step()
    await steps(follower, 2)
    assert feed.paths() == ["changes", "snapshot", "changes"]
    assert set(sink.content) == {"i9", "i6"}
    assert sink.at == "6"


GOOD = snapshot_of({"i1": {"title": "one"}, "i2": {"title": "two"}}, "7")


@pytest.mark.parametrize(
    "snapshot",
    [
        b"",
        GOOD.splitlines(keepends=True)[0],
        b"".join(GOOD.splitlines(keepends=True)[:2]),
        b"".join(GOOD.splitlines(keepends=True)[:-1]),
        GOOD[:-20],
        GOOD.replace(b'"initiative":2', b'"initiative":3'),
        GOOD.replace(b'"initiative":2', b'"initiative":1'),
        GOOD.replace(b'"vocabulary":0', b'"vocabulary":1'),
        GOOD.replace(b'{"vocabulary":0,"initiative":2}', b"{}"),
        GOOD.replace(b'{"type":"initiative","id":"i1"', b'{"type":"territory","id":"i1"'),
        b"<html>a proxy's page</html>\n",
    ],
)
async def test_a_snapshot_that_is_not_whole_is_refused_and_the_old_content_stays(
    feed: FakeFeed, sink: MemorySink, follower: FeedFollower, snapshot: bytes
) -> None:
    sink.content, sink.at = {"old": {}}, "3"
    feed.snapshot = snapshot
    follower.rebuild()
    with pytest.raises((SnapshotIncomplete, orjson.JSONDecodeError)):
        await follower.step()
    assert (sink.content, sink.at) == ({"old": {}}, "3")
    feed.snapshot = GOOD
    await follower.step()
    assert (set(sink.content), sink.at) == ({"i1", "i2"}, "7")


async def test_an_unusual_line_separator_in_a_text_does_not_break_a_record_in_two(
    feed: FakeFeed, sink: MemorySink, follower: FeedFollower
) -> None:
    title = "one\u2028two\u2029three\x85four"
    feed.snapshot = snapshot_of({"i1": {"title": title}, "i2": {"title": "plain"}}, "7")
    await follower.step()
    assert sink.content == {"i1": {"title": title}, "i2": {"title": "plain"}}


async def test_a_snapshot_may_arrive_in_any_pieces_and_without_a_last_line_end(
    sink: MemorySink,
) -> None:
    whole = snapshot_of({"i1": {"title": "né à Fès"}, "i2": {"title": "مدينة"}}, "7").rstrip(b"\n")

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(whole), 3):
            yield whole[start : start + 3]

    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=pieces()))
    async with httpx.AsyncClient(transport=transport, base_url="http://feed") as client:
        await FeedFollower(client, sink).step()
    assert sink.content == {"i1": {"title": "né à Fès"}, "i2": {"title": "مدينة"}}


async def test_a_sink_may_ask_for_a_rebuild(feed: FakeFeed, sink: MemorySink, follower: FeedFollower) -> None:
    sink.at, sink.content = "0", {"old": {}}
    sink.troubles = [RebuildNeeded("its schema is an older one")]
    feed.changes = [change(1, {"title": "one"})]
    await follower.step()
    assert sink.content == {"old": {}}
    await steps(follower, 2)
    assert feed.paths() == ["changes", "snapshot", "changes"]
    assert set(sink.content) == {"i0", "i1"}


async def test_a_page_that_the_sink_could_not_store_comes_again(
    feed: FakeFeed, sink: MemorySink, follower: FeedFollower, quick: None
) -> None:
    del quick
    sink.at = "0"
    sink.troubles = [OSError("disk full"), OSError("disk full")]
    feed.changes = [change(number, {}) for number in range(1, 4)]
    await until_caught_up(follower)
    assert sink.offered[:4] == [["change-1", "change-2"]] * 3 + [["change-3"]]
    assert set(sink.content) == {"i1", "i2", "i3"}


@pytest.mark.parametrize("status", [500, 502, 503, 404, 401])
async def test_an_error_of_the_feed_is_remembered_and_tried_again(
    feed: FakeFeed, sink: MemorySink, follower: FeedFollower, quick: None, status: int
) -> None:
    del quick
    feed.failing["snapshot"] = [status]
    feed.failing["changes"] = [status, status]
    feed.changes = [change(1, {})]
    await until_caught_up(follower)
    assert set(sink.content) == {"i0", "i1"}
    assert feed.paths()[:5] == ["snapshot", "snapshot", "changes", "changes", "changes"]


async def test_the_status_tells_where_it_stands_and_what_went_wrong(
    feed: FakeFeed, sink: MemorySink, follower: FeedFollower
) -> None:
    feed.changes = [change(number, {}) for number in range(1, 4)]
    sink.at = "1"
    status = await follower.status()
    assert (status.cursor, status.behind, status.seconds, status.last_error, status.caught_up_at) == (
        "1",
        2,
        1.5,
        None,
        None,
    )
    await follower.step()
    assert (await follower.status()).caught_up_at is not None
    feed.failing["status"] = [503]
    status = await follower.status()
    assert (status.behind, status.seconds) == (None, None)
    assert "503" in (status.last_error or "")


async def test_an_error_is_forgotten_once_it_goes_well_again(
    feed: FakeFeed, sink: MemorySink, follower: FeedFollower, quick: None
) -> None:
    del quick
    sink.at = "0"
    feed.failing["changes"] = [500] * 3
    running = asyncio.create_task(follower.run())
    await asyncio.wait_for(follower.caught_up(), 10)
    await asyncio.sleep(0.02)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await follower.status()).last_error is None


async def test_a_rebuild_asked_for_does_not_wait_for_the_feed(
    feed: FakeFeed, sink: MemorySink, follower: FeedFollower
) -> None:
    feed.snapshot = GOOD
    feed.changes = []
    running = asyncio.create_task(follower.run())
    await asyncio.wait_for(follower.caught_up(), 10)
    asked = feed.paths().count("snapshot")
    sink.content.clear()
    follower.rebuild()
    async with asyncio.timeout(10):
        while feed.paths().count("snapshot") == asked or not sink.content:  # noqa: ASYNC110 - the feed tells nobody
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert set(sink.content) == {"i1", "i2"}
