"""Headers that every answer carries unless its route says otherwise."""

import re

import uuid_utils
from starlette.types import Message, Scope

RawHeader = tuple[bytes, bytes]

SECURITY: tuple[RawHeader, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)

POLICY: RawHeader = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'")
"""Data is no page: whatever a browser takes it for, it loads and runs nothing. Pages bring a policy of their own."""

TRANSPORT: RawHeader = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
"""Only said over https: a browser ignores it elsewhere, and it must not lock anybody out of a development machine."""

PUBLIC: RawHeader = (b"cache-control", b"public, max-age=0, must-revalidate")
"""Published data: anybody's cache may keep it and asks each time whether it is still so (the ETag answers)."""

PRIVATE: RawHeader = (b"cache-control", b"private, max-age=0, must-revalidate")
"""An answer to a key may show drafts."""

NOT_KEPT: RawHeader = (b"cache-control", b"no-store")
"""Errors and answers to writes are about this one request."""

REUSABLE_STATUSES = frozenset({200, 203, 206, 304, 308})
READING_METHODS = frozenset({"GET", "HEAD"})


REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
"""A caller's own request id is kept when it is short and plain, so that it can stand in a log line."""


def request_id(headers: dict[bytes, bytes]) -> str:
    """The id of a request that has these headers: its own, else a new one (UUIDv7)."""
    given = headers.get(b"x-request-id", b"")
    return given.decode() if REQUEST_ID.fullmatch(given) else str(uuid_utils.uuid7())


def complete(scope: Scope, message: Message, limits: list[RawHeader], *, keyed: bool) -> list[RawHeader]:
    """The answer's headers with those of every answer added; `keyed`: the request carried a key."""
    own: list[RawHeader] = list(message["headers"])
    names = {name for name, _ in own}
    own.append((b"x-request-id", scope["request_id"].encode()))
    own += SECURITY
    if b"content-security-policy" not in names:
        own.append(POLICY)
    if b"cache-control" not in names:
        if message["status"] not in REUSABLE_STATUSES or scope["method"] not in READING_METHODS:
            own.append(NOT_KEPT)
        else:
            own.append(PRIVATE if keyed else PUBLIC)
    if limits and b"ratelimit" not in names:
        own += limits
    if scope.get("scheme") == "https":
        own.append(TRANSPORT)
    return own
