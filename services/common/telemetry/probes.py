"""What services measure besides requests: connections, the feed they publish, the feed they follow."""

from collections.abc import Awaitable, Callable, Iterator, Mapping

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from services.common.database import Database
from services.common.feed.follower import FeedFollower
from services.common.feed.reader import read_head, read_open
from services.common.telemetry.metrics import Metrics

PUBLISHED = {
    "letsfood_feed_position": "Number of the newest transaction in the change feed; its rate is commits a second.",
    "letsfood_feed_stall_seconds": "Age of the oldest transaction open in the database that has written something.",
    "letsfood_feed_pending_seconds": "Age of the oldest open transaction that has recorded changes: "
    "they appear in the feed when it commits.",
}

LAG = {
    "letsfood_feed_lag_changes": "Changes in the feed that this service has not taken in yet.",
    "letsfood_feed_lag_seconds": "Age of the oldest change not taken in yet, in the feed or still pending.",
}

FOLLOWER = {
    "letsfood_follower_caught_up": "1 once the whole feed has been taken in, 0 before.",
    "letsfood_follower_failing": "1 while the last attempt to follow failed.",
    "letsfood_follower_caught_up_timestamp_seconds": "When the end of the feed was reached last (Unix time).",
}


def watch_database(metrics: Metrics, database: Callable[[], Database]) -> None:
    """How many connections each pool holds, uses and may hold. Nothing before the database is open."""

    def collect() -> Iterator[Metric]:
        connections = GaugeMetricFamily(
            "letsfood_database_connections",
            "Connections of this process: open, in use, and how many there may be.",
            labels=["pool", "state"],
        )
        for pool, states in database().connections().items():
            for state, count in states.items():
                connections.add_metric([pool, state], count)
        yield connections

    metrics.collect(collect)


def watch_feed(metrics: Metrics, database: Callable[[], Database]) -> None:
    """The feed that this service publishes."""

    async def measure() -> Mapping[str, float]:
        async with database().pool.acquire() as connection:
            head = await read_head(connection)
            stalled, pending = await read_open(connection)
        return {
            "letsfood_feed_position": head.seq,
            "letsfood_feed_stall_seconds": stalled,
            "letsfood_feed_pending_seconds": pending,
        }

    metrics.gauges("feed", PUBLISHED, measure)


def watch_follower(metrics: Metrics, follower: Callable[[], FeedFollower]) -> None:
    """The feed that this service follows: how far behind, which has to be asked there, and how the following goes."""

    async def lag() -> Mapping[str, float | None]:
        status = await follower().status()
        return {"letsfood_feed_lag_changes": status.behind, "letsfood_feed_lag_seconds": status.lag_seconds}

    async def following() -> Mapping[str, float | None]:
        reached = follower().caught_up_at
        return {
            "letsfood_follower_caught_up": float(reached is not None),
            "letsfood_follower_failing": float(follower().last_error is not None),
            "letsfood_follower_caught_up_timestamp_seconds": reached.timestamp() if reached else None,
        }

    metrics.gauges("feed_lag", LAG, lag)
    metrics.gauges("follower", FOLLOWER, following)


Count = Callable[[], Awaitable[float | None]]


def watch_count(metrics: Metrics, name: str, documentation: str, count: Count) -> None:
    """One number of the service's own."""

    async def measure() -> Mapping[str, float | None]:
        return {name: await count()}

    metrics.gauges(name.removeprefix("letsfood_"), {name: documentation}, measure)
