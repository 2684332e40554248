"""What follows from an attempt: pure."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from services.webhooks.outbound.outcome import Outcome

State = Literal["pending", "succeeded", "failed"]

GONE = 410
"""The receiver wants nothing more (Standard Webhooks)."""

OVERLOADED = frozenset({429, 502, 503, 504})
"""The receiver, or what stands before it, has too much to do."""

RELIEF_S = 5.0
"""How long an endpoint that is overloaded is left alone when it names no time."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a delivery; `pause_s` before its next attempt, None when it is done."""

    state: State
    pause_s: float | None = None
    endpoint_pause_s: float | None = None
    """Seconds in which nothing at all is sent to the endpoint."""

    gone: bool = False
    """The endpoint is to be disabled at once."""


def judge(
    outcome: Outcome,
    attempts: int,
    schedule: Sequence[int],
    jitter: float,
    uniform: Callable[[float, float], float] = random.uniform,
) -> Verdict:
    """The verdict on the `attempts`th attempt (from 1). `schedule`: seconds before each, longer or shorter by `jitter`.

    What Retry-After asks for is the least that is waited.
    """
    if outcome.delivered:
        return Verdict("succeeded")
    asked = outcome.retry_after_s
    relief = (RELIEF_S if asked is None else asked) if outcome.status in OVERLOADED else None
    gone = outcome.status == GONE
    if attempts >= len(schedule):
        return Verdict("failed", endpoint_pause_s=relief, gone=gone)
    pause = schedule[attempts] * uniform(1 - jitter, 1 + jitter)
    return Verdict("pending", max(pause, asked or 0.0), relief, gone)
