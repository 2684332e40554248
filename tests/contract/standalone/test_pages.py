"""The pages beside the services: one OpenAPI document for all of them, and the page that shows it."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from pydantic import SecretStr

from services.catalog.settings import CatalogSettings
from services.common.http.merged import merged
from services.launch.documents import NO_SECRET, NOWHERE, documents
from services.matching.settings import MatchingSettings
from services.search.settings import SearchSettings
from services.standalone import StandaloneSettings, create_app
from services.webhooks.settings import WebhooksSettings


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Everything in one process as far as it answers without a database."""
    app = create_app(
        StandaloneSettings(
            catalog=CatalogSettings(database_url=NOWHERE),
            search=SearchSettings(index_folder=tmp_path / "index"),
            matching=MatchingSettings(database_url=NOWHERE),
            webhooks=WebhooksSettings(database_url=NOWHERE, secret_keys=(SecretStr(NO_SECRET),)),
        )
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as one:
        yield one


async def test_the_document_served_is_that_of_every_service(client: httpx.AsyncClient) -> None:
    answer = await client.get("/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == merged(documents())
    again = await client.get("/openapi.json")
    assert again.content == answer.content


async def test_one_page_shows_it_and_loads_only_what_is_served_here(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    assert page.status_code == 200
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "<script>" not in page.text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) == 4
    for address in loaded:
        whole = urljoin("http://test/docs", address)
        assert whole.startswith("http://test/docs/")
        file = await client.get(whole)
        assert file.status_code == 200, address
        assert file.content
    start = (await client.get("/docs/start.js")).text
    assert '"/openapi.json"' in start


async def test_the_first_page_leads_to_both(client: httpx.AsyncClient) -> None:
    page = await client.get("/")
    assert {"/docs", "/openapi.json"} <= set(re.findall(r'href="([^"]+)"', page.text))


async def test_what_is_not_there_is_a_problem_document(client: httpx.AsyncClient) -> None:
    answer = await client.get("/docs/nothing", headers={"Accept-Language": "fr"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
