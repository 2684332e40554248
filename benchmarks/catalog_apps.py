"""The reference of `benchmarks.catalog`: `python -m benchmarks.catalog_apps DATABASE_URL SOCKET_FD FOLDER`.

Starlette and asyncpg, and nothing else: for each request it runs the very statement that the catalog runs. Under
`/prepared/` it then sends what was made beforehand, else it makes the same bytes of the rows as plainly as can be.
Under the catalog's own uvicorn, with as many connections.
"""

import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.catalog_asked import ASKED, Asked
from services.catalog.records.representation import Reader
from services.catalog.vocabularies.repository import VocabularyState, fetch_vocabularies
from services.common.database import Database
from services.common.geo import GEOJSON
from services.common.languages import Languages
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

    bodies = {asked.name: (folder / asked.name).read_bytes() for asked in ASKED}
    routes = [_made(asked, database, bodies[asked.name]) for asked in ASKED]
    routes += [_prepared(asked, database, bodies[asked.name]) for asked in ASKED]
    return Starlette(routes=routes, lifespan=lifespan)


def _made(asked: Asked, database: Database, body: bytes) -> Route:
    following = orjson.loads(body).get("next")
    kind, as_feature = asked.kind, asked.kind.as_feature

    async def get(_: Request) -> Response:
        rows = await database.pool.fetch(asked.sql, *asked.values)
        reader = Reader(Languages(("en",)), vocabularies or await _read(database))
        records = [kind.represent(orjson.loads(row["state"]), reader) for row in rows[: asked.limit]]
        document: object = records[0]
        if asked.accept == GEOJSON and as_feature:
            features = [as_feature(record) for record in records]
            document = {"type": "FeatureCollection", "features": features, "next": following}
        elif asked.limit > 1:
            document = {"items": records, "next": following}
        return Response(orjson.dumps(document), media_type=asked.accept)

    return Route(f"/{asked.name}", get)


vocabularies: dict[str, VocabularyState] = {}
"""Read once: this server's data stay as they are."""


async def _read(database: Database) -> dict[str, VocabularyState]:
    vocabularies.update(await fetch_vocabularies(database.pool))
    return vocabularies


def _prepared(asked: Asked, database: Database, body: bytes) -> Route:
    async def get(_: Request) -> Response:
        rows = await database.pool.fetch(asked.sql, *asked.values)
        return Response(body if rows else b"", media_type=asked.accept)

    return Route(f"/prepared/{asked.name}", get)


def main() -> None:
    """Serve on an inherited socket until the process is ended."""
    url, descriptor, folder = sys.argv[1:]
    run_until_stopped(serve_app(bare(url, Path(folder)), socket.socket(fileno=int(descriptor)), lambda: None))


if __name__ == "__main__":
    main()
