"""Answers too large to be held in memory: written to a temporary file piece by piece, then sent from there.

Nothing is sent before the whole is there, so that what goes wrong on the way still becomes a problem document, and the
headers say what only the end can tell: the length, the languages, the ETag. However slowly a client takes it, no memory
and no database connection waits for it.
"""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import IO

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from services.common.etags import none_match

WRITTEN_AT_ONCE = 1024 * 1024
SENT_AT_ONCE = 256 * 1024

MADE_AT_ONCE = 2
"""They cost a process about a quarter of a second of its time each: more at once would keep all others waiting."""

KEPT_AT_ONCE = 20
"""Files that wait for their clients; of 10,000 records one has about 20 MB."""


class Room:
    """How many large answers a process makes and keeps at once. Who finds no room in time gets TimeoutError."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._making = asyncio.Semaphore(MADE_AT_ONCE)
        self._keeping = asyncio.Semaphore(KEPT_AT_ONCE)

    def making(self) -> AbstractAsyncContextManager[None]:
        """Room to make one."""
        return self._entered(self._making)

    def keeping(self) -> AbstractAsyncContextManager[None]:
        """Room to keep one."""
        return self._entered(self._keeping)

    @asynccontextmanager
    async def _entered(self, semaphore: asyncio.Semaphore) -> AsyncIterator[None]:
        async with asyncio.timeout(self._timeout_s):
            await semaphore.acquire()
        try:
            yield
        finally:
            semaphore.release()


class Spool:
    """A body in the making."""

    def __init__(self, file: IO[bytes]) -> None:
        self.size = 0
        self._file = file
        self._digest = hashlib.blake2b(digest_size=8)
        self._pieces: list[bytes] = []
        self._pending = 0

    async def add(self, piece: bytes) -> None:
        """Append to it."""
        self._pieces.append(piece)
        self._pending += len(piece)
        if self._pending >= WRITTEN_AT_ONCE:
            await self.flush()

    async def flush(self) -> None:
        """Have everything in the file."""
        pieces, self._pieces, self._pending = self._pieces, [], 0
        await asyncio.to_thread(self._write, pieces)

    def _write(self, pieces: list[bytes]) -> None:
        for piece in pieces:
            self._file.write(piece)
            self._digest.update(piece)
            self.size += len(piece)

    @property
    def etag(self) -> str:
        """The strong ETag of what was written."""
        return f'"{self._digest.hexdigest()}"'


Make = Callable[[Spool], Awaitable[Mapping[str, str]]]
"""Writes a body; returns the headers that go with it."""


class SpooledResponse(Response):
    """Has its body made when it is sent; 304 when the client has that very body already."""

    def __init__(self, request: Request, make: Make, room: Room, media_type: str) -> None:
        super().__init__(media_type=media_type)
        self._given = request.headers.get("if-none-match")
        self._make = make
        self._room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - as ASGI calls it
        """Make it, then send it as fast as the client takes it."""
        async with self._room.keeping():
            file = await asyncio.to_thread(tempfile.TemporaryFile)
            try:
                await self._send(file, send)
            finally:
                await asyncio.to_thread(file.close)

    async def _send(self, file: IO[bytes], send: Send) -> None:
        spool = Spool(file)
        async with self._room.making():
            headers = await self._make(spool)
            await spool.flush()
        known = none_match(self._given, spool.etag)
        length = {} if known else {"Content-Length": str(spool.size)}
        self.headers.update({**headers, **length, "ETag": spool.etag})
        if known:
            self.status_code = 304
            del self.headers["content-type"], self.headers["content-length"]
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        file.seek(0)
        while not known and (block := await asyncio.to_thread(file.read, SENT_AT_ONCE)):
            await send({"type": "http.response.body", "body": block, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
