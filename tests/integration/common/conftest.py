"""A catalog database on a server that writes to disk as in earnest."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.common.migrations import migrate
from services.local.postgres import EmbeddedPostgres
from tests.integration.common.limited_server import start  # noqa: F401 - a fixture of the tests here

MIGRATIONS = Path(__file__).parents[3] / "services" / "catalog" / "migrations"


@pytest.fixture
def durable_database(tmp_path: Path) -> Iterator[str]:
    """An empty catalog on a server of its own, with durability as in production."""
    with EmbeddedPostgres(tmp_path / "postgres") as server:
        server.create_database("catalog")
        asyncio.run(migrate(MIGRATIONS, server.url("catalog")))
        yield server.url("catalog")
