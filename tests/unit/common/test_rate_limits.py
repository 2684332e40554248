"""Windows of requests: how many, whose, until when."""

import pytest
from pydantic import ValidationError

from services.common.http.limits import RateLimiter, Window, route_class, window
from services.common.problems import TOO_MANY_REQUESTS, Problem
from services.common.settings import ContractSettings


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_the_request_after_the_last_allowed_one_is_too_many_and_waiting_as_told_helps(clock: Clock) -> None:
    each = Window("read", quota=3, seconds=60, clock=clock)
    assert [each.hit("a")[0] for _ in range(4)] == [2, 1, 0, -1]
    clock.now += 12.5
    remaining, seconds = each.hit("a")
    assert (remaining, seconds) == (-1, 48)

    clock.now += seconds

    assert each.hit("a") == (2, 60)


def test_refused_requests_do_not_make_the_wait_longer(clock: Clock) -> None:
    each = Window("read", quota=1, seconds=10, clock=clock)
    for _ in range(50):
        each.hit("a")
        clock.now += 0.1

    assert each.hit("a") == (-1, 5)


def test_clients_do_not_use_up_one_another(clock: Clock) -> None:
    each = Window("read", quota=1, seconds=10, clock=clock)
    each.hit("a")

    assert each.hit("a")[0] == -1
    assert each.hit("b")[0] == 0


def test_clients_whose_window_ended_are_forgotten(clock: Clock) -> None:
    each = Window("read", quota=1, seconds=10, clock=clock)
    for number in range(1000):
        each.hit(f"old {number}")
    clock.now += 10
    each.hit("new")

    assert list(each._clients) == ["new"]


def test_the_table_is_bounded_and_forgets_the_longest_known(clock: Clock) -> None:
    each = Window("read", quota=1, seconds=10, clock=clock, max_clients=3)
    for name in "abcd":
        each.hit(name)

    assert list(each._clients) == ["b", "c", "d"]


@pytest.mark.parametrize(
    ("service", "method", "path", "name"),
    [
        ("catalog", "GET", "/catalog/v1/initiatives", "read"),
        ("catalog", "HEAD", "/catalog/v1/initiatives", "read"),
        ("catalog", "POST", "/catalog/v1/initiatives", "write"),
        ("catalog", "DELETE", "/catalog/v1/initiatives/a", "write"),
        ("catalog", "GET", "/catalog/v1/api-keys", "secrets"),
        ("catalog", "POST", "/catalog/v1/api-keys/1/rotate", "secrets"),
        ("catalog", "POST", "/catalog/v1/introspect", "introspection"),
        ("search", "GET", "/search/v1/initiatives", "search"),
        ("matching", "GET", "/matching/v1/territories/a/matches", "search"),
    ],
)
def test_every_request_has_a_class(service: str, method: str, path: str, name: str) -> None:
    assert route_class(service, method, path) == name


def test_headers_tell_policy_and_standing_as_structured_fields() -> None:
    limiter = RateLimiter.of(ContractSettings(rate_limit_read="5/minute"), "catalog")

    headers = dict(limiter.count("a", "GET", "/catalog/v1/themes"))

    assert headers == {
        b"ratelimit-policy": b'"read";q=5;w=60;letsfood-counted="per-process"',
        b"ratelimit": b'"read";r=4;t=60',
    }


def test_over_the_quota_is_429_with_the_wait() -> None:
    limiter = RateLimiter.of(ContractSettings(rate_limit_write="1/hour"), "catalog")
    limiter.count("a", "POST", "/catalog/v1/initiatives")

    with pytest.raises(Problem) as raised:
        limiter.count("a", "POST", "/catalog/v1/initiatives")

    assert raised.value.kind is TOO_MANY_REQUESTS
    assert raised.value.headers["Retry-After"] == "3600"
    assert raised.value.headers["RateLimit"] == '"write";r=0;t=3600'
    assert "RateLimit-Policy" in raised.value.headers
    limiter.count("a", "GET", "/catalog/v1/initiatives")


@pytest.mark.parametrize("quota", ["0/minute", "10", "10/day", "-1/minute", "ten/minute", "10/minute ", ""])
def test_a_quota_that_is_none_is_refused(quota: str) -> None:
    with pytest.raises(ValidationError, match="600/minute"):
        ContractSettings(rate_limit_read=quota)
    with pytest.raises(ValueError, match="no quota"):
        window("read", quota)
