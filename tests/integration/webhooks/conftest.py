"""What tests of deliveries use: a receiver process, and webhooks that follows, delivers and tries again quickly."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest

from tests.integration.catalog.partners import Headers
from tests.integration.webhooks.happenings import Happenings, happenings, published
from tests.integration.webhooks.receiver import Receiver
from tests.integration.webhooks.running import Beside, beside

QUICK = {"retry_schedule": (0, 1, 1), "retry_jitter": 0, "poll_s": 0.2, "delivery_timeout_s": 2}
"""Three attempts within two seconds."""


class Serve(Protocol):
    def __call__(self, **changes: object) -> AbstractAsyncContextManager[Beside]: ...


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    """A receiver process."""
    with Receiver(tmp_path) as running:
        yield running


@pytest.fixture
def serve(catalog: httpx.AsyncClient, as_admin: Headers, webhooks_database: str) -> Serve:
    """Webhooks as it runs, but for its patience; further settings by name."""

    @asynccontextmanager
    async def serving(**changes: Any) -> AsyncIterator[Beside]:  # noqa: ANN401 - any setting
        async with beside(catalog, as_admin, webhooks_database, **(QUICK | changes)) as here:
            await here.app.state.engine.follower.caught_up()
            yield here

    return serving


@pytest.fixture
async def happen(webhooks_database: str) -> AsyncIterator[Happenings]:
    """Makes things happen."""
    async with happenings(webhooks_database) as makes:
        yield makes


@pytest.fixture
async def states(catalog: httpx.AsyncClient) -> dict[str, list[dict[str, Any]]]:
    """Every published state, by kind."""
    return await published(catalog)
