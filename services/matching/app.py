"""The app of the matching service."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import cast

import httpx
from fastapi import FastAPI

from services.common.access.introspection import IntrospectedCallers
from services.common.database import Database
from services.common.feed.follower import FeedFollower
from services.common.http.app import create_service
from services.common.stopping import Stopping
from services.common.telemetry.metrics import Metrics
from services.common.telemetry.outgoing import internal_client
from services.common.telemetry.probes import watch_database, watch_follower
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

    database = Database(settings.database_url, settings.pool_size, settings.pool_timeout_s)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            client = catalog
            if client is None:
                client = await stack.enter_async_context(internal_client(settings.catalog_url))
            app.state.callers = IntrospectedCallers(client, settings.catalog_key)
            stack.push_async_callback(database.close)
            await database.open()
            store = ProfileStore()
            sink = ProfileSink(database, store)
            await sink.open()
            app.state.matching = Matching(database, store, sink, FeedFollower(client, sink))
            stopping.then(app.state.matching.follower.stop)
            await stack.enter_async_context(_running(app.state.matching.follower))
            yield

    stopping = Stopping()
    metrics = Metrics()
    watch_database(metrics, lambda: database)
    watch_follower(metrics, lambda: cast("FeedFollower", app.state.matching.follower))

    async def ready() -> Mapping[str, str | None]:
        matching: Matching = app.state.matching
        return {
            "database": await database.trouble(),
            "profiles": None if matching.store.loaded else "the first snapshot of the catalog",
        }

    app = create_service(
        "matching",
        title="Let's Food matching",
        description=DESCRIPTION,
        tags={"matches": "Who should work with whom and why, and how far matching has followed the catalog."},
        routers=[router],
        lifespan=lifespan,
        ready=ready,
        settings=settings,
        metrics=metrics,
        stopping=stopping,
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
