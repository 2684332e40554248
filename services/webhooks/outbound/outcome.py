"""What came of one attempt."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

HEAD_CHARACTERS = 1024

LONGEST_PAUSE_S = 86_400.0
"""No receiver puts its deliveries off for longer at once."""


class OutcomeKind(StrEnum):
    """The name of an outcome, as attempts show it."""

    DELIVERED = "delivered"
    """A status of 2xx."""

    REDIRECT = "redirect"
    """A status of 3xx; it is not followed."""

    HTTP_ERROR = "http_error"
    """Any other status."""

    TIMEOUT = "timeout"
    """No connection, or no whole head of an answer, within the time given."""

    UNRESOLVED = "unresolved"
    """The name of the host has no address."""

    CONNECT_ERROR = "connect_error"
    """None of its addresses took the connection."""

    TLS_ERROR = "tls_error"
    """The certificate is not valid for the host, or there is no TLS."""

    BLOCKED_ADDRESS = "blocked_address"
    """None of its addresses may be connected to, or the URL is not allowed any more; nothing was sent."""

    DISCONNECTED = "disconnected"
    """The connection ended, or something other than HTTP came, before an answer did."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attempt: `status` and `head` are None where no answer came."""

    kind: OutcomeKind
    latency_ms: int
    status: int | None = None
    head: str | None = None
    """The first characters of the answer's body, for people; without NUL, which PostgreSQL's text cannot hold."""

    retry_after_s: float | None = None
    """The pause that the receiver asked for, 0 to a day."""

    reason: str | None = None
    """What was wrong with the certificate."""

    @property
    def delivered(self) -> bool:
        """Whether the receiver has it."""
        return self.kind is OutcomeKind.DELIVERED


def kind_of(status: int) -> OutcomeKind:
    """Of an answer: only 2xx says that the receiver has it."""
    if 200 <= status < 300:
        return OutcomeKind.DELIVERED
    return OutcomeKind.REDIRECT if 300 <= status < 400 else OutcomeKind.HTTP_ERROR


def readable(head: bytes) -> str:
    """The beginning of a body as text, whatever it is."""
    return head.decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")[:HEAD_CHARACTERS]


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds that a `Retry-After` asks for (RFC 9110, 10.2.3: seconds or a date); None when it cannot be read."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return LONGEST_PAUSE_S if len(value) > 9 else min(float(value), LONGEST_PAUSE_S)
    try:
        date = parsedate_to_datetime(value)
        until = (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError):
        return None
    return min(max(until.total_seconds(), 0.0), LONGEST_PAUSE_S)
