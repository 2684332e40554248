"""From the name of a host to its addresses."""

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from services.webhooks.outbound.addresses import Address, canonical

THREADS = 32


class Resolver(Protocol):
    """Knows the addresses of a host."""

    async def __call__(self, host: str, /) -> Sequence[Address]:
        """Its addresses, the best one first; none where the name has none or nobody answers for it."""


class SystemResolver:
    """Asks the operating system, in threads of its own: a name server that hangs holds up none of the process's."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="resolver")

    async def __call__(self, host: str) -> Sequence[Address]:
        """The addresses of a host, each once; a literal is its own."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _resolve, host)

    def close(self) -> None:
        """Wait for nothing that is still being asked."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _resolve(host: str) -> Sequence[Address]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return list(dict.fromkeys(canonical(str(entry[4][0])) for entry in found))
