"""A request from one of our services to another carries the request's id and the trace."""

import httpx
from opentelemetry import propagate

from services.common.telemetry.logs import current_request


async def carry_on(request: httpx.Request) -> None:
    """httpx request hook: name the request and the trace that this one is part of."""
    request_id = current_request.get()
    if request_id is not None:
        request.headers.setdefault("X-Request-Id", request_id)
    propagate.inject(request.headers)


def internal_client(base_url: str, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client for another one of our services, never for a stranger's: it says which request it acts for."""
    return httpx.AsyncClient(base_url=base_url, event_hooks={"request": [carry_on]}, transport=transport)
