"""The servers of `benchmarks.contract`: `python -m benchmarks.contract_apps NAME DATABASE_URL SOCKET_FD BODY_FILE`.

All run under the same uvicorn with the same settings and read through the same pool of connections; they differ in
the app only.
"""

import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Lifespan

from services.catalog.app import create_app
from services.catalog.initiatives.kind import INITIATIVE
from services.catalog.records.fragments import Fragments
from services.catalog.records.queries import fetch_one
from services.catalog.records.representation import Reader
from services.catalog.settings import CatalogSettings
from services.catalog.vocabularies.repository import fetch_vocabularies
from services.common.database import Database
from services.common.languages import Languages
from services.common.telemetry.logs import configure_logging
from services.common.telemetry.settings import ProcessSettings
from services.launch.server import serve_app
from services.launch.stopping import run_until_stopped

PATH = "/catalog/v1/initiatives/{ref}"
POOL_SIZE = 10
Handler = Callable[[Request], Awaitable[Response]]
NO_LIMIT = "100000000/minute"
"""Every request is counted, and none is one too many."""


def contract(url: str, _: bytes) -> ASGIApp:
    """The catalog as it is served, its log lines included (they go to the null device)."""
    configure_logging(ProcessSettings(), development=False)
    return create_app(
        CatalogSettings(
            database_url=url,
            pool_size=POOL_SIZE,
            environment="development",
            rate_limit_read=NO_LIMIT,
            max_in_flight=500,
        )
    )


def handler(url: str, _: bytes) -> ASGIApp:
    """What the handler does on a bare FastAPI route: the same SQL, the same representation, the same bytes."""
    get, lifespan = _handler(url)
    app = FastAPI(lifespan=lifespan, openapi_url=None)
    app.get(PATH)(get)
    return app


def starlette(url: str, _: bytes) -> ASGIApp:
    """The same handler on a bare Starlette route, to tell what FastAPI costs of it."""
    get, lifespan = _handler(url)
    return Starlette(routes=[Route(PATH, get)], lifespan=lifespan)


def _handler(url: str) -> tuple[Handler, Lifespan[Any]]:
    database = Database(url, POOL_SIZE)
    held: dict[str, Reader] = {}
    fragments = Fragments()

    async def get(request: Request) -> Response:
        row = await fetch_one(database.pool, INITIATIVE.queries, request.path_params["ref"])
        if row is None:
            return Response(status_code=404)
        [body] = fragments.of(INITIATIVE, [row["state"]], held["reader"])
        return Response(body, media_type="application/json")

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        await database.open()
        held["reader"] = Reader(Languages(("en",)), await fetch_vocabularies(database.pool))
        yield
        await database.close()

    return get, lifespan


def bare(url: str, body: bytes) -> ASGIApp:
    """The least that can be: the same SQL, and then bytes that were made beforehand."""
    database = Database(url, POOL_SIZE)
    sql = f"{INITIATIVE.queries.state} where r.slug = $1"

    async def get(request: Request) -> Response:
        row = await database.pool.fetchrow(sql, request.path_params["ref"])
        return Response(body if row else b"", media_type="application/json")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await database.open()
        yield
        await database.close()

    return Starlette(routes=[Route(PATH, get)], lifespan=lifespan)


APPS: Mapping[str, Callable[[str, bytes], ASGIApp]] = {
    "contract": contract,
    "handler": handler,
    "starlette": starlette,
    "bare": bare,
}


def main() -> None:
    """Serve one of the apps on an inherited socket until the process is ended."""
    name, url, descriptor, body_file = sys.argv[1:]
    body = Path(body_file).read_bytes() if Path(body_file).exists() else b""
    run_until_stopped(serve_app(APPS[name](url, body), socket.socket(fileno=int(descriptor)), lambda: None))


if __name__ == "__main__":
    main()
