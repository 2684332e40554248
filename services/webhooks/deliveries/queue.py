"""The queue in the database: leasing lanes, keeping leases, writing down what came of attempts."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.webhooks.deliveries import queries
from services.webhooks.deliveries.schedule import Verdict
from services.webhooks.events.payloads import StoredEvent
from services.webhooks.outbound.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint as a delivery needs it. The secrets, newest first, and the headers are sealed."""

    id: UUID
    url: str
    retry_schedule: Sequence[int] | None
    sealed_headers: bytes | None
    secrets: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Leased:
    """The first delivery of a leased lane; None for a lane whose deliveries are not kept any more."""

    endpoint_id: UUID
    subject_id: UUID
    delivery_id: UUID | None = None
    attempts: int = 0
    format: str = "thin"
    event: StoredEvent | None = None
    target: Target | None = None

    @property
    def lane(self) -> tuple[UUID, UUID]:
        """Its key: endpoint and subject."""
        return self.endpoint_id, self.subject_id


@dataclass(frozen=True, slots=True)
class Attempted:
    """An attempt, or none (`outcome` is None) where a lane is given back."""

    leased: Leased
    verdict: Verdict
    started_at: datetime | None = None
    outcome: Outcome | None = None


class DeliveryQueue:
    """The queue as one worker sees it. Leases end by themselves, `lease_s` after they were given or renewed."""

    def __init__(self, pool: asyncpg.Pool, worker: UUID, lease_s: float) -> None:
        self._pool = pool
        self._worker = worker
        self._lease_s = lease_s
        self._last: UUID | None = None
        self._recovered: set[UUID] = set()
        """Endpoints at which something arrived while somebody changed them: that they fail is still written there."""

    async def lease(self, most: int, free: Mapping[UUID, int]) -> list[Leased]:
        """At most `most` lanes that are due, as many of each endpoint as `free` says (one where it says nothing).

        Endpoints take turns: the next call begins after the last one served.
        """
        rows = await self._pool.fetch(
            queries.LEASE, self._worker, most, self._lease_s, list(free), list(free.values()), self._last
        )
        if not rows:
            self._last = None
            return []
        self._last = rows[-1]["endpoint_id"]
        targets = {
            row["id"]: Target(**row)
            for row in await self._pool.fetch(queries.TARGETS, list({row["endpoint_id"] for row in rows}))
        }
        return [_leased(row, targets) for row in rows]

    async def renew(self, lanes: Collection[tuple[UUID, UUID]]) -> None:
        """Keep these lanes, as far as this worker still holds them, for another `lease_s`."""
        await self._pool.execute(queries.RENEW, self._worker, self._lease_s, *zip(*lanes, strict=True))

    async def seconds_to_next(self, most: float) -> float:
        """Until something may become due, at most `most`."""
        seconds: float | None = await self._pool.fetchval(queries.NEXT)
        return most if seconds is None else min(max(seconds, 0.0), most)

    async def record(self, attempts: Sequence[Attempted]) -> None:
        """Write down attempts, one of each lane, and move the lanes on; doing it twice is harmless.

        A lane that this worker does not hold any more is left to who does; the attempt counts all the same.
        """
        lanes = list(zip(*(one.leased.lane for one in attempts), strict=True))
        pauses = [one.verdict.pause_s for one in attempts]
        made = [row for one in attempts for row in _row(one)]
        health = list(_health(attempts))
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(queries.HOLD, *lanes, self._worker)
            if made:
                await connection.execute(queries.ATTEMPTED, *zip(*made, strict=True))
            await connection.execute(queries.MOVE_ON, *lanes, pauses, self._worker)
            if health:
                await connection.execute(queries.FAILED, *zip(*health, strict=True))
            arrived = [endpoint for endpoint, any_arrived, _ in health if any_arrived]
            passed_over = await connection.fetch(queries.RECOVERED, arrived) if arrived else []
        self._recovered |= {row["id"] for row in passed_over}

    async def recover(self) -> None:
        """Say of endpoints that were passed over that they do not fail any more, as far as nobody holds them now."""
        if asked := list(self._recovered):
            rows = await self._pool.fetch(queries.RECOVERED, asked)
            self._recovered.difference_update(set(asked) - {row["id"] for row in rows})

    async def failing(self, endpoints: Sequence[UUID], longer_than_s: float) -> list[UUID]:
        """Those of these endpoints that nothing has arrived at for so long."""
        rows = await self._pool.fetch(queries.FAILING, endpoints, longer_than_s)
        return [row["id"] for row in rows]


def _leased(row: asyncpg.Record, targets: Mapping[UUID, Target]) -> Leased:
    if row["delivery_id"] is None:
        return Leased(row["endpoint_id"], row["subject_id"])
    event = StoredEvent(
        id=row["event_id"],
        feed=row["feed"],
        change_id=row["change_id"],
        type=row["type"],
        subject_kind=row["subject_kind"],
        subject_id=row["subject_id"],
        subject_version=row["subject_version"],
        occurred_at=row["occurred_at"],
        api_version=row["api_version"],
        state=row["state"],
        merged_into=row["merged_into"],
    )
    target = targets.get(row["endpoint_id"])
    ids = (row["endpoint_id"], row["subject_id"], row["delivery_id"])
    return Leased(*ids, row["attempts"], row["format"], event, target)


def _row(one: Attempted) -> Iterator[tuple[object, ...]]:
    if one.outcome is not None:
        outcome = one.outcome
        yield (
            one.leased.delivery_id,
            one.verdict.state,
            one.started_at,
            outcome.latency_ms,
            outcome.status,
            outcome.kind.value,
            outcome.reason,
            outcome.head,
        )


def _health(attempts: Sequence[Attempted]) -> Iterator[tuple[UUID, bool, float | None]]:
    """By endpoint: whether anything arrived, and the longest pause it asked for."""
    arrived: dict[UUID, bool] = {}
    pauses: dict[UUID, float | None] = {}
    for one in attempts:
        if one.outcome is not None:
            endpoint, pause = one.leased.endpoint_id, one.verdict.endpoint_pause_s
            arrived[endpoint] = arrived.get(endpoint, False) or one.outcome.delivered
            pauses[endpoint] = max(pause, pauses.get(endpoint) or 0.0) if pause else pauses.get(endpoint)
    return ((endpoint, arrived[endpoint], pauses[endpoint]) for endpoint in arrived)
