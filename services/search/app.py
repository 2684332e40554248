"""The search service's app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import httpx
from fastapi import FastAPI

from services.common.access.introspection import IntrospectedCallers
from services.common.feed.follower import FeedFollower
from services.common.http.app import create_service
from services.common.stopping import Stopping
from services.common.telemetry.metrics import Metrics
from services.common.telemetry.outgoing import internal_client
from services.common.telemetry.probes import watch_count, watch_follower
from services.search import routes
from services.search.engines.embedded import EmbeddedEngine
from services.search.engines.meilisearch import MeilisearchEngine
from services.search.engines.port import Engine, EngineError
from services.search.indexer import Indexer
from services.search.service import SearchService
from services.search.settings import SearchSettings
from services.search.writing import Writing

EXAMPLES = Path(__file__).parent / "examples.json"
"""Of the document, by schema."""

DESCRIPTION = """
Finds initiatives of territories for sustainable food, in French, English, Arabic and Spanish. The index follows the
catalog's change feed: what is published there is found here within a second, and search goes on answering while the
catalog does not.
"""


def create_engine(settings: SearchSettings) -> Engine:
    """The engine that the settings choose: Meilisearch where an address is given, else the embedded one."""
    if settings.meili_url is None:
        return EmbeddedEngine(settings.index_folder)
    key = settings.meili_key.get_secret_value() if settings.meili_key else None
    return MeilisearchEngine(settings.meili_url, key, settings.meili_index)


def create_app(settings: SearchSettings, *, catalog: httpx.AsyncClient | None = None) -> FastAPI:
    """The app. A `catalog` given stays its owner's to close; without one the app calls `settings.catalog_url`."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        client = catalog or internal_client(settings.catalog_url)
        app.state.callers = IntrospectedCallers(client, settings.catalog_key)
        engine = create_engine(settings)
        follower = FeedFollower(client, Indexer(engine))
        stopping.then(follower.stop)
        writing = Writing(engine, follower)
        app.state.engine = engine
        app.state.follower = follower
        app.state.service = SearchService(engine)
        app.state.writing = writing
        if settings.follow:
            writing.start()
        try:
            yield
        finally:
            await writing.stop()
            await engine.close()
            if client is not catalog:
                await client.aclose()

    async def count() -> int:
        engine: Engine = app.state.engine
        return await engine.count()

    stopping = Stopping()
    metrics = Metrics()
    watch_follower(metrics, lambda: cast("FeedFollower", app.state.follower))
    watch_count(metrics, "letsfood_search_documents", "Initiatives that can be found.", count)

    async def ready() -> dict[str, str | None]:
        engine: Engine = app.state.engine
        try:
            built = await engine.metadata() is not None
        except EngineError:
            return {"search engine": "it does not answer"}
        return {"search index": None if built else "it has not been built yet"}

    app = create_service(
        "search",
        title="Let's Food search",
        description=DESCRIPTION,
        tags={"search": "Finding initiatives, and how far the index has followed the catalog."},
        routers=[routes.router],
        lifespan=lifespan,
        ready=ready,
        settings=settings,
        metrics=metrics,
        stopping=stopping,
        examples=EXAMPLES,
    )
    return app
