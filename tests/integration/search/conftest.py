from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.search.real_records import initiative_states, territory_states, vocabulary_states
from tests.integration.search.running import RunningSearch, running
from tests.integration.search.stub_catalog import StubCatalog


@pytest.fixture
def catalog() -> StubCatalog:
    """The whole data set, published before anyone follows."""
    stub = StubCatalog(vocabulary_states())
    for territory in territory_states().values():
        stub.put("territory", territory)
    for initiative in initiative_states().values():
        stub.put("initiative", initiative)
    return stub


@pytest.fixture
async def search(catalog: StubCatalog, tmp_path: Path) -> AsyncIterator[RunningSearch]:
    """The service on the embedded engine, caught up with the whole data set."""
    async with running(catalog, tmp_path / "index") as started:
        await started.caught_up(catalog)
        yield started
