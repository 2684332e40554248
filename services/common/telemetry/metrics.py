"""What one service measures, in a registry of its own: several services may share a process."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

logger = logging.getLogger(__name__)

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds: a hot read takes a millisecond, a long poll of the feed up to 30 s."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER_METHOD = "other"

MEASURE_TIMEOUT_S = 2.0
"""A database or another service that does not answer must not keep Prometheus waiting (its default is 10 s)."""

KEPT_S = 0.5
"""What was measured this long ago is shown again: reading the page in a loop asks the database twice a second."""

Measure = Callable[[], Awaitable[Mapping[str, float | None]]]
"""The values of gauges by name; None for what is not known."""


@dataclass(frozen=True)
class _Probe:
    name: str
    gauges: Mapping[str, Gauge]
    measure: Measure


class Metrics:
    """Counts requests as they end, and asks the probes when somebody reads."""

    def __init__(self) -> None:
        # When a series began is of no use here, and doubles their number.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library forgot its annotation
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "letsfood_http_requests",
            "Requests answered, by route template, method and status (499: the client went away).",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "letsfood_http_request_duration_seconds",
            "Seconds from a request's headers to the end of its answer.",
            ["method", "route"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        Gauge(
            "letsfood_http_requests_in_flight", "Requests that are being answered.", registry=self.registry
        ).set_function(lambda: self.in_flight)
        self._probe_up = Gauge(
            "letsfood_probe_up",
            "Whether what is measured on reading could be measured.",
            ["probe"],
            registry=self.registry,
        )
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._probes: list[_Probe] = []
        self._measured_at = -math.inf
        self._measuring = asyncio.Lock()
        self.in_flight = 0

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request has ended. `route` is a template."""
        children = self._children.get((method, route, status))
        if children is None:
            known = method if method in METHODS else OTHER_METHOD
            children = self._requests.labels(known, route, str(status)), self._seconds.labels(known, route)
            if known == method:
                self._children[method, route, status] = children
        children[0].inc()
        children[1].observe(seconds)

    def gauges(self, probe: str, documentation: Mapping[str, str], measure: Measure) -> None:
        """Gauges by name that `measure` sets on every reading; NaN while it fails."""
        gauges = {name: Gauge(name, text, registry=self.registry) for name, text in documentation.items()}
        self._probes.append(_Probe(probe, gauges, measure))

    def collect(self, collect: Callable[[], Iterable[Metric]]) -> None:
        """Metrics with labels that need no waiting."""
        self.registry.register(_Collector(collect))

    async def exposition(self, accept: str) -> tuple[bytes, str]:
        """Everything measured, now, in the format that the reader accepts, and its media type."""
        async with self._measuring:
            if time.monotonic() - self._measured_at > KEPT_S:
                await asyncio.gather(*(self._measure(probe) for probe in self._probes))
                self._measured_at = time.monotonic()
        encode, media_type = choose_encoder(accept)
        return encode(self.registry), media_type

    async def _measure(self, probe: _Probe) -> None:
        values: Mapping[str, float | None] = {}
        try:
            async with asyncio.timeout(MEASURE_TIMEOUT_S):
                values = await probe.measure()
        except Exception as error:  # noqa: BLE001 - whatever it is, the other metrics are still wanted
            logger.warning("%s cannot be measured: %s", probe.name, type(error).__name__)
        self._probe_up.labels(probe.name).set(any(value is not None for value in values.values()))
        for name, gauge in probe.gauges.items():
            value = values.get(name)
            gauge.set(math.nan if value is None else value)


class _Collector(Collector):
    def __init__(self, metrics: Callable[[], Iterable[Metric]]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics()

    def describe(self) -> Iterable[Metric]:
        return ()  # else registering would ask for the metrics before anything is open
