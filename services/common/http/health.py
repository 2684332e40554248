"""Live and ready: the process answers; the process can do its work."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Response
from pydantic import BaseModel

ReadyCheck = Callable[[], Awaitable[Mapping[str, str | None]]]
"""What the service depends on, by name: None when it is there, else what is being waited for."""


class Live(BaseModel):
    """The process answers."""

    status: str = "live"


class Ready(BaseModel):
    """Whether the service can do its work, and what it waits for when it cannot."""

    status: str
    waiting_for: dict[str, str]


def health_router(check: ReadyCheck) -> APIRouter:
    """`health/live` and `health/ready` of one service."""
    router = APIRouter(prefix="/health", tags=["operation"])

    @router.get("/live")
    async def live() -> Live:
        """Answers while the process runs; says nothing of what the service depends on."""
        return Live()

    @router.get("/ready", responses={503: {"model": Ready, "description": "Not ready; `waiting_for` says why."}})
    async def ready(response: Response) -> Ready:
        """Whether the service can do its work. 503 names what it waits for."""
        waiting = {name: reason for name, reason in (await check()).items() if reason is not None}
        if waiting:
            response.status_code = 503
            response.headers["Retry-After"] = "1"
        return Ready(status="waiting" if waiting else "ready", waiting_for=waiting)

    return router
