"""A creation that is sent again creates nothing more, whatever happened in between."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest

from services.catalog.app import create_app
from services.catalog.kinds import KINDS
from services.catalog.settings import CatalogSettings
from tests.conftest import ROOT, running
from tests.integration.catalog.partners import INITIATIVE, Headers, make_partner

INITIATIVES = "/catalog/v1/initiatives"
KEYS = "/catalog/v1/api-keys"
NETWORK_PATIENCE_S = 30


async def count(url: str, query: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        found: int = await connection.fetchval(query)
        return found
    finally:
        await connection.close()


async def made(url: str) -> int:
    return await count(url, f"select count(*) from initiative where slug = '{INITIATIVE['slug']}'")  # noqa: S608


async def post(
    catalog: httpx.AsyncClient,
    headers: Headers,
    key: str,
    path: str = INITIATIVES,
    **changes: Any,  # noqa: ANN401
) -> httpx.Response:
    body = changes if path != INITIATIVES else INITIATIVE | changes
    return await catalog.post(path, json=body, headers=headers | {"Idempotency-Key": key})


def same(first: httpx.Response, second: httpx.Response) -> None:
    assert (second.status_code, second.content) == (first.status_code, first.content)
    for name in ("location", "etag", "content-type", "content-language"):
        assert second.headers.get(name) == first.headers.get(name)
    assert second.headers["Idempotent-Replayed"] == "true"


async def test_the_same_request_again_gets_the_same_answer_and_makes_nothing(
    catalog: httpx.AsyncClient, as_admin: Headers, catalog_database: str
) -> None:
    first = await post(catalog, as_admin, '"one"')
    assert first.status_code == 201, first.text
    assert "Idempotent-Replayed" not in first.headers
    changes = await count(catalog_database, "select count(*) from change")
    same(first, await post(catalog, as_admin, '"one"'))
    same(first, await post(catalog, as_admin, "one"))  # bare
    turned = dict(reversed(INITIATIVE.items()))
    again = await catalog.post(INITIATIVES, json=turned, headers=as_admin | {"Idempotency-Key": "one"})
    same(first, again)
    assert await made(catalog_database) == 1
    assert await count(catalog_database, "select count(*) from change") == changes
    # It was changed since: the answer is still that to the creation.
    await catalog.patch(
        first.headers["Location"],
        json={"url": "https://example.org/"},
        headers=as_admin | {"If-Match": "*", "Content-Type": "application/merge-patch+json"},
    )
    same(first, await post(catalog, as_admin, "one"))


async def test_another_request_with_the_same_key_is_refused(
    catalog: httpx.AsyncClient, as_admin: Headers, catalog_database: str
) -> None:
    await post(catalog, as_admin, "one")
    for answer in (
        await post(catalog, as_admin, "one", slug="another"),
        await post(catalog, as_admin, "one", path="/catalog/v1/mandates", partner="lets-food", territory="fes"),
    ):
        assert answer.status_code == 422
        assert answer.json()["type"] == "/problems/idempotency-mismatch"
    assert await count(catalog_database, "select count(*) from initiative where slug = 'another'") == 0


async def test_another_callers_key_is_its_own(
    catalog: httpx.AsyncClient, as_admin: Headers, catalog_database: str
) -> None:
    other = await make_partner(catalog, as_admin, "a", ["records:moderate"])
    assert (await post(catalog, as_admin, "one")).status_code == 201
    answer = await post(catalog, other.headers, "one", slug="another")
    assert answer.status_code == 201
    conflict = await post(catalog, other.headers, "two")
    assert conflict.status_code == 409, "its own request, not the other caller's answer"
    assert conflict.json()["type"] == "/problems/conflict"
    assert await made(catalog_database) == 1


async def test_of_fifty_at_once_one_creates(
    catalog: httpx.AsyncClient, as_admin: Headers, catalog_database: str
) -> None:
    answers = await asyncio.gather(*(post(catalog, as_admin, "one") for _ in range(50)))
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 409}, statuses
    created = [answer for answer in answers if answer.status_code == 201]
    assert len([answer for answer in created if "Idempotent-Replayed" not in answer.headers]) == 1
    assert len({answer.content for answer in created}) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["type"] == "/problems/idempotency-conflict"
            assert answer.headers["Retry-After"] == "1"
    assert await made(catalog_database) == 1
    events = "select count(*) from change where kind = 'initiative' and subject_id ="
    assert await count(catalog_database, f"{events} '{created[0].json()['id']}'") == 1
    assert (await post(catalog, as_admin, "one")).content == created[0].content


async def test_while_the_first_one_runs_the_second_is_told_so_at_once(
    catalog: httpx.AsyncClient, as_admin: Headers, catalog_database: str
) -> None:
    """The first waits for a row that somebody holds; the second does not wait for the first."""
    connection = await asyncpg.connect(catalog_database)
    try:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("select from territory where slug = 'fes' for update")
        first = asyncio.create_task(post(catalog, as_admin, "one"))
        while not await connection.fetchval("select count(*) from pg_locks where locktype = 'advisory' and granted"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        second = await asyncio.wait_for(post(catalog, as_admin, "one"), NETWORK_PATIENCE_S)
        assert second.status_code == 409
        assert not first.done()
        await transaction.rollback()
        assert (await first).status_code == 201
    finally:
        await connection.close()
    same(await first, await post(catalog, as_admin, "one"))


async def test_what_did_not_happen_can_be_tried_again(
    catalog: httpx.AsyncClient, as_admin: Headers, catalog_database: str
) -> None:
    wrong = await post(catalog, as_admin, "one", themes=["no_such_theme"])
    assert wrong.status_code == 422
    assert (await post(catalog, as_admin, "one")).status_code == 201
    assert (await post(catalog, as_admin, "two")).status_code == 409
    assert await count(catalog_database, "select count(*) from idempotent_request") == 1


async def test_a_key_is_forgotten_after_a_day(
    catalog: httpx.AsyncClient, as_admin: Headers, catalog_database: str
) -> None:
    await post(catalog, as_admin, "one")
    for name in ("two", "three"):
        await post(catalog, as_admin, name, slug=name)
    connection = await asyncpg.connect(catalog_database)
    await connection.execute("update idempotent_request set created_at = created_at - interval '24 hours'")
    await connection.close()
    assert (await post(catalog, as_admin, "one", slug="another")).status_code == 201
    assert await count(catalog_database, "select count(*) from idempotent_request") == 1, "old ones are swept out"


@pytest.mark.parametrize("key", ["", '""', "two words", "x" * 300])
async def test_what_is_no_idempotency_key_is_refused(
    catalog: httpx.AsyncClient, as_admin: Headers, catalog_database: str, key: str
) -> None:
    assert (await post(catalog, as_admin, key)).status_code == 400
    assert await made(catalog_database) == 0


async def test_a_secret_is_neither_kept_nor_shown_again(
    catalog: httpx.AsyncClient, as_admin: Headers, catalog_database: str
) -> None:
    first = await post(catalog, as_admin, "one", path=KEYS, name="a")
    again = await post(catalog, as_admin, "one", path=KEYS, name="a")
    assert first.json()["key"].startswith("lf_")
    assert again.status_code == 201
    assert again.json() == first.json() | {"key": None}
    assert again.headers["Location"] == first.headers["Location"]
    held = "select count(*) from idempotent_request where encode(body, 'escape') like '%' || $1 || '%'"
    connection = await asyncpg.connect(catalog_database)
    assert await connection.fetchval(held, first.json()["key"].split("_")[2]) == 0
    assert await connection.fetchval(held, first.json()["public_id"]) == 1
    await connection.close()


async def test_without_a_valid_key_nothing_is_answered_again(catalog: httpx.AsyncClient, as_admin: Headers) -> None:
    await post(catalog, as_admin, "one")
    assert (await post(catalog, {}, "one")).status_code == 401
    weak = await make_partner(catalog, as_admin, "a", [])
    assert (await post(catalog, weak.headers, "one")).status_code == 403


async def test_the_answer_outlives_the_process_that_gave_it(as_admin: Headers, catalog_database: str) -> None:
    answers = []
    for _ in range(2):
        async with running(create_app(CatalogSettings(database_url=catalog_database))) as catalog:
            answers.append(await post(catalog, as_admin, "one"))
    assert answers[0].status_code == 201
    same(*answers)


@contextlib.asynccontextmanager
async def dying_server(url: str) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.catalog.dying_server", url, str(port)), cwd=ROOT
    )
    try:
        async with httpx.AsyncClient() as client, asyncio.timeout(NETWORK_PATIENCE_S):
            while True:
                with contextlib.suppress(httpx.TransportError):
                    await client.get(f"http://127.0.0.1:{port}/catalog/health/ready")
                    break
                await asyncio.sleep(0.05)
        yield f"http://127.0.0.1:{port}", process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_a_kill_between_the_commit_and_the_answer_loses_and_doubles_nothing(
    as_admin: Headers, catalog_database: str
) -> None:
    async with dying_server(catalog_database) as (address, process):
        async with httpx.AsyncClient(base_url=address) as client:
            with pytest.raises(httpx.TransportError):
                await post(client, as_admin, "one")
        assert await asyncio.wait_for(process.wait(), NETWORK_PATIENCE_S) == -signal.SIGKILL
    assert await made(catalog_database) == 1, "it died after the commit"
    async with running(create_app(CatalogSettings(database_url=catalog_database))) as catalog:
        retried = await post(catalog, as_admin, "one")
        assert (retried.status_code, retried.headers["Idempotent-Replayed"]) == (201, "true")
        read = await catalog.get(retried.headers["Location"], headers={"Accept-Language": ""})
        assert retried.json() == read.json() | {"possible_duplicates": []}
        assert retried.headers["etag"] == read.headers["etag"]
        same(retried, await post(catalog, as_admin, "one"))
    assert await made(catalog_database) == 1


async def test_every_operation_that_creates_takes_a_key(catalog: httpx.AsyncClient) -> None:
    document = (await catalog.get("/catalog/openapi.json")).json()
    creating = {
        (path, method): operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if "201" in operation["responses"]
    }
    made = {path.removeprefix("/catalog/v1/") for path, _ in creating}
    assert made >= {kind.collection for kind in KINDS} | {"partners", "api-keys", "api-keys/{id}/rotate", "mandates"}
    for place, operation in creating.items():
        assert "idempotency-key" in [parameter["name"] for parameter in operation["parameters"]], place
        assert {"409", "422"} <= set(operation["responses"]), place
