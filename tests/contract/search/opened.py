"""Each engine, ready to be tested."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from services.search.engines.embedded import EmbeddedEngine
from services.search.engines.meilisearch import MeilisearchEngine
from services.search.engines.meilisearch_admin import MeilisearchAdmin
from services.search.engines.port import Engine

MEILI_URL = "SEARCH_TEST_MEILI_URL"
MEILI_KEY = "SEARCH_TEST_MEILI_KEY"


@asynccontextmanager
async def opened(name: str, folder: Path, uid: str | None = None, *, kept: bool = False) -> AsyncIterator[Engine]:
    """The engine of this name, writable; skips where it needs a server that nobody named.

    It is empty unless something was `kept` before in this folder and under this uid.
    """
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
    index = uid or f"test_{uuid4().hex}"
    server = MeilisearchEngine(url, key, index)
    await server.open()
    yield server
    await server.close()
    if not kept:
        admin = MeilisearchAdmin(url, key)
        await admin.drop(index)
        await admin.drop(f"{index}_next")
