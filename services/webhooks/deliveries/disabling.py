"""Switching off an endpoint that receives nothing any more, and telling its partner so."""

from uuid import UUID

from sqlmodel import col, select

from services.common.clock import now
from services.common.database import Database, reads_of
from services.common.feed.writer import record_change
from services.common.ids import new_id
from services.webhooks.endpoints.models import Endpoint
from services.webhooks.event_types.catalogue import API_VERSION
from services.webhooks.events.facts import Facts
from services.webhooks.events.fanout import fan_out
from services.webhooks.events.repository import NewEvent, insert_events

FEED = "webhooks"
DISABLED = "endpoint.disabled"


async def disable(database: Database, endpoint_id: UUID, reason: str, first_pause_s: float) -> None:
    """Disable an endpoint for a reason of ours, `gone` or `failing`. Of one that is disabled already, nothing changes.

    What waits for it stays where it is, and goes out first once it is enabled again. In the same transaction the
    change enters our own feed, and the partner's other endpoints get the event `endpoint.disabled`.
    """
    async with database.transaction() as session:
        query = select(Endpoint).where(col(Endpoint.id) == endpoint_id).with_for_update(key_share=True)
        endpoint = (await session.exec(query)).one_or_none()
        if endpoint is None or not endpoint.enabled or endpoint.deleted_at is not None:
            return
        endpoint.enabled = False
        endpoint.disabled_reason = reason
        endpoint.disabled_at = endpoint.updated_at = now()
        endpoint.version += 1
        session.add(endpoint)
        change = await record_change(session, DISABLED, endpoint.id, endpoint.version)
        connection = await reads_of(session)
        event = _event(endpoint, str(change.id))
        await fan_out(connection, await insert_events(connection, [event]), first_pause_s)


def _event(endpoint: Endpoint, change_id: str) -> NewEvent:
    assert endpoint.disabled_at is not None  # noqa: S101 - just set
    return NewEvent(
        id=new_id(),
        feed=FEED,
        change_id=change_id,
        type=DISABLED,
        subject_kind="endpoint",
        subject_id=str(endpoint.id),
        subject_version=endpoint.version,
        occurred_at=endpoint.disabled_at,
        api_version=API_VERSION,
        state=state_of(endpoint),
        facts=Facts(),
        partner_id=endpoint.partner_id,
    )


def state_of(endpoint: Endpoint) -> dict[str, object]:
    """What an endpoint's events say of it; nothing that only its sender and receiver may know."""
    return {
        "id": str(endpoint.id),
        "version": endpoint.version,
        "url": endpoint.url,
        "description": endpoint.description,
        "enabled": endpoint.enabled,
        "disabled_reason": endpoint.disabled_reason,
        "disabled_at": endpoint.disabled_at,
        "failing_since": endpoint.failing_since,
    }
