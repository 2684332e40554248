"""The catalog service: what territories do, and the change feed that keeps others in step with it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from fastapi import FastAPI

from services.catalog.access.callers import DatabaseCallers
from services.catalog.access.routes import ACCESS_ROUTERS
from services.catalog.completeness.routes import router as completeness
from services.catalog.context import Catalog
from services.catalog.duplicates.routes import router as duplicates
from services.catalog.editing.routes import EDITING_ROUTERS
from services.catalog.editing.staleness.reminder import REVIEW_DUE, ReviewReminder
from services.catalog.kinds import KINDS
from services.catalog.records.queries import fetch_states
from services.catalog.records.survivors import survivors
from services.catalog.routes import ROUTERS
from services.catalog.settings import CatalogSettings
from services.catalog.vocabularies.cache import VocabularyCache
from services.catalog.vocabularies.crosswalks.routes import router as crosswalks
from services.catalog.vocabularies.repository import VOCABULARIES
from services.catalog.vocabularies.routes import router as vocabularies
from services.common.database import Database
from services.common.feed.reader import Reads
from services.common.feed.routes import FEED_TAGS, Feed, feed_router
from services.common.feed.signal import ChangeSignal
from services.common.feed.snapshot import Snapshots
from services.common.http.app import create_service
from services.common.http.spooled import Room
from services.common.stopping import Stopping
from services.common.telemetry.metrics import Metrics
from services.common.telemetry.probes import watch_database, watch_feed

PUBLISHED = {VOCABULARIES.kind: VOCABULARIES} | {kind.name: kind.queries for kind in KINDS}
"""What the feed and the snapshot carry, in the snapshot's order: what others refer to comes first."""

EXAMPLES = Path(__file__).parent / "examples.json"
"""Of the document, by schema; recorded by `python -m tests.contract.catalog.record`."""

EVENT_TYPES = [
    "vocabulary.changed",
    *(f"{kind.name}.{event}" for kind in KINDS for event in ("created", "updated", "archived", "merged")),
    REVIEW_DUE,
]
"""Every type of change that the feed carries."""


TAGS = {
    "territories": "Municipalities, regions and countries, with their problems, readiness, food projects and contacts.",
    "initiatives": "What is done in a territory about its food: actors, money, lessons, where it comes from.",
    "organizations": "Who acts, in which role, and the actor map of a territory.",
    "cooperations": "Who works with whom, by which devices, in phases, exchanges and actions.",
    "networks": "What territories are members of.",
    "programmes": "Programmes, censuses and funding calls.",
    "learning": "Guides, courses and other resources to learn from.",
    "offers": "What territories offer and ask for.",
    "diagnoses": "Diagnoses of territories, workshops and the priority actions that came of them.",
    "vocabularies": "The codes of everything, with labels in every language, and crosswalks from codes of others.",
    "completeness": "How much is known.",
    "duplicates": "Records that may be of the same thing.",
    **FEED_TAGS,
    "access": "Partners, their keys and mandates, owners of records, and what a key may do.",
    "editing": "Revisions, review, merging and renaming of records.",
}


def create_app(settings: CatalogSettings) -> FastAPI:
    """The catalog's app; its lifespan opens the database, which must have been migrated."""
    database = Database(settings.database_url, settings.pool_size, settings.pool_timeout_s)

    async def states(reads: Reads, kind: str, ids: Sequence[UUID]) -> Mapping[UUID, bytes]:
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
        vocabularies_kept = VocabularyCache(lambda: database.pool)
        room = Room(settings.pool_timeout_s)
        app.state.database = database
        app.state.catalog = Catalog(settings, database, vocabularies_kept, app.state.callers, room)
        app.state.feed = Feed("catalog", database, signal, snapshots, states, EVENT_TYPES, survivors)
        reminder = ReviewReminder(database, settings.review_interval_s)
        stopping.then(reminder.stop)
        reminding = asyncio.create_task(reminder.run(), name="tell what falls due for review")
        try:
            yield
        finally:
            reminder.stop()
            await reminding
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
        tags=TAGS,
        routers=[
            *ROUTERS,
            vocabularies,
            crosswalks,
            completeness,
            duplicates,
            feed_router(),
            *ACCESS_ROUTERS,
            *EDITING_ROUTERS,
        ],
        lifespan=lifespan,
        ready=ready,
        settings=settings,
        metrics=metrics,
        examples=EXAMPLES,
        stopping=stopping,
    )
