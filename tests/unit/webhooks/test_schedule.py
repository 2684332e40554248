"""What follows from an attempt, and how many go to an endpoint at once."""

import pytest

from services.common.ids import new_id
from services.webhooks.deliveries.pace import Pace
from services.webhooks.deliveries.schedule import RELIEF_S, Verdict, judge
from services.webhooks.outbound.outcome import Outcome, OutcomeKind
from services.webhooks.settings import SCHEDULE


def answered(status: int, retry_after_s: float | None = None) -> Outcome:
    kind = OutcomeKind.DELIVERED if status < 300 else OutcomeKind.HTTP_ERROR
    return Outcome(kind, 5, status, "", retry_after_s)


def least(low: float, _high: float) -> float:
    return low


def test_the_schedule_makes_ten_attempts_over_75_hours_and_a_half() -> None:
    pauses = [judge(answered(500), attempt, SCHEDULE, 0).pause_s for attempt in range(1, 11)]
    assert pauses[:3] == [5, 300, 1800]
    assert pauses[-1] is None
    assert sum(pause for pause in pauses if pause) == 75 * 3600 + 35 * 60 + 5


@pytest.mark.parametrize("attempt", range(1, 10))
def test_pauses_differ_by_the_jitter_and_no_more(attempt: int) -> None:
    pauses = {judge(answered(500), attempt, SCHEDULE, 0.1).pause_s for _ in range(200)}
    assert len(pauses) > 100
    assert all(pause and 0.9 <= pause / SCHEDULE[attempt] <= 1.1 for pause in pauses)


def test_a_success_ends_it_and_the_last_failure_gives_up() -> None:
    assert judge(answered(204), 1, (0, 5), 0) == Verdict("succeeded")
    assert judge(answered(500), 2, (0, 5), 0) == Verdict("failed")
    assert judge(Outcome(OutcomeKind.TIMEOUT, 15_000), 1, (0, 5), 0) == Verdict("pending", 5)


def test_retry_after_is_the_least_that_is_waited() -> None:
    assert judge(answered(500, 7), 1, (0, 5), 0.1).pause_s == 7
    assert judge(answered(500, 2), 1, (0, 5), 0.1, least).pause_s == 4.5


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_an_overloaded_endpoint_is_paused(status: int) -> None:
    assert judge(answered(status), 1, (0, 5), 0).endpoint_pause_s == RELIEF_S
    assert judge(answered(status, 60), 1, (0, 5), 0).endpoint_pause_s == 60
    assert judge(answered(500, 60), 1, (0, 5), 0).endpoint_pause_s is None


def test_only_410_says_that_the_endpoint_is_gone() -> None:
    assert judge(answered(410), 1, (0, 5), 0).gone
    assert judge(answered(410), 2, (0, 5), 0).gone
    assert not judge(answered(404), 1, (0, 5), 0).gone


def test_an_endpoint_gets_twice_as_many_after_each_success_and_half_after_a_failure() -> None:
    pace, endpoint = Pace(5), new_id()
    assert pace.free() == {}
    for allowed in (1, 2, 4, 5, 5):
        assert pace.free().get(endpoint, 1) == allowed
        pace.began(endpoint)
        assert pace.free()[endpoint] == allowed - 1
        pace.ended(endpoint, delivered=True)
    for allowed in (2, 1, 1):
        pace.began(endpoint)
        pace.ended(endpoint, delivered=False)
        assert pace.under_way == 1
        assert pace.free()[endpoint] == allowed - 1
        pace.recorded(endpoint)
    assert pace.free() == {}
    assert pace.under_way == 0


def test_what_the_endpoint_has_no_part_in_changes_nothing() -> None:
    pace, endpoint = Pace(5), new_id()
    pace.began(endpoint)
    pace.ended(endpoint, delivered=None)
    assert pace.free() == {}
