"""Counting requests, and measuring on demand without being held up by what does not answer."""

import asyncio
import math
from collections.abc import Mapping

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from services.common.feed.follower import FeedFollower
from services.common.telemetry import metrics as module
from services.common.telemetry.metrics import Metrics
from services.common.telemetry.probes import watch_follower


async def values(metrics: Metrics) -> dict[tuple[str, ...], float]:
    body, _ = await metrics.exposition("")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


async def test_requests_are_counted_by_route_method_and_status_and_timed() -> None:
    metrics = Metrics()
    for status in (200, 200, 404):
        metrics.count("GET", "/catalog/v1/territories/{ref}", status, 0.002)
    found = await values(metrics)
    route = ("GET", "/catalog/v1/territories/{ref}")
    assert found["letsfood_http_requests_total", *route, "200"] == 2
    assert found["letsfood_http_requests_total", *route, "404"] == 1
    assert found["letsfood_http_request_duration_seconds_count", *route] == 3
    assert found["letsfood_http_request_duration_seconds_bucket", "0.0025", *route] == 3
    assert found["letsfood_http_request_duration_seconds_bucket", "0.001", *route] == 0


async def test_made_up_methods_are_one_series_and_kept_nowhere() -> None:
    metrics = Metrics()
    for number in range(1000):
        metrics.count(f"METHOD{number}", "other", 405, 0.001)
    found = await values(metrics)
    counted = {name: value for name, value in found.items() if name[0] == "letsfood_http_requests_total"}
    assert counted == {("letsfood_http_requests_total", "other", "other", "405"): 1000}
    assert metrics._children == {}


async def test_a_gauge_whose_probe_fails_or_hangs_is_unknown_and_the_others_are_still_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MEASURE_TIMEOUT_S", 0.05)

    async def works() -> Mapping[str, float | None]:
        return {"letsfood_a": 1.5, "letsfood_unknown": None}

    async def fails() -> Mapping[str, float | None]:
        raise OSError("postgresql://user:secret@nowhere")

    async def hangs() -> Mapping[str, float | None]:
        await asyncio.Event().wait()
        return {}

    metrics = Metrics()
    metrics.gauges("works", {"letsfood_a": "A.", "letsfood_unknown": "U."}, works)
    metrics.gauges("fails", {"letsfood_b": "B."}, fails)
    metrics.gauges("hangs", {"letsfood_c": "C."}, hangs)
    found = await values(metrics)
    assert found["letsfood_a",] == 1.5
    assert all(math.isnan(found[name,]) for name in ("letsfood_unknown", "letsfood_b", "letsfood_c"))
    assert [found["letsfood_probe_up", probe] for probe in ("works", "fails", "hangs")] == [1, 0, 0]


async def test_how_the_following_goes_is_known_also_while_the_feed_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MEASURE_TIMEOUT_S", 0.05)

    async def hang(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    class Empty:
        async def cursor(self) -> str:
            return "somewhere"

    async with httpx.AsyncClient(transport=httpx.MockTransport(hang), base_url="http://catalog") as client:
        follower = FeedFollower(client, Empty(), _last_error="ReadTimeout")  # type: ignore[arg-type]  # only asked where it stands
        metrics = Metrics()
        watch_follower(metrics, lambda: follower)
        found = await values(metrics)
    assert math.isnan(found["letsfood_feed_lag_seconds",])
    assert found["letsfood_probe_up", "feed_lag"] == 0
    assert (found["letsfood_follower_failing",], found["letsfood_follower_caught_up",]) == (1, 0)


async def test_reading_in_a_loop_does_not_measure_each_time() -> None:
    measured = 0

    async def measure() -> Mapping[str, float | None]:
        nonlocal measured
        measured += 1
        return {"letsfood_a": float(measured)}

    metrics = Metrics()
    metrics.gauges("a", {"letsfood_a": "A."}, measure)
    await asyncio.gather(*(metrics.exposition("") for _ in range(50)))
    assert measured == 1


async def test_two_services_of_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.count("GET", "/a", 200, 0.1)
    assert ("letsfood_http_requests_total", "GET", "/a", "200") not in await values(other)


async def test_the_format_is_the_one_that_the_reader_accepts() -> None:
    _, plain = await Metrics().exposition("text/plain")
    body, openmetrics = await Metrics().exposition("application/openmetrics-text; version=1.0.0")
    assert plain.startswith("text/plain")
    assert openmetrics.startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")
