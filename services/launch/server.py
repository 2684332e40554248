"""A web server on loopback that leaves signals to whoever runs it."""

import asyncio
import gc
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp

from services.common.telemetry.settings import ProcessSettings
from services.launch.protocol import LimitedProtocol
from services.local.errors import LocalError

HOST = "127.0.0.1"

COLLECTED_AFTER = (10_000, 20, 20)
"""How much has to be made before garbage is looked for: an answer of many records is thousands of objects, all of which
go by themselves when it has been sent."""


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, begin_stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._begin_stopping = begin_stopping

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer those who wait for something now, and let all others have their whole answer."""
        self._begin_stopping()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Whoever runs this has handlers of its own."""
        yield


def port_number(text: str) -> int:
    """The port that a text names; raises `LocalError` for anything else."""
    if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 65535:
        return int(text[:6])
    raise LocalError(f"{text[:20]!r} is no port: it is a number from 1 to 65535, as in make up PORT=8010")


@contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """A socket bound to the port, taken before anything is started; raises `LocalError` when it cannot be had."""
    # Named as TCP, so that asyncio turns Nagle's algorithm off: an answer's body would wait 40 ms for its headers' ACK.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
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


async def serve_app(app: ASGIApp, listener: socket.socket, begin_stopping: Callable[[], None]) -> None:
    """Serve until cancelled; then finish what is in flight and leave the app's lifespan.

    `begin_stopping` tells the app that the end has come, before what is in flight is waited for.
    """
    settings = ProcessSettings()
    config = uvicorn.Config(
        cast("Any", app),
        http=LimitedProtocol,
        ws="none",
        log_config=None,  # our own, set when the process starts
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the request layer does that, for the proxies that its settings name
        timeout_graceful_shutdown=settings.shutdown_seconds,
        lifespan="on",
    )
    server = _Server(config, begin_stopping)
    gc.collect()
    gc.freeze()  # what is there by now stays: collecting garbage need not look through it again and again
    gc.set_threshold(*COLLECTED_AFTER)
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise
    raise LocalError("The server did not start; its last words stand above.")
