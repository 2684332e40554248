"""A receiver that costs little: it answers each POST at once. `python -m benchmarks.webhooks_receiver`."""

import asyncio
from typing import cast

from uvloop import new_event_loop

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


class Connection(asyncio.Protocol):
    """Reads requests by their length."""

    def __init__(self) -> None:
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready to read."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer every request that is there whole."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            place = head.index(b"content-length:") + 15
            length = end + 4 + int(head[place:].split(b"\r\n", 1)[0])
            if len(self._buffer) < length:
                return
            self._buffer = self._buffer[length:]
            self._transport.write(ANSWER)


async def serve() -> None:
    """Serve until killed; prints the port."""
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(serve())
