"""The catalog service: what territories do, and the change feed that keeps others in step with it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from fastapi import FastAPI

from services.catalog.access.callers import DatabaseCallers
from services.catalog.access.routes import ACCESS_ROUTERS
from services.catalog.context import Catalog
from services.catalog.cooperations.repository import COOPERATIONS
from services.catalog.cooperations.routes import router as cooperations
from services.catalog.initiatives.repository import INITIATIVES
from services.catalog.initiatives.routes import router as initiatives
from services.catalog.networks.repository import NETWORKS
from services.catalog.networks.routes import router as networks
from services.catalog.records.queries import fetch_states
from services.catalog.settings import CatalogSettings
from services.catalog.territories.repository import TERRITORIES
from services.catalog.territories.routes import router as territories
from services.catalog.vocabularies.cache import VocabularyCache
from services.catalog.vocabularies.repository import VOCABULARIES
from services.catalog.vocabularies.routes import router as vocabularies
from services.common.database import Database
from services.common.feed.reader import Reads
from services.common.feed.routes import Feed, feed_router
from services.common.feed.signal import ChangeSignal
from services.common.feed.snapshot import Snapshots
from services.common.http.app import create_service
from services.common.stopping import Stopping
from services.common.telemetry.metrics import Metrics
from services.common.telemetry.probes import watch_database, watch_feed

PUBLISHED = {queries.kind: queries for queries in (VOCABULARIES, NETWORKS, TERRITORIES, INITIATIVES, COOPERATIONS)}
"""What the feed and the snapshot carry, in the snapshot's order: what others refer to comes first."""

EVENT_TYPES = [
    "vocabulary.changed",
    *(f"{kind}.{event}" for kind in PUBLISHED if kind != "vocabulary" for event in ("created", "updated", "archived")),
]
"""Every type of change that the feed carries."""


def create_app(settings: CatalogSettings) -> FastAPI:
    """The catalog's app; its lifespan opens the database, which must have been migrated."""
    database = Database(settings.database_url, settings.pool_size, settings.pool_timeout_s)

    async def states(reads: Reads, kind: str, ids: Sequence[UUID]) -> Mapping[UUID, str]:
        return await fetch_states(reads, PUBLISHED, kind, ids)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        signal = ChangeSignal(settings.database_url)
        await database.open()
        await signal.open()
        stopping.then(signal.stop)
        queries = {kind: queries.published for kind, queries in PUBLISHED.items()}
        snapshots = Snapshots(lambda: database.pool, queries, settings.snapshot_folder)
        app.state.callers = DatabaseCallers(database)
        app.state.catalog = Catalog(settings, database, VocabularyCache(lambda: database.pool), app.state.callers)
        app.state.feed = Feed("catalog", database, signal, snapshots, states, EVENT_TYPES)
        try:
            yield
        finally:
            await app.state.callers.close()
            await signal.close()
            await database.close()

    stopping = Stopping()
    metrics = Metrics()
    watch_database(metrics, lambda: database)
    watch_feed(metrics, lambda: database)

    async def ready() -> Mapping[str, str | None]:
        return {"database": await database.trouble()}

    return create_service(
        "catalog",
        title="Let's Food catalog",
        description=(
            "Territories, what they do about their food, and who they work with. Published data is free to read "
            "(CC BY 4.0 for our texts; sources are cited). Texts come in the language asked for, else in the nearest "
            "there is, and say which. `changes` and `snapshot` keep a copy of yours in step."
        ),
        routers=[territories, initiatives, cooperations, networks, vocabularies, feed_router(), *ACCESS_ROUTERS],
        lifespan=lifespan,
        ready=ready,
        settings=settings,
        metrics=metrics,
        stopping=stopping,
    )
