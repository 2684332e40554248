"""How many deliveries may be under way to each endpoint: pure, in the memory of one worker.

It begins with one. Each success doubles that, up to a bound; each failure halves it. So an endpoint that hangs soon
holds one place of a worker, and one that answers is soon used fully.
"""

from collections import Counter
from collections.abc import Mapping
from uuid import UUID


class Pace:
    """Counts what is under way. Endpoints that nothing is known of are not kept."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._allowed: dict[UUID, int] = {}
        self._under_way: Counter[UUID] = Counter()

    @property
    def under_way(self) -> int:
        """Deliveries to all endpoints together."""
        return self._under_way.total()

    def free(self) -> Mapping[UUID, int]:
        """How many more each endpoint may get now; one that is not named may get one."""
        known = self._allowed.keys() | self._under_way.keys()
        return {endpoint: max(0, self._allowed.get(endpoint, 1) - self._under_way[endpoint]) for endpoint in known}

    def began(self, endpoint: UUID) -> None:
        """One more is under way."""
        self._under_way[endpoint] += 1

    def ended(self, endpoint: UUID, *, delivered: bool | None) -> None:
        """One has ended; `delivered` is None when the endpoint had no part in it.

        After a failure its place is free only once that is `recorded`: till then nobody knows what the endpoint asks
        for.
        """
        if delivered is False:
            self._allowed[endpoint] = max(1, self._allowed.get(endpoint, 1) // 2)
            return
        self._leave(endpoint)
        if delivered:
            self._allowed[endpoint] = min(self._allowed.get(endpoint, 1) * 2, self._most)

    def recorded(self, endpoint: UUID) -> None:
        """A failure is written down: the database knows whether the endpoint may get more."""
        self._leave(endpoint)

    def _leave(self, endpoint: UUID) -> None:
        self._under_way[endpoint] -= 1
        if not self._under_way[endpoint]:
            del self._under_way[endpoint]
            if self._allowed.get(endpoint) == 1:
                del self._allowed[endpoint]
