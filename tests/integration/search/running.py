"""The search service, running against a stub catalog."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.search.app import create_app
from services.search.settings import SearchSettings
from tests.integration.search.stub_catalog import StubCatalog


class RunningSearch:
    """The search service with its lifespan entered, and a client of it."""

    def __init__(self, app: FastAPI, client: httpx.AsyncClient) -> None:
        self.app = app
        self.client = client

    async def get(self, path: str, **parameters: Any) -> httpx.Response:  # noqa: ANN401 - any query value
        return await self.client.get(f"/search/v1/{path}", params=parameters)

    async def find(self, q: str = "", **parameters: Any) -> dict[str, Any]:  # noqa: ANN401
        answer = await self.get("initiatives", q=q, **parameters)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def slugs(self, q: str = "", **parameters: Any) -> set[str]:  # noqa: ANN401
        return {item["slug"] for item in (await self.find(q, limit=200, **parameters))["items"]}

    async def caught_up(self, catalog: StubCatalog) -> None:
        """Until the index stands where the catalog's feed ends."""
        for _ in range(1000):
            status = (await self.get("status")).json()
            if status["behind"] == 0 and status["cursor"] == str(len(catalog.changes)):
                return
            await asyncio.sleep(0.02)
        pytest.fail(f"never caught up: {status}")


@asynccontextmanager
async def running(catalog: StubCatalog, folder: Path, **settings: Any) -> AsyncIterator[RunningSearch]:  # noqa: ANN401
    app = create_app(SearchSettings(index_folder=folder, **settings), catalog=catalog.client())
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://search") as client,
    ):
        yield RunningSearch(app, client)
