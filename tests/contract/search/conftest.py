from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.search.engines.port import Engine
from tests.contract.search.opened import opened
from tests.contract.search.real_records import metadata, real_documents

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
