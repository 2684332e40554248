"""Every status, action and role: what can be done, and where it leads."""

from typing import get_args

import pytest

from services.catalog.records.transitions import STEPS, Action, actions_on, require_step
from services.common.problems import CONFLICT, FORBIDDEN, Problem

STATUSES = ("draft", "submitted", "needs_update", "rejected", "published", "archived", "discarded", "merged")

MATRIX = """
             submit     withdraw  publish    send_back     reject     reopen  confirm
draft        submitted  -         published  -             -          -       -
submitted    -          draft     published  needs_update! rejected!  -       -
needs_update submitted  -         published  -             rejected!  -       -
rejected     -          -         -          -             -          draft!  -
published    -          draft     -          needs_update! -          -       published
archived     -          -         -          -             -          draft   -
discarded    -          -         -          -             -          draft   -
merged       -          -         -          -             -          -       -
"""
"""Where each action leads; `!`: for moderators only, `-`: not at all."""

HEADER, *LINES = [line.split() for line in MATRIX.strip().splitlines()]
CELLS = [(line[0], action, cell) for line in LINES for action, cell in zip(HEADER, line[1:], strict=True)]


def test_the_matrix_is_of_every_status_and_every_action() -> None:
    assert tuple(HEADER) == get_args(Action)
    assert tuple(line[0] for line in LINES) == STATUSES
    assert {status for status, _ in STEPS} <= set(STATUSES)


@pytest.mark.parametrize("moderates", [False, True])
@pytest.mark.parametrize(("status", "action", "cell"), CELLS)
def test_every_cell(status: str, action: Action, cell: str, moderates: bool) -> None:
    if cell == "-":
        with pytest.raises(Problem) as refused:
            require_step(status, action, moderates=moderates)
        assert refused.value.kind is CONFLICT
        assert refused.value.extensions["allowed"] == actions_on(status, moderates=moderates)
    elif cell.endswith("!") and not moderates:
        with pytest.raises(Problem) as refused:
            require_step(status, action, moderates=moderates)
        assert refused.value.kind is FORBIDDEN
    else:
        assert require_step(status, action, moderates=moderates).to == cell.rstrip("!")
    assert (action in actions_on(status, moderates=moderates)) == (cell != "-" and (moderates or "!" not in cell))
