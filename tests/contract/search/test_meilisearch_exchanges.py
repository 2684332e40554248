"""The Meilisearch adapter against recorded exchanges: it sends what a server accepted, reads what one answered."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest

from services.common.geo import BoundingBox
from services.search.engines import meilisearch_admin
from services.search.engines.meilisearch import MeilisearchEngine
from services.search.engines.meilisearch_documents import read_page, search_body, to_meilisearch
from services.search.engines.meilisearch_settings import index_settings, settings_to_change
from services.search.engines.port import Document, EngineError, EngineUnavailableError, Metadata, Query
from services.search.query import content_words
from tests.contract.search.loopback import Request, Response, served
from tests.contract.search.replay import KEY, Replay, Scripted, load, noted, same_type, shape, task_over
from tests.contract.search.session import documents, few_vocabularies, live

BROKEN = Response(0, {}, None)
SEARCH = "POST /indexes/{uid}/search"
ADD = "POST /indexes/{uid}/documents"
DELETE = "POST /indexes/{uid}/documents/delete-batch"
FETCH = "POST /indexes/{uid}/documents/fetch"
SWAP = "POST /swap-indexes"
TASK = "GET /tasks/{uid}"
CANTINE = Query(words=content_words("cantine"))


async def test_one_life_of_the_adapter_sends_exactly_what_was_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meilisearch_admin, "LONGEST_POLL_S", 0.001)
    replay = Replay(load("session"))
    with served(replay) as url:
        try:
            await live(url)
        finally:
            assert replay.surprises == []
    assert replay.left == 0


def accepted_forms() -> dict[str, list[Request]]:
    forms: dict[str, list[Request]] = defaultdict(list)
    for request, response in load("server"):
        if response.status < 300:
            forms[f"{request.method} {shape(request.path)}"].append(request)
    return forms


def misfits(sent: Request, accepted: list[Request]) -> list[str]:
    """What of a request no accepted one of the same operation shows."""
    found = [name for name in sent.query if not any(name in other.query for other in accepted)]
    if not any(sent.headers == other.headers for other in accepted):
        found.append(f"headers {sent.headers}")
    if isinstance(sent.body, dict):
        for name, value in sent.body.items():
            shown = [other.body[name] for other in accepted if name in other.body]
            if not any(same_type(value, other) for other in shown):
                found.append(name)
    elif isinstance(sent.body, list):
        items = [item for other in accepted for item in other.body]
        found += [str(item) for item in sent.body if not any(same_type(item, other) for other in items)]
    return found


def test_everything_that_the_adapter_sends_has_a_form_that_a_server_accepted() -> None:
    forms = accepted_forms()
    for request, response in load("session"):
        assert response.status in {200, 202, 404}
        operation = f"{request.method} {shape(request.path)}"
        if operation == "GET /indexes/{uid}":
            continue  # Nothing is sent but the path; 404 is one of its answers.
        assert operation in forms
        assert misfits(request, forms[operation]) == [], operation


def test_only_settings_that_differ_are_sent() -> None:
    ours = [
        response.body
        for request, response in load("session")
        if request.method == "GET" and request.path.endswith("/settings") and response.body["sortableAttributes"]
    ]
    assert ours
    assert [settings_to_change(index_settings(), settings) for settings in ours] == [{}] * len(ours)
    defaults = noted("every default").body
    assert settings_to_change(index_settings(), defaults).keys() == index_settings().keys() - {"pagination"}
    others = noted("read back").body
    assert "pagination" in settings_to_change(index_settings(), others)


def test_a_place_out_of_range_is_never_sent() -> None:
    (first, *_) = documents()
    assert "_geo" in to_meilisearch(first)
    assert "_geo" not in to_meilisearch(replace(first, point=None))


def test_counts_and_the_estimated_total_are_read() -> None:
    answer = noted("all facets").body
    page = read_page(answer, Query(words=content_words("cantine"), facets=["mufpp_category"], limit=0))
    assert page.total == answer["estimatedTotalHits"] == 52
    assert page.estimated
    assert page.facets == {"mufpp_category": answer["facetDistribution"]["mufpp_category"]}


def test_a_box_is_asked_for_as_a_server_accepted_it() -> None:
    (accepted,) = [request.body["filter"] for request, _ in load("server") if "_geoBoundingBox" in str(request.body)]
    sent = search_body(Query(bbox=BoundingBox(3.0, 42.0, 8.0, 45.0)))["filter"]
    assert sent[-1] == [accepted]


async def test_an_outdated_index_is_opened_without_a_word() -> None:
    cursor = {"id": "metadata-cursor", "payload": '{"cursor": "old", "shape": 1}'}
    labels = {"id": "metadata-vocabularies", "payload": "[]"}
    kept = Response(200, {"Content-Type": "application/json"}, {"results": [cursor, labels], "total": 2})
    server = Scripted({FETCH: [kept], "GET /indexes/{uid}": [Response(200, {}, {"uid": "initiatives"})]})
    with served(server) as url:
        engine = MeilisearchEngine(url, KEY)
        await engine.open()
        metadata = await engine.metadata()
        await engine.close()
    assert metadata is not None
    assert metadata.outdated
    assert not any(request.method == "PATCH" for request in server.received)


async def failing(script: dict[str, list[Response]], write: str = "apply") -> tuple[EngineError, Scripted]:
    """What the engine raises when the server answers like this, and what it had sent."""
    server = Scripted(script)
    with served(server) as url:
        engine = MeilisearchEngine(url, KEY)
        with pytest.raises(EngineError) as raised:
            await _write(engine, write)
        await engine.close()
    return raised.value, server


async def _write(engine: MeilisearchEngine, write: str) -> None:
    some: tuple[Document, ...] = documents()
    if write == "search":
        await engine.search(CANTINE)
    elif write == "apply":
        await engine.apply(some[:1], [some[1].id], "second")
    else:
        async with engine.rebuild() as aside:
            await aside.add(some)
            await aside.finish(Metadata("second", few_vocabularies()))


def enqueued(uid: int) -> Response:
    return Response(
        202, {"Content-Type": "application/json"}, {**noted("two documents, added or replaced").body, "taskUid": uid}
    )


SUCCEEDED = task_over(7)
REMOVED = task_over(21)
FAILED = task_over(13)


async def test_a_failed_task_raises_its_code_and_takes_the_cursor_with_it() -> None:
    script = {DELETE: [enqueued(21)], ADD: [enqueued(13)], TASK: [REMOVED, FAILED]}
    error, server = await failing(script)
    assert error.code == "missing_document_id"
    writes = [request for request in server.received if request.path.endswith("/documents")]
    (sent,) = writes
    assert [document["id"] for document in sent.body] == [documents()[0].id, "metadata-cursor"]


async def test_a_failed_deletion_leaves_documents_and_cursor_unsent() -> None:
    script = {DELETE: [enqueued(23)], TASK: [task_over(23)]}
    error, server = await failing(script)
    assert error.code == "invalid_document_filter"
    assert server.count("POST", "/indexes/{uid}/documents") == 0


async def test_a_task_is_awaited_until_it_is_over() -> None:
    waiting = replace(SUCCEEDED, body={**SUCCEEDED.body, "status": "enqueued", "finishedAt": None})
    processing = replace(SUCCEEDED, body={**SUCCEEDED.body, "status": "processing", "finishedAt": None})
    server = Scripted({ADD: [enqueued(7)], TASK: [waiting, processing, SUCCEEDED]})
    with served(server) as url:
        engine = MeilisearchEngine(url, KEY)
        await engine.apply(documents()[:1], [], "second")
        await engine.close()
    assert server.count("GET", "/tasks/{uid}") == 3


async def test_a_failed_swap_fails_the_rebuild() -> None:
    script = rebuild_script()
    script[SWAP] = [noted("swap with one that does not exist: the task fails")]
    script[TASK] = [SUCCEEDED] * 4 + [task_over(45), SUCCEEDED]
    error, _ = await failing(script, "rebuild")
    assert error.code == "index_not_found"


async def test_a_swap_is_never_asked_twice() -> None:
    script = rebuild_script()
    script[SWAP] = [BROKEN]
    error, server = await failing(script, "rebuild")
    assert isinstance(error, EngineUnavailableError)
    assert server.count("POST", "/swap-indexes") == 1


def rebuild_script() -> dict[str, list[Response]]:
    missing, there = noted("an index that does not exist"), Response(200, {}, {"uid": "initiatives"})
    return {
        "GET /indexes/{uid}": [missing, missing, there, there],
        "POST /indexes": [enqueued(0)],
        "GET /indexes/{uid}/settings": [noted("every default")],
        "PATCH /indexes/{uid}/settings": [enqueued(2)],
        ADD: [enqueued(7)],
        TASK: [SUCCEEDED],
        "DELETE /indexes/{uid}": [enqueued(44)],
    }


async def test_a_full_search_queue_is_handed_on_with_its_retry_after() -> None:
    error, server = await failing({SEARCH: [noted("more searches wait than the queue holds")]}, "search")
    assert isinstance(error, EngineUnavailableError)
    assert (error.code, error.retry_after) == ("too_many_search_requests", 10)
    assert len(server.received) == 1


async def test_a_short_retry_after_is_waited_for() -> None:
    full = replace(noted("more searches wait than the queue holds"), headers={"Retry-After": "0"})
    await _finds_after(full)


async def test_a_search_is_asked_once_more_after_a_broken_connection() -> None:
    await _finds_after(BROKEN)


async def _finds_after(first: Response) -> None:
    answer = Response(200, {}, {"hits": [], "estimatedTotalHits": 7})
    server = Scripted({SEARCH: [first, answer]})
    with served(server) as url:
        engine = MeilisearchEngine(url, KEY)
        assert (await engine.search(CANTINE)).total == 7
        await engine.close()
    assert len(server.received) == 2


async def test_a_server_that_stays_silent_is_unavailable() -> None:
    error, server = await failing({SEARCH: [BROKEN]}, "search")
    assert isinstance(error, EngineUnavailableError)
    assert len(server.received) == 2


async def test_a_busy_server_is_asked_again_for_writes_and_then_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meilisearch_admin, "MAX_RETRY_S", 0.001)
    busy = noted("more searches wait than the queue holds")
    error, server = await failing({DELETE: [busy]})
    assert isinstance(error, EngineUnavailableError)
    assert error.retry_after == 10
    assert len(server.received) == meilisearch_admin.ATTEMPTS


@pytest.mark.parametrize(
    ("operation", "note", "code", "write"),
    [
        (SEARCH, "wrong key", "invalid_api_key", "search"),
        (SEARCH, "no key", "missing_authorization_header", "search"),
        (SEARCH, "a filter on what is not filterable", "invalid_search_filter", "search"),
        (DELETE, "the reader may not write", "invalid_api_key", "apply"),
        (DELETE, "a body over the size limit", "payload_too_large", "apply"),
        ("GET /indexes/{uid}", "wrong key", "invalid_api_key", "rebuild"),
    ],
)
async def test_a_refusal_is_raised_at_once_with_its_code(operation: str, note: str, code: str, write: str) -> None:
    error, server = await failing({operation: [noted(note)]}, write)
    assert error.code == code
    assert not isinstance(error, EngineUnavailableError)
    assert len(server.received) == 1


async def test_an_error_without_a_body_is_an_error() -> None:
    error, _ = await failing({SEARCH: [Response(405, {}, None)]}, "search")
    assert "405" in str(error)


async def test_a_server_without_the_index_has_no_metadata_and_no_answer() -> None:
    server = Scripted({FETCH: [noted("an index that does not exist")], SEARCH: [noted("an index that does not exist")]})
    with served(server) as url:
        engine = MeilisearchEngine(url, KEY)
        assert await engine.metadata() is None
        with pytest.raises(EngineUnavailableError):
            await engine.search(CANTINE)
        await engine.close()


async def test_an_index_made_twice_is_made() -> None:
    missing = noted("an index that does not exist")
    script: dict[str, Any] = {
        "GET /indexes/{uid}": [missing],
        "POST /indexes": [noted("made twice: accepted, and the task fails")],
        TASK: [task_over(1)],
    }
    server = Scripted(script)
    with served(server) as url:
        await meilisearch_admin.MeilisearchAdmin(url, KEY).make("initiatives")
    assert server.count("GET", "/tasks/{uid}") == 1
