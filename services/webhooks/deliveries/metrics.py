"""What is measured of deliveries: the queue when somebody asks, attempts as they end."""

from collections.abc import Callable, Mapping

from prometheus_client import Counter, Histogram

from services.common.database import Database
from services.common.telemetry.metrics import BUCKETS, Metrics
from services.webhooks.deliveries.suspensions import Suspensions
from services.webhooks.outbound.outcome import Outcome

QUEUE = {
    "letsfood_webhook_pending": "Deliveries that are neither done nor given up.",
    "letsfood_webhook_lag_seconds": "How long the delivery that is due the longest has been; endpoints that are "
    "disabled or held are left out.",
    "letsfood_webhook_endpoints_failing": "Enabled endpoints whose last attempt failed.",
    "letsfood_webhook_endpoints_disabled": "Endpoints that were disabled because they answered 410 or nothing arrived.",
    "letsfood_webhook_endpoints_held": "Endpoints whose deliveries wait because their partner is suspended.",
}

SUSPENSIONS = "letsfood_webhook_suspensions_read_timestamp_seconds"

MEASURE = """
select
  (select count(*) from delivery where state = 'pending')::float8 as letsfood_webhook_pending,
  (select coalesce(extract(epoch from statement_timestamp() - min(greatest(l.due_at, e.paused_until))), 0)
   from endpoint e
   cross join lateral (
     select due_at from lane
     where endpoint_id = e.id and leased_by is null and due_at <= statement_timestamp() order by due_at limit 1
   ) l
   where e.enabled and e.held_at is null and e.deleted_at is null
     and (e.paused_until is null or e.paused_until <= statement_timestamp()))::float8 as letsfood_webhook_lag_seconds,
  count(*) filter (where enabled and failing_since is not null)::float8 as letsfood_webhook_endpoints_failing,
  count(*) filter (where disabled_reason in ('gone', 'failing'))::float8 as letsfood_webhook_endpoints_disabled,
  count(*) filter (where held_at is not null)::float8 as letsfood_webhook_endpoints_held
from endpoint where deleted_at is null
"""


def watch_queue(metrics: Metrics, database: Callable[[], Database]) -> None:
    """The queue of all workers together."""

    async def measure() -> Mapping[str, float]:
        row = await database().pool.fetchrow(MEASURE)
        return {} if row is None else dict(row)

    metrics.gauges("deliveries", QUEUE, measure)


def watch_suspensions(metrics: Metrics, suspensions: Callable[[], Suspensions]) -> None:
    """How old it is what this process knows of suspended partners."""

    async def measure() -> Mapping[str, float | None]:
        read_at = suspensions().read_at
        return {SUSPENSIONS: read_at.timestamp() if read_at else None}

    text = "When the catalog last said which partners are suspended (Unix time)."
    metrics.gauges("suspensions", {SUSPENSIONS: text}, measure)


def attempts_of(metrics: Metrics) -> Callable[[Outcome], None]:
    """Counts the attempts of this process, each as it ends."""
    attempts = Counter(
        "letsfood_webhook_attempts",
        "Attempts to deliver, by outcome and status (`none`: no answer).",
        ["outcome", "status"],
        registry=metrics.registry,
    )
    seconds = Histogram(
        "letsfood_webhook_attempt_duration_seconds",
        "Seconds until the head of an answer, or until there was none.",
        buckets=BUCKETS,
        registry=metrics.registry,
    )

    def count(outcome: Outcome) -> None:
        attempts.labels(outcome.kind.value, str(outcome.status or "none")).inc()
        seconds.observe(outcome.latency_ms / 1000)

    return count
