"""The app of the webhooks service."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import cast

import httpx
from fastapi import FastAPI

from services.common.access.introspection import IntrospectedCallers
from services.common.database import Database
from services.common.feed.routes import FEED_TAGS
from services.common.feed.signal import ChangeSignal
from services.common.http.app import create_service
from services.common.stopping import Stopping
from services.common.telemetry.metrics import Metrics
from services.common.telemetry.outgoing import internal_client
from services.common.telemetry.probes import watch_database, watch_follower
from services.webhooks.context import Webhooks
from services.webhooks.deliveries.changes import OwnFeed
from services.webhooks.deliveries.changes import router as changes
from services.webhooks.deliveries.engine import Engine
from services.webhooks.deliveries.metrics import attempts_of, watch_queue, watch_suspensions
from services.webhooks.deliveries.routes import router as deliveries
from services.webhooks.endpoints.renewal import renew_seals
from services.webhooks.endpoints.routes import router as endpoints
from services.webhooks.endpoints.vault import Vault
from services.webhooks.event_types.documents import document_events
from services.webhooks.event_types.routes import router as event_types
from services.webhooks.outbound.policy import Policy
from services.webhooks.outbound.resolving import SystemResolver
from services.webhooks.outbound.sending import Sender
from services.webhooks.settings import WebhooksSettings

MIGRATIONS = Path(__file__).parent / "migrations"
"""Alembic's folder for webhooks' database."""

DESCRIPTION = """
Tells partner networks what changed: events of the catalog, posted to an address of theirs, signed by the Standard
Webhooks specification, at least once and in order for each record. What an endpoint can be told is listed under
`event-types`, and under webhooks in this document. After an outage, `replay` sends again, and the catalog's change feed
gives everything.
"""


TAGS = {
    "endpoints": "Where a partner is told, of what, and the secrets that sign it.",
    "deliveries": "What was sent and what came of it; sending it again.",
    "events": "What an endpoint can be told.",
    **FEED_TAGS,
}


def create_app(settings: WebhooksSettings, *, catalog: httpx.AsyncClient | None = None) -> FastAPI:
    """The webhooks service. `catalog` reaches the catalog (closed by who made it); default: over `catalog_url`.

    Its database has to be migrated (`MIGRATIONS`) before the app is entered.
    """
    database = Database(settings.database_url, settings.pool_size, settings.pool_timeout_s)
    vault = Vault(settings.secret_keys)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            client = catalog
            if client is None:
                client = await stack.enter_async_context(internal_client(settings.catalog_url))
            app.state.callers = IntrospectedCallers(client, settings.catalog_key)
            resolver = SystemResolver()
            stack.callback(resolver.close)
            stack.push_async_callback(database.close)
            await database.open()
            broken = await renew_seals(database, vault)
            app.state.sealed = f"{broken} secret(s) need another key in WEBHOOKS_SECRET_KEYS" if broken else None
            policy = Policy.of(settings)
            app.state.database = database
            app.state.webhooks = Webhooks(settings, database, vault, policy, resolver, client)
            app.state.own_feed = OwnFeed(database, await _listening(stack, settings.database_url, stopping))
            if settings.deliver:
                sender = Sender(
                    policy,
                    resolver,
                    connect_timeout_s=settings.connect_timeout_s,
                    timeout_s=settings.delivery_timeout_s,
                )
                stack.push_async_callback(sender.close)
                app.state.engine = Engine(settings, database, vault, sender, client, count)
                stopping.then(app.state.engine.stop)
                await stack.enter_async_context(app.state.engine.running())
            yield

    stopping = Stopping()
    metrics = Metrics()
    watch_database(metrics, lambda: database)
    watch_queue(metrics, lambda: database)
    count = attempts_of(metrics)
    if settings.deliver:
        watch_follower(metrics, lambda: cast("Engine", app.state.engine).follower)
        watch_suspensions(metrics, lambda: cast("Engine", app.state.engine).suspensions)

    async def ready() -> Mapping[str, str | None]:
        return {"database": await database.trouble(), "secrets": app.state.sealed}

    app = create_service(
        "webhooks",
        title="Let's Food webhooks",
        description=DESCRIPTION,
        tags=TAGS,
        routers=[endpoints, deliveries, event_types, changes],
        lifespan=lifespan,
        ready=ready,
        settings=settings,
        metrics=metrics,
        stopping=stopping,
    )
    app.state.sealed = None
    document_events(app)
    return app


async def _listening(stack: AsyncExitStack, url: str, stopping: Stopping) -> ChangeSignal:
    """Wakes those who wait for changes of their endpoints."""
    signal = ChangeSignal(url)
    await signal.open()
    stack.push_async_callback(signal.close)
    stopping.then(signal.stop)
    return signal
