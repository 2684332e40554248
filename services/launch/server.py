"""A web server on loopback that leaves signals to whoever runs it."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp

from services.local.errors import LocalError

HOST = "127.0.0.1"

GRACE_S = 5
"""What is in flight when the process is asked to stop may take this long to finish."""


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Whoever runs this has handlers of its own."""
        yield


@contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """A socket bound to the port, taken before anything is started; raises `LocalError` when it cannot be had."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            message = f"Port {port} cannot be used ({reason}). Choose another one: make up PORT=8010"
            raise LocalError(message) from error
        yield listener
    finally:
        listener.close()


async def serve_app(app: ASGIApp, listener: socket.socket) -> None:
    """Serve until cancelled; then finish what is in flight and leave the app's lifespan."""
    config = uvicorn.Config(cast("Any", app), log_level="warning", timeout_graceful_shutdown=GRACE_S, lifespan="on")
    server = _Server(config)
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise
    raise LocalError("The server did not start; its last words stand above.")
