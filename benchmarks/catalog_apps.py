"""The reference of `benchmarks.catalog`: `python -m benchmarks.catalog_apps DATABASE_URL SOCKET_FD FOLDER`.

Starlette and asyncpg, and nothing else: for each request it runs the very statement that the catalog runs, and sends
bytes that were made beforehand. Under the catalog's own uvicorn, with as many connections.
"""

import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.catalog_asked import ASKED, Asked
from services.common.database import Database
from services.launch.server import serve_app
from services.launch.stopping import run_until_stopped

POOL_SIZE = 10


def bare(url: str, folder: Path) -> Starlette:
    """One route for each thing that is asked."""
    database = Database(url, POOL_SIZE)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await database.open()
        yield
        await database.close()

    return Starlette(routes=[_route(asked, database, folder / asked.name) for asked in ASKED], lifespan=lifespan)


def _route(asked: Asked, database: Database, body_file: Path) -> Route:
    body = body_file.read_bytes()

    async def get(_: Request) -> Response:
        rows = await database.pool.fetch(asked.sql, *asked.values)
        return Response(body if rows else b"", media_type=asked.accept)

    return Route(f"/{asked.name}", get)


def main() -> None:
    """Serve on an inherited socket until the process is ended."""
    url, descriptor, folder = sys.argv[1:]
    run_until_stopped(serve_app(bare(url, Path(folder)), socket.socket(fileno=int(descriptor)), lambda: None))


if __name__ == "__main__":
    main()
