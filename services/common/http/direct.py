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
PLAIN_PAGE = re.compile(rb"(lang=(all|[A-Za-z]{2})|limit=([1-9]\d?|1\d\d|200)|cursor=[A-Za-z0-9_-]{1,1000})")
MAX_REFERENCE = 120

_MARK = "answers_directly"


@dataclass(frozen=True, slots=True)
class DirectRoute:
    """A route `{collection}/{parameter}`; or `{collection}`, a list, which has no parameter."""

    path: str
    parameter: str | None
    endpoint: Endpoint


def direct(endpoint: E) -> E:
    """Mark an endpoint of `GET …/{parameter}` with the one query parameter `lang`, that takes the request alone."""
    setattr(endpoint, _MARK, True)
    return endpoint


def direct_list(route: Callable[..., object], endpoint: Endpoint) -> None:
    """Have an endpoint answer `GET {collection}` with `lang`, `limit` and `cursor` alone, in the place of `route`."""
    setattr(route, _MARK, endpoint)


def direct_routes(prefix: str, routers: Iterable[APIRouter]) -> dict[str, DirectRoute]:
    """The marked routes of these routers under the prefix, by their path as far as it is fixed."""
    found = {}
    for router in routers:
        for route in router.routes:
            marked = getattr(route.endpoint, _MARK, None) if isinstance(route, APIRoute) else None
            if marked is None or not isinstance(route, APIRoute):
                continue
            path = f"{prefix}{route.path}"
            if marked is True:
                collection, _, parameter = path.rpartition("/")
                found[f"{collection}/"] = DirectRoute(path, parameter.strip("{}"), route.endpoint)
            else:
                found[path] = DirectRoute(path, None, marked)
    return found


class DirectRoutes:
    """Answers plain requests for direct routes, and hands every other one on."""

    def __init__(self, app: ASGIApp, routes: Mapping[str, DirectRoute]) -> None:
        self.app = app
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET":
            route, parameters = self._find(scope["path"], scope["query_string"])
            if route is not None:
                scope["route"] = route
                scope["path_params"] = parameters
                response = await route.endpoint(Request(scope, receive))
                await response(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _find(self, path: str, query: bytes) -> tuple[DirectRoute | None, dict[str, str]]:
        """The route that answers this, and its parameters."""
        if (route := self.routes.get(path)) is not None:
            return route if route.parameter is None and _plain_page(query) else None, {}
        collection, _, reference = path.rpartition("/")
        route = self.routes.get(f"{collection}/")
        if route is None or route.parameter is None or not 0 < len(reference) <= MAX_REFERENCE:
            return None, {}
        return route if PLAIN_QUERY.fullmatch(query) else None, {route.parameter: reference}


def _plain_page(query: bytes) -> bool:
    """Whether a list's query has no parameter but those of every page, each once and of its form."""
    parts = query.split(b"&") if query else []
    names = {part.partition(b"=")[0] for part in parts}
    return len(names) == len(parts) and all(PLAIN_PAGE.fullmatch(part) for part in parts)
