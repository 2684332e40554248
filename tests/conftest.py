"""What tests of several services use: a real PostgreSQL, databases migrated and loaded once and then copied."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI

from services.catalog.access.administration import ADMIN_SCOPES, ensure_association
from services.catalog.access.keys.service import issue
from services.catalog.app import create_app
from services.catalog.loading.loader import load
from services.catalog.settings import CatalogSettings
from services.common.access.keys import SECRET_LENGTH, Key
from services.common.database import Database
from services.common.migrations import migrate
from services.local.postgres import EmbeddedPostgres
from tests.documented import Documented

ROOT = Path(__file__).parent.parent
DATA = ROOT / "data"
ADMIN = Key(public_id="adminfortest", secret="T" * SECRET_LENGTH)
ADMIN_KEY = str(ADMIN)
"""The key of the association, known to every catalog that tests run on."""

CopyDatabase = Callable[[str], str]


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """One server for the whole run of this worker. Not kept, so it need not reach the disk (`fsync`)."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), settings={"fsync": "off"}) as server:
        yield server
        said = server.log.read_text(errors="replace").splitlines()
    crashes = [line for line in said if "terminated by signal" in line or "PANIC" in line]
    assert crashes == [], (
        "every connection was cut: whatever failed with 'another operation is in progress' did so by it"
    )


@pytest.fixture(scope="session")
def copy_database(postgres: EmbeddedPostgres) -> CopyDatabase:
    """Makes a new database from a template; both names are this worker's own."""
    numbers = itertools.count(1)

    def copy(template: str) -> str:
        name = f"test_{os.getpid()}_{next(numbers)}"
        postgres.create_database(name, template)
        return postgres.url(name)

    return copy


@pytest.fixture
def backup_of(copy_database: CopyDatabase) -> CopyDatabase:
    """Copies a database by its URL, as a backup does."""
    return lambda url: copy_database(urlsplit(url).path.lstrip("/"))


def _migrated(postgres: EmbeddedPostgres, service: str) -> str:
    name = f"{service}_template"
    postgres.create_database(name)
    asyncio.run(migrate(ROOT / "services" / service / "migrations", postgres.url(name)))
    return name


async def give_admin_key(url: str) -> None:
    """Make the key `ADMIN_KEY` known to a catalog."""
    database = Database(url)
    await database.open()
    try:
        async with database.transaction() as session:
            association = await ensure_association(session)
            stored, _ = await issue(session, association.id, "tests", ADMIN_SCOPES)
            stored.public_id, stored.digest = ADMIN.public_id, ADMIN.digest
    finally:
        await database.close()


@pytest.fixture(scope="session")
def catalog_template(postgres: EmbeddedPostgres) -> str:
    """The catalog's tables, empty but for the association and its key."""
    name = _migrated(postgres, "catalog")
    asyncio.run(give_admin_key(postgres.url(name)))
    return name


@pytest.fixture(scope="session")
def loaded_template(postgres: EmbeddedPostgres, catalog_template: str) -> str:
    """The catalog with the real data set."""
    name = "catalog_loaded_template"
    postgres.create_database(name, catalog_template)
    report = asyncio.run(load(postgres.url(name), DATA))
    assert report.errors == []
    return name


@pytest.fixture(scope="session")
def matching_template(postgres: EmbeddedPostgres) -> str:
    """Matching's tables, empty."""
    return _migrated(postgres, "matching")


@pytest.fixture(scope="session")
def webhooks_template(postgres: EmbeddedPostgres) -> str:
    """Webhooks' tables, empty."""
    return _migrated(postgres, "webhooks")


@pytest.fixture
def empty_catalog_database(copy_database: CopyDatabase, catalog_template: str) -> str:
    """A catalog of one's own, empty."""
    return copy_database(catalog_template)


@pytest.fixture
def catalog_database(copy_database: CopyDatabase, loaded_template: str) -> str:
    """A catalog of one's own with the real data set."""
    return copy_database(loaded_template)


@pytest.fixture
def matching_database(copy_database: CopyDatabase, matching_template: str) -> str:
    """A matching database of one's own, empty."""
    return copy_database(matching_template)


@pytest.fixture
def webhooks_database(copy_database: CopyDatabase, webhooks_template: str) -> str:
    """A webhooks database of one's own, empty."""
    return copy_database(webhooks_template)


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the app, within its lifespan. Errors of the app are answers, as over a network; each answer has to be
    as the documents say."""
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        documented = Documented()
        hooks = {"response": [documented.look]}
        async with httpx.AsyncClient(transport=transport, base_url="http://test", event_hooks=hooks) as client:
            yield client
        assert documented.missing == [], "not in the documents"


@pytest.fixture
async def catalog(catalog_database: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a catalog of one's own with the real data set."""
    app = create_app(CatalogSettings(database_url=catalog_database))
    async with running(app) as client:
        yield client


@pytest.fixture
async def empty_catalog(empty_catalog_database: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an empty catalog."""
    app = create_app(CatalogSettings(database_url=empty_catalog_database))
    async with running(app) as client:
        yield client


@pytest.fixture
def as_admin() -> dict[str, str]:
    """Headers of who may write."""
    return {"Authorization": f"Bearer {ADMIN_KEY}"}
