"""A service of a few routes behind the whole contract, which needs nothing opened and is ready at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

from services.common.http.app import create_service
from services.common.settings import ContractSettings
from services.common.telemetry.metrics import Metrics


def bare_service(name: str, router: APIRouter, settings: ContractSettings) -> FastAPI:
    """`/{name}/v1/…` with the routes of `router`."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield

    async def ready() -> dict[str, str | None]:
        return {}

    return create_service(
        name,
        title=name,
        description="For tests.",
        routers=[router],
        lifespan=lifespan,
        ready=ready,
        settings=settings,
        metrics=Metrics(),
    )
