"""The app of the matching service."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import httpx
from fastapi import FastAPI

from services.common.database import Database
from services.common.feed.follower import FeedFollower
from services.common.http.app import create_service
from services.matching.context import Matching
from services.matching.matches.routes import router
from services.matching.profiles.sink import ProfileSink
from services.matching.profiles.store import ProfileStore
from services.matching.settings import MatchingSettings

MIGRATIONS = Path(__file__).parent / "migrations"
"""Alembic's folder for matching's database."""

DESCRIPTION = """
Proposes who should work with whom, and on what: territories that face the same food problems, and whose initiatives
answer each other's. Every score is taken apart, every reason has its source, and what is not known is said.
"""


def create_app(settings: MatchingSettings, *, catalog: httpx.AsyncClient | None = None) -> FastAPI:
    """The matching service. `catalog` reaches the catalog (closed by who made it); default: over `catalog_url`.

    Its database has to be migrated (`MIGRATIONS`) before the app is entered.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            client = catalog
            if client is None:
                client = await stack.enter_async_context(httpx.AsyncClient(base_url=settings.catalog_url))
            database = Database(settings.database_url, settings.pool_size)
            stack.push_async_callback(database.close)
            await database.open()
            store = ProfileStore()
            sink = ProfileSink(database, store)
            await sink.open()
            app.state.matching = Matching(database, store, sink, FeedFollower(client, sink))
            await stack.enter_async_context(_running(app.state.matching.follower))
            yield

    async def ready() -> Mapping[str, str | None]:
        matching: Matching = app.state.matching
        return {
            "database": await _database_trouble(matching.database),
            "profiles": None if matching.store.loaded else "the first snapshot of the catalog",
        }

    app = create_service(
        "matching",
        title="Let's Food matching",
        description=DESCRIPTION,
        routers=[router],
        lifespan=lifespan,
        ready=ready,
    )
    return app


@asynccontextmanager
async def _running(follower: FeedFollower) -> AsyncIterator[None]:
    task = asyncio.create_task(follower.run(), name="matching follows the catalog")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _database_trouble(database: Database) -> str | None:
    try:
        await database.pool.fetchval("select 1")
    except (OSError, asyncpg.PostgresError) as error:
        return type(error).__name__
    return None
