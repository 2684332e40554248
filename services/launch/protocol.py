"""uvicorn's HTTP/1.1, with an end to its patience: what it accepts of a connection before the app sees a request.

uvicorn waits forever for headers, takes any amount of them, and for a client that does not read. Here a connection is
closed that does not send its headers in time or sends too many, that goes on sending a body already refused, or that
does not take its answer; and there is an upper bound to connections.
"""

import asyncio
from dataclasses import dataclass

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from services.common.problems import Problem
from services.launch.refusals import NOT_HTTP, TOO_MANY_CONNECTIONS, Beginning, headers_too_large, refusal


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how much. A refused body is read on for a while, so that the client gets to see the answer."""

    headers_s: float = 10
    headers_bytes: int = 64 * 1024
    refused_body_s: float = 5
    unread_answer_s: float = 30
    connections: int = 2000


class LimitedProtocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # chosen at run time by uvicorn
    """The protocol class for `uvicorn.Config(http=…)`."""

    patience = Patience()

    _reading: asyncio.TimerHandle | None = None
    _writing: asyncio.TimerHandle | None = None
    _pending_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Someone connected."""
        super().connection_made(transport)
        if len(self.connections) > self.patience.connections:
            self._refuse(TOO_MANY_CONNECTIONS)
            return
        self._expect(self.patience.headers_s)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._stop_reading_timer()
        self._stop_writing_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A request has come in once uvicorn began a new cycle for it."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self._pending_bytes = 0
            self._stop_reading_timer()
        elif before is None or before.response_complete:
            self._still_pending(len(data), refused=before is not None and before.more_body)

    def _still_pending(self, size: int, *, refused: bool) -> None:
        """More of a request's headers came, or more of a body that has been answered already."""
        self._expect(self.patience.refused_body_s if refused else self.patience.headers_s)
        if refused:
            return
        self._pending_bytes += size
        if self._pending_bytes > self.patience.headers_bytes:
            self._refuse(headers_too_large(self.patience.headers_bytes))

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's sentence is replaced
        """What came is no HTTP: a problem document as for everything else."""
        self._refuse(NOT_HTTP)

    def _refuse(self, problem: Problem) -> None:
        """Answer what will not become a request, unless that would end up within another answer, and hang up."""
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self.transport.write(refusal(problem, self._beginning(), self.server_state.default_headers))
        self.transport.close()

    def _beginning(self) -> Beginning:
        """What has come of the request; nothing where the last one that began was answered already."""
        client = self.client[0] if self.client else None
        if self.scope is None or (
            self.cycle is not None and self.cycle.response_complete and self.cycle.scope is self.scope
        ):
            return Beginning(client=client, scheme=self.scheme or "http")
        return Beginning(self.url, self.headers, client, self.scheme or "http")

    def pause_writing(self) -> None:
        """The client does not take what is written."""
        super().pause_writing()
        self._writing = self.loop.call_later(self.patience.unread_answer_s, self.transport.abort)

    def resume_writing(self) -> None:
        """It does again."""
        super().resume_writing()
        self._stop_writing_timer()

    def _expect(self, seconds: float) -> None:
        """From the first byte on, not from the latest: drip-feeding does not buy time."""
        if self._reading is None:
            self._reading = self.loop.call_later(seconds, self.transport.abort)

    def _stop_reading_timer(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _stop_writing_timer(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None


def limited_protocol(patience: Patience) -> type[asyncio.Protocol]:
    """The protocol with another patience."""
    return type("LimitedProtocol", (LimitedProtocol,), {"patience": patience})
