"""Every table of webhooks' database, gathered for migrations."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from services.common.feed.tables import ChangeBatch, ChangeRow
from services.common.idempotency.tables import IdempotentRequest
from services.webhooks.deliveries.models import Delivery, DeliveryAttempt, Lane
from services.webhooks.endpoints.models import Endpoint, EndpointSecret
from services.webhooks.events.models import Event, EventSubject, SourceFeed

TABLES: tuple[type[SQLModel], ...] = (
    Endpoint,
    EndpointSecret,
    Event,
    EventSubject,
    SourceFeed,
    Delivery,
    DeliveryAttempt,
    Lane,
    IdempotentRequest,
    ChangeBatch,
    ChangeRow,
)


def webhooks_metadata() -> MetaData:
    """Webhooks' tables alone: SQLModel keeps those of every imported service in one place."""
    metadata = MetaData()
    for table in TABLES:
        SQLModel.metadata.tables[str(table.__tablename__)].to_metadata(metadata)
    return metadata
