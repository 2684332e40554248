import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from services.search.engines.embedded import EmbeddedEngine
from services.search.engines.meilisearch import MeilisearchEngine
from services.search.engines.meilisearch_admin import MeilisearchAdmin
from services.search.engines.port import Engine
from tests.contract.search.real_records import metadata, real_documents

MEILI_URL = "SEARCH_TEST_MEILI_URL"
MEILI_KEY = "SEARCH_TEST_MEILI_KEY"
ENGINES = ["embedded", "meilisearch"]


@pytest.fixture(params=ENGINES)
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Engine]:
    """Each engine in turn, opened, writable and empty."""
    async with opened(request.param, tmp_path) as made:
        yield made


@pytest_asyncio.fixture(params=ENGINES, scope="module", loop_scope="module")
async def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    """Each engine in turn with the whole data set, for the tests of one module that only read."""
    async with opened(request.param, tmp_path_factory.mktemp("search")) as made:
        async with made.rebuild() as aside:
            await aside.add(real_documents())
            await aside.finish(metadata("first"))
        yield made


@asynccontextmanager
async def opened(name: str, folder: Path) -> AsyncIterator[Engine]:
    if name == "embedded":
        embedded = EmbeddedEngine(folder / "index")
        await embedded.open()
        assert await embedded.acquire_writer()
        yield embedded
        await embedded.close()
        return
    url = os.environ.get(MEILI_URL)
    if not url:
        pytest.skip(f"{MEILI_URL} names no Meilisearch server")
    key = os.environ.get(MEILI_KEY)
    uid = f"test_{uuid4().hex}"
    server = MeilisearchEngine(url, key, uid)
    await server.open()
    yield server
    await server.close()
    admin = MeilisearchAdmin(url, key)
    await admin.drop(uid)
    await admin.drop(f"{uid}_next")
