"""A client that costs little: it sends one prepared request over and over and reads answers by their length."""

import asyncio
import time
from typing import cast

from uvloop import new_event_loop


class Connection(asyncio.Protocol):
    """One keep-alive connection, one request at a time."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._buffer = bytearray()
        self._length = -1
        self._until = 0.0
        self.answered = 0
        self.body = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready to send."""
        self._transport = cast("asyncio.Transport", transport)

    def start(self, until: float) -> None:
        """Send until this time (`time.perf_counter`)."""
        self._until = until
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """More of an answer; a whole one is counted and the next request sent."""
        self._buffer += data
        if self._length < 0:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._buffer[:end]).lower()
            if not head.startswith(b"http/1.1 200"):
                self.done.set_exception(RuntimeError(head.decode()))
                self._transport.abort()
                return
            place = head.index(b"content-length: ") + 16
            self._length = end + 4 + int(head[place:].split(b"\r\n", 1)[0])
            self._head = end + 4
        if len(self._buffer) < self._length:
            return
        self.body, self._buffer, self._length = bytes(self._buffer[self._head : self._length]), bytearray(), -1
        self.answered += 1
        if time.perf_counter() < self._until:
            self._transport.write(self._request)
        else:
            self._transport.close()
            self.done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """The server hung up."""
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("closed by the server"))


async def _run(port: int, request: bytes, connections: int, seconds: float) -> tuple[float, bytes]:
    loop = asyncio.get_running_loop()
    opened = [
        (await loop.create_connection(lambda: Connection(request), "127.0.0.1", port))[1] for _ in range(connections)
    ]
    began = time.perf_counter()
    for connection in opened:
        connection.start(began + seconds)
    await asyncio.gather(*(connection.done for connection in opened))
    rate = sum(connection.answered for connection in opened) / (time.perf_counter() - began)
    return rate, opened[0].body


def measure(port: int, request: bytes, connections: int, seconds: float) -> tuple[float, bytes]:
    """Answers a second over so many connections, and one answer's body. Raises RuntimeError for any other than 200."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(_run(port, request, connections, seconds))
