"""Every error of the running catalog is one problem document (RFC 9457), whatever provoked it."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.catalog.app import create_app
from services.catalog.records import finding
from services.catalog.settings import CatalogSettings
from services.common.problems import PROBLEM_TYPES
from tests.conftest import CopyDatabase, running
from tests.contract.common.error_case import ADMIN, JSON, SEEN, V1, Case
from tests.contract.common.error_cases import CASES
from tests.contract.common.error_cases_writing import LARGEST_BODY, initiative

pytestmark = pytest.mark.asyncio(loop_scope="module")

ARABIC = re.compile(r"[\u0600-\u06ff]")
LEAKS = re.compile(
    r"Traceback|\.py\b|site-packages|asyncpg|sqlalchemy|pydantic|select .* from|insert into|/srv/|a secret",
    re.IGNORECASE,
)


async def in_pieces(size: int) -> AsyncIterator[bytes]:
    """A body whose length nobody announces."""
    piece = b" " * 65536
    for _ in range(size // len(piece) + 1):
        yield piece


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def client(copy_database: CopyDatabase, loaded_template: str) -> AsyncIterator[httpx.AsyncClient]:
    """The catalog for this module, with an archived record; no request here changes anything."""
    url = copy_database(loaded_template)
    async with running(create_app(CatalogSettings(database_url=url))) as catalog:
        made = await catalog.post(f"{V1}/initiatives", content=initiative(slug="archived-here"), headers=ADMIN | JSON)
        assert made.status_code == 201, made.text
        address = f"{V1}/initiatives/archived-here?reason=Doublon"
        assert (await catalog.delete(address, headers=SEEN)).status_code == 204
        yield catalog


def check(answer: httpx.Response, slug: str, lang: str) -> dict[str, Any]:
    """What holds for every problem document; returns it."""
    assert answer.headers.get("content-type") == "application/problem+json", answer.text
    problem: dict[str, Any] = answer.json()
    assert problem["type"].removeprefix("/problems/") in slug.split("|"), answer.text
    kind = PROBLEM_TYPES[problem["type"].removeprefix("/problems/")]
    assert (answer.status_code, problem["status"]) == (kind.status, kind.status), answer.text
    assert problem["title"] == kind.title[lang]
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert len(problem["request_id"]) >= 8
    assert problem["instance"] == answer.request.url.path or "%" in str(answer.request.url)
    assert answer.headers["content-language"] == lang
    assert "Accept-Language" in answer.headers["vary"]
    assert bool(ARABIC.search(problem["detail"])) == (lang == "ar")
    assert not LEAKS.search(answer.text.replace(problem["instance"], "")), answer.text
    for error in problem.get("errors", []):
        assert error.keys() == {"pointer", "detail", "code"}
        assert error["detail"]
    return problem


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_an_error_is_a_problem_document_in_the_readers_language(client: httpx.AsyncClient, case: Case) -> None:
    details = set()
    for lang in ("en", "fr", "ar"):
        answer = await case.send(client, **{"Accept-Language": lang, "X-Request-Id": f"request-{lang}"})
        problem = check(answer, case.slug, lang)
        assert problem["request_id"] == f"request-{lang}"
        details.add(problem["detail"])
        assert set(case.pointers) <= {error["pointer"] for error in problem.get("errors", [])}, problem
        for name, value in case.has.items():
            assert answer.headers[name] == value
    assert len(details) == 3


async def test_the_errors_are_of_many_kinds_and_each_is_explained(client: httpx.AsyncClient) -> None:
    assert len(CASES) >= 100
    found = {slug for case in CASES for slug in case.slug.split("|")}
    assert len(found) >= 14
    for slug in found:
        assert (await client.get(f"/problems/{slug}")).status_code == 200


async def test_nothing_was_changed_by_all_this(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"{V1}/initiatives/tav-lyon")).json()["version"] == 1
    assert (await client.get(f"{V1}/initiatives/essai-fes")).status_code == 404


async def test_headers_say_what_a_client_may_do(client: httpx.AsyncClient) -> None:
    by_name = {case.name: case for case in CASES}
    assert (await by_name["no key"].send(client)).headers["www-authenticate"].startswith("Bearer")
    assert (await by_name["another patch format"].send(client)).headers[
        "accept-patch"
    ] == "application/merge-patch+json"
    gone = await by_name["a forged feed cursor"].send(client)
    assert gone.json()["snapshot"] == f"{V1}/snapshot"
    assert gone.headers["link"].startswith(f"<{V1}/snapshot>")
    archived = await by_name["an archived record"].send(client)
    assert archived.json()["reason"] == "Doublon"
    size = int((await client.get(f"{V1}/snapshot")).headers["content-length"])
    assert (await by_name["a range outside the snapshot"].send(client)).headers["content-range"] == f"bytes */{size}"


async def test_an_unknown_code_is_answered_with_those_there_are(client: httpx.AsyncClient) -> None:
    problem = (await client.get(f"{V1}/initiatives?theme=no_such_theme")).json()
    assert "food_waste" in problem["errors"][0]["detail"]
    assert "farmers_markets" in problem["errors"][0]["detail"]


async def test_a_body_of_unannounced_length_is_cut_off(client: httpx.AsyncClient) -> None:
    whole = await client.post(f"{V1}/initiatives", content=in_pieces(LARGEST_BODY), headers=ADMIN | JSON)
    check(whole, "body-too-large", "en")
    without_key = await client.post(f"{V1}/initiatives", content=in_pieces(LARGEST_BODY), headers=JSON)
    check(without_key, "body-too-large|unauthenticated", "en")


async def test_a_request_id_that_is_not_plain_is_replaced(client: httpx.AsyncClient) -> None:
    for given in (b"a b", b"x" * 65, b"<script>", "é".encode(), b""):
        answer = await client.get("/nothing", headers={b"X-Request-Id": given})
        assert check(answer, "not-found", "en")["request_id"].encode() != given


async def test_the_language_parameter_goes_before_the_header(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{V1}/territories/atlantis?lang=ar", headers={"Accept-Language": "fr"})
    check(answer, "not-found", "ar")
    answer = await client.get(f"{V1}/territories/atlantis?lang=pt", headers={"Accept-Language": "de, fr;q=0.5"})
    check(answer, "not-found", "fr")


async def test_what_nobody_expected_is_answered_opaquely_and_logged(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def failing(*_: object) -> None:
        message = "a secret: select * from territory, in /srv/letsfood/catalog.py"
        raise RuntimeError(message)

    monkeypatch.setattr(finding, "fetch_one", failing)
    for lang in ("en", "fr", "ar"):
        answer = await client.get(f"{V1}/territories/fes", headers={"Accept-Language": lang})
        problem = check(answer, "internal", lang)
        assert problem["request_id"] in caplog.text
    assert "a secret" in caplog.text
    assert (await client.get("/problems/internal")).status_code == 200


async def test_without_a_key_every_write_is_refused(copy_database: CopyDatabase, loaded_template: str) -> None:
    async with running(create_app(CatalogSettings(database_url=copy_database(loaded_template)))) as catalog:
        for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer None"}):
            for method, path, content in (
                ("POST", "initiatives", initiative()),
                ("POST", "territories", b"{}"),
                ("PATCH", "initiatives/tav-lyon", b"{}"),
                ("DELETE", "territories/fes?reason=why", None),
            ):
                sent = JSON | {"If-Match": "*"} | headers
                answer = await catalog.request(method, f"{V1}/{path}", content=content, headers=sent)
                check(answer, "forbidden|unauthenticated", "en")
        assert (await catalog.get("/problems/forbidden")).status_code == 200


async def test_a_catalog_without_database_says_what_it_waits_for() -> None:
    app = create_app(CatalogSettings(database_url="postgresql://nowhere/nothing"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as catalog:
        assert (await catalog.get("/catalog/health/live")).status_code == 200
        for lang in ("en", "fr", "ar"):
            answer = await catalog.get("/catalog/health/ready", headers={"Accept-Language": lang})
            assert check(answer, "unavailable", lang)["waiting_for"].keys() == {"database"}
            assert int(answer.headers["retry-after"]) > 0
        assert (await catalog.get("/problems/unavailable")).status_code == 200


async def test_an_error_is_no_larger_than_what_caused_it(client: httpx.AsyncClient) -> None:
    unknown = "&".join(f"p{number}=1" for number in range(3000))
    answer = await client.get(f"/catalog/v1/territories?{unknown}")
    assert answer.status_code == 400
    assert len(answer.content) < len(unknown)
    many = await client.post("/catalog/v1/initiatives", json={f"f{n}": n for n in range(900)}, headers=ADMIN)
    assert many.status_code == 422
    assert len(many.json()["errors"]) == 50
    assert "9" in many.json()["detail"]
    too_many = await client.post("/catalog/v1/initiatives", json={f"f{n}": n for n in range(1001)}, headers=ADMIN)
    assert too_many.status_code == 400


@pytest.mark.parametrize(
    ("path", "french"),
    [
        ("territories?kind=nope", "n'est pas parmi"),
        ("territories?x=1", "Paramètres connus"),
        ("territories?bbox=1,2", "ouest,sud,est,nord"),
        ("territories?limit=0", "Au moins 1"),
        ("changes?types=nope", "n'est pas parmi"),
    ],
)
async def test_what_is_wrong_with_a_parameter_is_said_in_the_readers_language(
    client: httpx.AsyncClient, path: str, french: str
) -> None:
    answer = await client.get(f"/catalog/v1/{path}", headers={"Accept-Language": "fr"})
    assert french in answer.json()["errors"][0]["detail"]


async def test_an_address_with_a_slash_at_its_end_sends_nobody_elsewhere(client: httpx.AsyncClient) -> None:
    answer = await client.get("/catalog/v1/territories/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 404
    assert "location" not in answer.headers
