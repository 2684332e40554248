"""How every service's app is put together: routes that refuse what they do not know, errors, documents, health."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI

from services.common.access.bearer import identify
from services.common.http.direct import DirectRoutes, direct_routes
from services.common.http.docs import add_docs
from services.common.http.errors import install_error_handlers
from services.common.http.health import ReadyCheck, health_router
from services.common.http.layer import Contract, RequestLayer
from services.common.http.openapi import finish_openapi
from services.common.http.pages import problem_pages
from services.common.http.parameters import ContractRoute
from services.common.settings import ContractSettings
from services.common.stopping import Stopping
from services.common.telemetry.metrics import Metrics
from services.common.telemetry.observer import Observer
from services.common.telemetry.routes import metrics_router
from services.common.telemetry.settings import ProcessSettings
from services.common.telemetry.traces import exporting, fastapi_telemetry, traces_of

TAGS = {"operation": "Whether the service works, and its metrics."}
"""What every service has; the `tags` of `create_service` come before it."""


def service_router(prefix: str = "", tags: Sequence[str] = ()) -> APIRouter:
    """A router whose routes keep the common contract."""
    return APIRouter(prefix=prefix, tags=list(tags), route_class=ContractRoute)


def create_service(  # noqa: PLR0913 - all of them by name
    name: str,
    *,
    title: str,
    description: str,
    routers: Sequence[APIRouter],
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]],
    ready: ReadyCheck,
    settings: ContractSettings,
    metrics: Metrics,
    stopping: Stopping | None = None,
    tags: Mapping[str, str] = TAGS,
    examples: Path | None = None,
) -> FastAPI:
    """The app of the service `name`: every path begins with `/{name}`, documents and health included.

    `tags` says what the groups of its operations are about. `app.state.stopping` is how the server tells it that the
    process ends. `examples` are those of its document, by schema.
    """
    stopping = stopping or Stopping()
    traces = traces_of(name, ProcessSettings().otlp_endpoint)

    @asynccontextmanager
    async def traced_lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with exporting(traces), lifespan(app):
            yield

    app = FastAPI(
        title=title,
        description=description,
        version="1",
        openapi_tags=[{"name": tag, "description": text} for tag, text in {**tags, **TAGS}.items()],
        openapi_url=f"/{name}/openapi.json",
        docs_url=None,
        redirect_slashes=False,  # the Location would be made of whatever Host the client sent
        redoc_url=None,
        lifespan=traced_lifespan,
        telemetry=fastapi_telemetry(traces),
        separate_input_output_schemas=True,
    )
    app.state.stopping = stopping
    app.router.route_class = ContractRoute
    for router in routers:
        app.include_router(router, prefix=f"/{name}/v1")
    app.include_router(health_router(ready, stopping), prefix=f"/{name}")
    app.include_router(metrics_router(metrics.exposition), prefix=f"/{name}")
    app.include_router(problem_pages)
    add_docs(app, f"/{name}")
    install_error_handlers(app)
    if traces is None:  # else every request goes through FastAPI's own routing, which makes the spans
        app.add_middleware(DirectRoutes, routes=direct_routes(f"/{name}/v1", routers))
    contract = Contract.of(settings, name, identify=identify, observer=Observer(name, metrics))
    app.add_middleware(RequestLayer, contract=contract)
    finish_openapi(app, examples)
    return app
