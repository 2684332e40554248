"""How every service's app is put together: routes that refuse what they do not know, errors, documents, health."""

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from starlette.staticfiles import StaticFiles

from services.common import problems
from services.common.access.bearer import identify
from services.common.http.bodies import StrictRequest
from services.common.http.direct import DirectRoutes, direct_routes
from services.common.http.documents import docs_page, finish_openapi
from services.common.http.errors import install_error_handlers
from services.common.http.health import ReadyCheck, health_router
from services.common.http.layer import Contract, RequestLayer
from services.common.http.pages import problem_pages
from services.common.problems import FieldError, Problem
from services.common.settings import ContractSettings
from services.common.stopping import Stopping
from services.common.telemetry.metrics import Metrics
from services.common.telemetry.observer import Observer
from services.common.telemetry.routes import metrics_router
from services.common.telemetry.settings import ProcessSettings
from services.common.telemetry.traces import exporting, fastapi_telemetry, traces_of


def _query_names(dependant: Dependant) -> set[str]:
    names = {field.alias for field in dependant.query_params}
    for part in dependant.dependencies:
        names |= _query_names(part)
    return names


class ContractRoute(APIRoute):
    """A route that answers 400 to a query parameter it does not have, instead of passing over a misspelt filter."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()
        known = frozenset(_query_names(self.dependant))

        async def checked(plain: Request) -> Response:
            request = StrictRequest(plain.scope, plain.receive)
            unknown = [name for name in request.query_params if name not in known]
            if unknown:
                raise unknown_parameters(unknown, sorted(known))
            return await handler(request)

        return checked


NAMED, NAMED_CHARACTERS = 10, 80
"""How many unknown parameters an answer names, and how much of each: it should not be larger than the question."""


def unknown_parameters(unknown: Sequence[str], known: Sequence[str]) -> Problem:
    """The problem for parameters that an operation does not have; it names those it has."""
    allowed = ", ".join(known) or "-"
    named = [name[:NAMED_CHARACTERS] for name in unknown[:NAMED]]
    return Problem(
        problems.UNKNOWN_PARAMETER,
        {
            "en": "This operation does not know {names}. It knows: {allowed}.",
            "fr": "Cette opération ne connaît pas {names}. Elle connaît : {allowed}.",
            "ar": "هذه العملية لا تعرف {names}. المعاملات المعروفة: {allowed}.",
        },
        {"names": ", ".join(named), "allowed": allowed},
        errors=[
            FieldError(
                pointer=f"?{name}",
                detail=f"Known parameters: {allowed}",
                code="unknown_parameter",
                context={"allowed": allowed},
            )
            for name in named
        ],
    )


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
) -> FastAPI:
    """The app of the service `name`: every path begins with `/{name}`, documents and health included.

    `app.state.stopping` is how the server tells it that the process ends.
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
    _add_docs(app, name)
    install_error_handlers(app)
    if traces is None:  # else every request goes through FastAPI's own routing, which makes the spans
        app.add_middleware(DirectRoutes, routes=direct_routes(f"/{name}/v1", routers))
    contract = Contract.of(settings, name, identify=identify, observer=Observer(name, metrics))
    app.add_middleware(RequestLayer, contract=contract)
    finish_openapi(app)
    return app


def _add_docs(app: FastAPI, name: str) -> None:
    static = Path(fastapi_offline.__file__).parent / "static"
    app.mount(f"/{name}/docs/static", StaticFiles(directory=static), name="docs-static")

    @app.get(f"/{name}/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return docs_page(app.title, f"/{name}")

    @app.get(f"/{name}/docs/start.js", include_in_schema=False)
    async def start() -> Response:
        script = f'SwaggerUIBundle({{url: "/{name}/openapi.json", dom_id: "#swagger-ui", deepLinking: true}});'
        return Response(script, media_type="text/javascript")
