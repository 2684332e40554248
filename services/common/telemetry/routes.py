"""Which route answered, by its template, and the page that Prometheus reads."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response
from starlette.types import Scope

OTHER = "other"
"""Addresses without a route of their own: whatever a scanner tries is one series, not thousands."""


def route_template(scope: Scope) -> str:
    """The template of the route that was chosen, e.g. `/catalog/v1/territories/{ref}`; never the address itself."""
    # FastAPI keeps the whole template of a route of an included router here; the route itself lacks the prefix.
    included = scope.get("fastapi", {}).get("effective_route_context")
    template: str | None = getattr(included, "path_format", None) or getattr(scope.get("route"), "path", None)
    if template is None:
        mounted: str = scope.get("root_path", "")
        return f"{mounted}/{{path}}" if mounted else OTHER
    return template


Exposition = Callable[[str], Awaitable[tuple[bytes, str]]]
"""Accept header → the body and its media type."""


def metrics_router(exposition: Exposition) -> APIRouter:
    """`metrics` of one service."""
    router = APIRouter(tags=["operation"])

    @router.get(
        "/metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    async def metrics(request: Request) -> Response:
        """How the service fares, for Prometheus: requests by route, lag behind the feed, connections, memory."""
        body, media_type = await exposition(request.headers.get("accept", ""))
        return Response(body, headers={"Content-Type": media_type, "Cache-Control": "no-store"})

    return router
