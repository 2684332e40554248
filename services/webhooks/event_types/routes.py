"""`/webhooks/v1/event-types`."""

from services.common.http.app import service_router
from services.webhooks.event_types import examples
from services.webhooks.event_types.catalogue import EVENT_TYPES, SELECTABLE
from services.webhooks.event_types.schemas import EventTypeList, EventTypeRead, ThinEvent

router = service_router("/event-types", tags=["events"])


@router.get("")
async def list_event_types() -> EventTypeList:
    """Every type of event, what it says, and an example in the format `thin`.

    The schemas of all formats are in this document under `webhooks`.
    """
    return EventTypeList(
        items=[
            EventTypeRead(
                type=one.name,
                subject=one.kind,
                description=one.description,
                selectable=one.name in SELECTABLE,
                example=ThinEvent.model_validate(examples.example(one.name, "thin")),
            )
            for one in EVENT_TYPES.values()
        ]
    )
