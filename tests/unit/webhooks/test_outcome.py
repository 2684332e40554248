"""What an answer means, and the pause that it asks for."""

from datetime import UTC, datetime

import pytest

from services.webhooks.outbound.outcome import LONGEST_PAUSE_S, Outcome, OutcomeKind, kind_of, readable, retry_after

NOW = datetime(2026, 11, 23, 8, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, OutcomeKind.DELIVERED),
        (204, OutcomeKind.DELIVERED),
        (299, OutcomeKind.DELIVERED),
        (301, OutcomeKind.REDIRECT),
        (304, OutcomeKind.REDIRECT),
        (400, OutcomeKind.HTTP_ERROR),
        (410, OutcomeKind.HTTP_ERROR),
        (500, OutcomeKind.HTTP_ERROR),
        (999, OutcomeKind.HTTP_ERROR),
    ],
)
def test_only_2xx_says_that_the_receiver_has_it(status: int, kind: OutcomeKind) -> None:
    assert kind_of(status) is kind
    assert Outcome(kind, 1, status).delivered is (kind is OutcomeKind.DELIVERED)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        (" 120 ", 120),
        ("0", 0),
        ("999999", LONGEST_PAUSE_S),
        ("9" * 5000, LONGEST_PAUSE_S),
        ("Mon, 23 Nov 2026 08:00:30 GMT", 30),
        ("Mon, 23 Nov 2026 09:00:30 +0100", 30),
        ("Mon, 23 Nov 2026 08:00:30 -0000", 30),
        ("Mon, 23 Nov 2026 07:00:00 GMT", 0),
        ("Sun, 23 Nov 2099 08:00:00 GMT", LONGEST_PAUSE_S),
        ("-5", None),
        ("1.5", None),
        ("٧", None),
        ("soon", None),
        ("Mon, 99 Nov 2026 08:00:30 GMT", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_at_most_a_day(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


def test_the_beginning_of_an_answer_is_text_that_a_database_takes() -> None:
    assert readable(b"d\xc3\xa9j\xc3\xa0 re\xc3\xa7u") == "déjà reçu"
    assert readable(b"\xff\x00a") == "\ufffd\ufffda"
    assert len(readable(b"x" * 5000)) == 1024
