"""Live and ready: the process answers; the process can do its work."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.common.http.documents import problem_responses
from services.common.problems import UNAVAILABLE, Problem
from services.common.stopping import Stopping

ReadyCheck = Callable[[], Awaitable[Mapping[str, str | None]]]
"""What the service depends on, by name: None when it is there, else what is being waited for."""


class Live(BaseModel):
    """The process answers."""

    status: str = Field("live", examples=["live"])


class Ready(BaseModel):
    """The service can do its work."""

    status: str = Field("ready", examples=["ready"])


def health_router(check: ReadyCheck, stopping: Stopping) -> APIRouter:
    """`health/live` and `health/ready` of one service."""
    router = APIRouter(prefix="/health", tags=["operation"])

    @router.get("/live")
    async def live() -> Live:
        """Answers while the process runs; says nothing of what the service depends on."""
        return Live()

    @router.get("/ready", responses=problem_responses(503))
    async def ready() -> Ready:
        """Whether the service can do its work. 503 names in `waiting_for` what it waits for."""
        if stopping.begun:
            raise _waiting({"process": "it is stopping"})
        waiting = {name: reason for name, reason in (await check()).items() if reason is not None}
        if waiting:
            raise _waiting(waiting)
        return Ready()

    return router


def _waiting(reasons: Mapping[str, str]) -> Problem:
    return Problem(
        UNAVAILABLE,
        {
            "en": "Waiting for: {names}.",
            "fr": "En attente de : {names}.",
            "ar": "في انتظار: {names}.",
        },
        {"names": ", ".join(reasons)},
        headers={"Retry-After": "1"},
        extensions={"waiting_for": reasons},
    )
