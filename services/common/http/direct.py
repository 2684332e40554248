"""Reads that are asked far more often than anything else, answered past FastAPI's routing and dependencies.

Those cost several times what such a read itself does. An endpoint marked `@direct` takes the request alone and reads
from it what it needs; its route declares the same parameters as dependencies, for the document and for every request
that is not of the plain form: that one goes the ordinary way, which knows how to refuse what is wrong with it.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

Endpoint = Callable[[Request], Awaitable[Response]]
E = TypeVar("E", bound=Endpoint)

PLAIN_QUERY = re.compile(rb"(lang=(all|[A-Za-z]{2}))?")
MAX_REFERENCE = 120

_MARK = "answers_directly"


@dataclass(frozen=True, slots=True)
class DirectRoute:
    """A route `{collection}/{parameter}`."""

    path: str
    parameter: str
    endpoint: Endpoint


def direct(endpoint: E) -> E:
    """Mark an endpoint of `GET …/{parameter}` with the one query parameter `lang`, that takes the request alone."""
    setattr(endpoint, _MARK, True)
    return endpoint


def direct_routes(prefix: str, routers: Iterable[APIRouter]) -> dict[str, DirectRoute]:
    """The marked routes of these routers under the prefix, by the path of their collection."""
    found = {}
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute) and getattr(route.endpoint, _MARK, False):
                collection, _, parameter = f"{prefix}{route.path}".rpartition("/")
                found[collection] = DirectRoute(f"{prefix}{route.path}", parameter.strip("{}"), route.endpoint)
    return found


class DirectRoutes:
    """Answers plain requests for direct routes, and hands every other one on."""

    def __init__(self, app: ASGIApp, routes: Mapping[str, DirectRoute]) -> None:
        self.app = app
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET":
            collection, _, reference = scope["path"].rpartition("/")
            route = self.routes.get(collection)
            if route and 0 < len(reference) <= MAX_REFERENCE and PLAIN_QUERY.fullmatch(scope["query_string"]):
                scope["route"] = route
                scope["path_params"] = {route.parameter: reference}
                response = await route.endpoint(Request(scope, receive))
                await response(scope, receive, send)
                return
        await self.app(scope, receive, send)
