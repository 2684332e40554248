"""A service of a few routes behind the whole contract, and a server of it as a process: `python -m … PORT JSON`."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from typing import Annotated, Any

import uvicorn
from fastapi import APIRouter, Body, FastAPI, Query, Response
from fastapi.responses import StreamingResponse

from services.common.http.app import service_router
from services.common.settings import ContractSettings
from services.launch.protocol import Patience, limited_protocol
from tests.integration.common.bare_service import bare_service


def _add_odd_answers(router: APIRouter) -> None:
    @router.get("/large")
    async def large() -> Response:
        """More than any buffer takes."""
        return Response(b"x" * 50_000_000, media_type="application/octet-stream")

    @router.get("/endless")
    async def endless() -> StreamingResponse:
        """An answer that goes on."""

        async def dots() -> AsyncIterator[bytes]:
            while True:
                yield b"."
                await asyncio.sleep(0.01)

        return StreamingResponse(dots(), headers={"Content-Length": "1000000"})

    @router.get("/broken")
    async def broken() -> None:
        """Fails as nobody foresaw."""
        message = "a secret"
        raise RuntimeError(message)

    @router.get("/away")
    async def away() -> None:
        """Needs what is not there."""
        raise ConnectionRefusedError


def create_app(settings: ContractSettings) -> FastAPI:
    """`/things/v1/…`: read, write, wait, fail."""
    router = service_router()
    gate = asyncio.Event()

    @router.get("/thing")
    async def thing(limit: Annotated[int, Query(ge=1, le=200)] = 20) -> dict[str, int]:
        """Something."""
        return {"limit": limit}

    @router.post("/thing")
    async def write(body: Annotated[dict[str, Any], Body()]) -> dict[str, int]:
        """Something written."""
        return {"members": len(body)}

    @router.get("/held")
    async def held(wait: float = 0) -> dict[str, float]:
        """Answers once somebody asks for `/freed`."""
        await gate.wait()
        return {"wait": wait}

    @router.post("/freed")
    async def freed(wait: float = 0) -> dict[str, float]:
        """Lets everybody go who is held. With `wait` it takes a place of those who wait."""
        gate.set()
        return {"wait": wait}

    _add_odd_answers(router)

    return bare_service("things", router, settings)


def main() -> None:
    """Serve on an inherited socket until killed."""
    descriptor, options = int(sys.argv[1]), json.loads(sys.argv[2])
    patience = Patience(**options.pop("patience", {}))
    config = uvicorn.Config(
        create_app(ContractSettings.model_validate(options)),
        http=limited_protocol(patience),
        ws="none",
        log_config=None,
        proxy_headers=False,
    )
    asyncio.run(uvicorn.Server(config).serve(sockets=[socket.socket(fileno=descriptor)]))


if __name__ == "__main__":
    main()
