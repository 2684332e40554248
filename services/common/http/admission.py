"""How many requests a process works on at once. One more is refused at once: a queue would only make all of them late.

Requests that wait for something to happen (long polls, event streams) are counted apart: they cost a connection and
hardly any work, and may not keep out those that are answered at once. So are those whose body is still on its way: how
long that takes is up to the client.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Self

from starlette.types import Scope

from services.common import problems
from services.common.http.limits import too_many_requests
from services.common.problems import Problem
from services.common.settings import ContractSettings

RETRY_S = 1

MAX_RECEIVING = 100
MAX_RECEIVING_PER_CLIENT = 20
"""Bodies that are being received at once; with the largest body allowed (1 MiB) they hold 100 MiB in memory."""


def waits(scope: Scope, headers: dict[bytes, bytes]) -> bool:
    """Whether a request asks to be held open: by `wait=`, or for an event stream."""
    return b"wait=" in scope["query_string"] or b"text/event-stream" in headers.get(b"accept", b"")


@dataclass(slots=True)
class Hall:
    """Places for requests of one sort; `by_client` counts those of each client that has any."""

    places: int
    places_per_client: int
    taken: int = 0
    by_client: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Place:
    """A request's place, given back when it has been answered."""

    hall: Hall
    client: str | None = None

    def claim(self, client: str) -> None:
        """Count the place for the client; raises `Problem` (429) when it has too many already."""
        if self.hall.by_client[client] >= self.hall.places_per_client:
            raise too_many_requests(RETRY_S)
        self.hall.by_client[client] += 1
        self.client = client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Give the place back."""
        self.hall.taken -= 1
        if self.client is not None:
            self.hall.by_client[self.client] -= 1
            if not self.hall.by_client[self.client]:
                del self.hall.by_client[self.client]


@dataclass(frozen=True, slots=True)
class Admission:
    """The places of one process."""

    working: Hall
    waiting: Hall
    receiving: Hall

    @classmethod
    def of(cls, settings: ContractSettings) -> "Admission":
        """As many as the settings allow."""
        return cls(
            Hall(settings.max_in_flight, settings.max_in_flight_per_client),
            Hall(settings.max_waiting, settings.max_waiting_per_client),
            Hall(MAX_RECEIVING, MAX_RECEIVING_PER_CLIENT),
        )

    def enter(self, scope: Scope, headers: dict[bytes, bytes]) -> Place:
        """A place for this request; raises `Problem` (503) when all are taken."""
        return _place_in(self.waiting if waits(scope, headers) else self.working)

    def receive(self) -> Place:
        """A place while a body is received; raises `Problem` (503) when all are taken."""
        return _place_in(self.receiving)


def _place_in(hall: Hall) -> Place:
    if hall.taken >= hall.places:
        raise overloaded()
    hall.taken += 1
    return Place(hall)


def overloaded() -> Problem:
    """The problem of a process that has too much to do; worth another try in a moment."""
    return Problem(
        problems.OVERLOADED,
        {
            "en": "Too much to do here just now. Try again in {seconds} s.",
            "fr": "Trop de demandes en ce moment. Réessayez dans {seconds} s.",
            "ar": "الطلبات كثيرة الآن. أعد المحاولة بعد {seconds} ثانية.",
        },
        {"seconds": RETRY_S},
        headers={"Retry-After": str(RETRY_S)},
    )
