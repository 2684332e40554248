"""Connections to the internet: each goes to an address that has just been checked."""

import asyncio
import ssl
from collections.abc import Iterable

import httpcore

from services.webhooks.outbound.policy import Policy, Refused
from services.webhooks.outbound.resolving import Resolver

ADDRESSES_TRIED = 4


class Unresolved(Exception):
    """The name of the host has no address."""


class TlsFailed(Exception):
    """No encrypted connection: what is wrong with the certificate, or that there is no TLS."""


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Opens connections only to addresses that the policy admits: the one checked is the one connected to.

    Of a name with admitted and other addresses only the admitted ones are tried. Raises `Refused` where there are
    none, and `Unresolved`.
    """

    def __init__(self, policy: Policy, resolve: Resolver) -> None:
        self._policy = policy
        self._resolve = resolve
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first admitted address of `host` that takes one within `timeout` seconds."""
        addresses = await self._resolve(host)
        if not addresses:
            raise Unresolved(host)
        admitted = [address for address in addresses if self._policy.admits(address, port)]
        failure: Exception = Refused("url_not_public")
        for address in admitted[:ADDRESSES_TRIED]:
            try:
                stream = await self._network.connect_tcp(str(address), port, timeout, local_address, socket_options)
                return ClosingStream(stream)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        """Pause between two tries of httpcore's own, which there are none of."""
        await asyncio.sleep(seconds)


class ClosingStream(httpcore.AsyncNetworkStream):
    """httpcore's stream, but that a cancelled agreement on TLS closes the connection too, and a failed one says why."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - its interface
        """Up to so many bytes."""
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - its interface
        """All of these bytes."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> httpcore.AsyncNetworkStream:
        """The same connection, encrypted."""
        try:
            return await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except httpcore.ConnectError as error:
            raise TlsFailed(what_is_wrong(error)) from error
        except asyncio.CancelledError:
            await asyncio.shield(self._stream.aclose())
            raise

    def get_extra_info(self, info: str) -> object:
        """What httpcore asks of a stream."""
        return self._stream.get_extra_info(info)


def what_is_wrong(error: BaseException | None) -> str:
    """The sentence of OpenSSL among an error's causes, for whoever runs the receiver."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message
        if isinstance(error, ssl.SSLError) and error.reason:
            return error.reason.replace("_", " ").lower()
        error = error.__cause__ or error.__context__
    return "the connection ended"
