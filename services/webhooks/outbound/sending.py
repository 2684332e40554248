"""Posts to receivers on the internet, and nowhere else: every connection is opened to an address just checked.

Below httpx, on its own core: no redirects, no proxies of the environment, no cookies, no decompression, and a place
to decide which address a connection goes to.
"""

import asyncio
import ssl
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import httpcore
import httpx

from services.webhooks.outbound.connecting import CheckedNetwork, TlsFailed, Unresolved
from services.webhooks.outbound.outcome import Outcome, OutcomeKind, kind_of, readable, retry_after
from services.webhooks.outbound.policy import Policy, Refused, parse
from services.webhooks.outbound.resolving import Resolver

MAX_ANSWER_BYTES = 16 * 1024
"""An answer that ends within is read whole, so that its connection serves again; of any other no more is read."""

ANSWER_WAIT_S = 1.0
"""How long the body of an answer is waited for once its status is known. The status is what counts."""

KEEP_ALIVE_S = 2.0
"""Shorter than what servers close idle connections after: one that closes meanwhile would look like a failure."""

BROKEN = (TimeoutError, httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, OSError)
FAILURES = (Refused, Unresolved, TlsFailed, *BROKEN)


class Sender:
    """Posts bodies to URLs. Any number of posts may be under way at once, none waits for another."""

    def __init__(
        self,
        policy: Policy,
        resolve: Resolver,
        *,
        connect_timeout_s: float = 5,
        timeout_s: float = 15,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._policy = policy
        self._timeout_s = timeout_s
        self._extensions = {"timeout": {"connect": connect_timeout_s}}
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl_context or httpx.create_ssl_context(),
            max_connections=None,
            max_keepalive_connections=200,
            keepalive_expiry=KEEP_ALIVE_S,
            network_backend=CheckedNetwork(policy, resolve),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.aclose()

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """One attempt. Never raises for what a receiver, its name or its certificate does.

        `headers` are sent as they are, Host and Content-Length are added.
        """
        started = time.perf_counter()
        try:
            return await self._post(url, headers, body, started)
        except FAILURES as error:
            reason = str(error) if isinstance(error, TlsFailed) else None
            return Outcome(failure_of(error), _milliseconds(started), reason=reason)

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes, started: float) -> Outcome:
        to = parse(url, self._policy)
        address = httpcore.URL(scheme=to.scheme, host=to.host, port=to.port, target=to.target)
        sent = [("Host", to.authority), *headers.items(), ("Content-Length", str(len(body)))]
        stream = self._pool.stream("POST", address, headers=sent, content=body, extensions=self._extensions)
        async with asyncio.timeout(self._timeout_s) as deadline, stream as response:
            latency = _milliseconds(started)
            deadline.reschedule(None)  # the answer is known, and its body has a bound of its own
            head = await _head(response)
        kind = kind_of(response.status)
        pause = None if kind is OutcomeKind.DELIVERED else _pause(response.headers)
        return Outcome(kind, latency, response.status, head, pause)


async def _head(response: httpcore.Response) -> str:
    """The beginning of the answer's body, as much of it as comes soon."""
    pieces = bytearray()
    try:
        async with asyncio.timeout(ANSWER_WAIT_S):
            async for piece in response.aiter_stream():
                pieces += piece
                if len(pieces) > MAX_ANSWER_BYTES:
                    break
    except BROKEN:
        return readable(bytes(pieces))  # the status has been said: the rest was for people
    return readable(bytes(pieces))


def _pause(headers: Iterable[tuple[bytes, bytes]]) -> float | None:
    for name, value in headers:
        if name.lower() == b"retry-after":
            return retry_after(value.decode("latin-1"), datetime.now(UTC))
    return None


def failure_of(error: Exception) -> OutcomeKind:
    """The outcome that one of `FAILURES` means."""
    match error:
        case Refused():
            return OutcomeKind.BLOCKED_ADDRESS
        case Unresolved():
            return OutcomeKind.UNRESOLVED
        case TlsFailed():
            return OutcomeKind.TLS_ERROR
        case TimeoutError() | httpcore.TimeoutException():
            return OutcomeKind.TIMEOUT
        case httpcore.ConnectError():
            return OutcomeKind.CONNECT_ERROR
        case _:
            return OutcomeKind.DISCONNECTED


def _milliseconds(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
