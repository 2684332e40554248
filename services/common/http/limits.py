"""How many requests a client may send: a window for each client and class of route, counted in this process.

The window of a client begins with its first request and ends a fixed time later, so `Retry-After` is exact: after that
long the next request is served. Two windows may meet in any such time, so twice the quota is the most that can come.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from services.common import problems
from services.common.problems import Problem
from services.common.settings import QUOTA, WINDOW_SECONDS, ContractSettings

MAX_CLIENTS = 100_000
"""Clients that one window counts at once (about 20 MB); beyond that the longest known are forgotten first."""

RouteClass = Literal["read", "search", "write", "secrets", "introspection"]

SECRET_PATHS = ("/catalog/v1/api-keys", "/catalog/v1/partners")
INTROSPECTION_PATH = "/catalog/v1/introspect"
SEARCHING_SERVICES = frozenset({"search", "matching"})
READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

HEADER_NAMES = {b"ratelimit": "RateLimit", b"ratelimit-policy": "RateLimit-Policy"}

RawHeader = tuple[bytes, bytes]


def route_class(service: str, method: str, path: str) -> RouteClass:
    """The class whose quota a request counts against."""
    if path == INTROSPECTION_PATH:
        return "introspection"
    if path.startswith(SECRET_PATHS):
        return "secrets"
    if method not in READING_METHODS:
        return "search" if service in SEARCHING_SERVICES else "write"
    return "search" if service in SEARCHING_SERVICES else "read"


@dataclass(slots=True)
class Window:
    """`quota` requests in `seconds` for each client. A client's entry is [requests, end]; oldest first."""

    name: str
    quota: int
    seconds: int
    clock: Callable[[], float] = time.monotonic
    max_clients: int = MAX_CLIENTS
    _clients: dict[str, list[float]] = field(default_factory=dict)

    def hit(self, client: str) -> tuple[int, int]:
        """Count one more: how many remain (-1: this one was too many) and the seconds until the window ends."""
        now = self.clock()
        entry = self._clients.get(client)
        if entry is None or entry[1] <= now:
            entry = self._begin(client, now)
        if entry[0] < self.quota:
            entry[0] += 1
            remaining = self.quota - int(entry[0])
        else:
            remaining = -1
        return remaining, math.ceil(entry[1] - now)

    def wait(self, client: str) -> int:
        """Seconds until the client may send again; 0 when it may now. Counts nothing."""
        entry = self._clients.get(client)
        now = self.clock()
        return 0 if entry is None or entry[1] <= now or entry[0] < self.quota else math.ceil(entry[1] - now)

    def _begin(self, client: str, now: float) -> list[float]:
        self._clients.pop(client, None)
        while self._clients:
            oldest = next(iter(self._clients))
            if self._clients[oldest][1] > now and len(self._clients) < self.max_clients:
                break
            del self._clients[oldest]
        entry = self._clients[client] = [0, now + self.seconds]
        return entry

    @property
    def policy(self) -> RawHeader:
        """`RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers); the count is this process's own."""
        value = f'"{self.name}";q={self.quota};w={self.seconds};letsfood-counted="per-process"'
        return b"ratelimit-policy", value.encode()


def window(name: str, quota: str) -> Window:
    """The window that a setting like `600/minute` describes."""
    found = QUOTA.fullmatch(quota)
    if found is None:
        message = f"no quota: {quota}"
        raise ValueError(message)
    return Window(name, int(found.group(1)), WINDOW_SECONDS[found.group(2)])


@dataclass(frozen=True, slots=True)
class RateLimiter:
    """The windows of one service, by class of route."""

    service: str
    windows: Mapping[RouteClass, Window]
    policies: Mapping[RouteClass, RawHeader]

    @classmethod
    def of(cls, settings: ContractSettings, service: str) -> "RateLimiter":
        """The limiter that the settings ask for."""
        quotas: Mapping[RouteClass, str] = {
            "read": settings.rate_limit_read,
            "search": settings.rate_limit_search,
            "write": settings.rate_limit_write,
            "secrets": settings.rate_limit_secrets,
            "introspection": settings.rate_limit_introspection,
        }
        windows = {name: window(name, quota) for name, quota in quotas.items()}
        policies = {name: each.policy for name, each in windows.items()}
        return cls(service, windows, policies)

    def count(self, client: str, method: str, path: str) -> list[RawHeader]:
        """Count a request: the headers that tell the client where it stands. Raises `Problem` (429) over the quota."""
        name = route_class(self.service, method, path)
        remaining, seconds = self.windows[name].hit(client)
        if remaining < 0:
            raise too_many_requests(seconds, [self.policies[name], standing(name, 0, seconds)])
        return [self.policies[name], standing(name, remaining, seconds)]


def standing(name: str, remaining: int, seconds: int) -> RawHeader:
    """`RateLimit` (draft-ietf-httpapi-ratelimit-headers): what remains of a window, and its end."""
    return b"ratelimit", b'"%s";r=%d;t=%d' % (name.encode(), remaining, seconds)


def too_many_requests(seconds: int, headers: list[RawHeader] | None = None) -> Problem:
    """The problem of a client that sends more than it may; served again after so many seconds."""
    return Problem(
        problems.TOO_MANY_REQUESTS,
        {
            "en": "Too many requests. Try again in {seconds} s.",
            "fr": "Trop de requêtes. Réessayez dans {seconds} s.",
            "ar": "طلبات كثيرة جدًا. أعد المحاولة بعد {seconds} ثانية.",
        },
        {"seconds": seconds},
        headers={"Retry-After": str(seconds)} | {HEADER_NAMES[name]: value.decode() for name, value in headers or ()},
    )
