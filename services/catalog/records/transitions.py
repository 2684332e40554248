"""From which status a record comes to which: every step there is, and who takes it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.catalog.records.models import (
    ARCHIVED,
    DISCARDED,
    DRAFT,
    NEEDS_UPDATE,
    PUBLISHED,
    REJECTED,
    SUBMITTED,
)
from services.common.problems import CONFLICT, FORBIDDEN, Problem

Action = Literal["submit", "withdraw", "publish", "send_back", "reject", "reopen", "confirm"]


@dataclass(frozen=True, slots=True)
class Step:
    """Where an action leads, and what the revisions call it when it was done."""

    to: str
    done: str
    moderated: bool = False
    """Only moderators take it; the others are the owner's too. Publishing takes a mandate besides."""


_SUBMIT = Step(SUBMITTED, "submitted")
_WITHDRAW = Step(DRAFT, "withdrawn")
_PUBLISH = Step(PUBLISHED, "published")
_SEND_BACK = Step(NEEDS_UPDATE, "sent_back", moderated=True)
_REJECT = Step(REJECTED, "rejected", moderated=True)

STEPS: Mapping[tuple[str, Action], Step] = {
    (DRAFT, "submit"): _SUBMIT,
    (DRAFT, "publish"): _PUBLISH,
    (SUBMITTED, "withdraw"): _WITHDRAW,
    (SUBMITTED, "publish"): _PUBLISH,
    (SUBMITTED, "send_back"): _SEND_BACK,
    (SUBMITTED, "reject"): _REJECT,
    (NEEDS_UPDATE, "submit"): _SUBMIT,
    (NEEDS_UPDATE, "publish"): _PUBLISH,
    (NEEDS_UPDATE, "reject"): _REJECT,
    (REJECTED, "reopen"): Step(DRAFT, "reopened", moderated=True),
    (PUBLISHED, "confirm"): Step(PUBLISHED, "confirmed"),
    (PUBLISHED, "withdraw"): _WITHDRAW,
    (PUBLISHED, "send_back"): _SEND_BACK,
    (ARCHIVED, "reopen"): Step(DRAFT, "reopened"),
    (DISCARDED, "reopen"): Step(DRAFT, "reopened"),
}
"""(status, action) → step; what is not here cannot be done."""

BY_WRITING: Mapping[str, Action] = {SUBMITTED: "submit", PUBLISHED: "publish", DRAFT: "withdraw"}
"""The action that a merge patch of `status` stands for, by the status that it writes."""


def actions_on(status: str, *, moderates: bool) -> list[str]:
    """What can be done with a record of this status, in the order of `Action`."""
    return [action for (of, action), step in STEPS.items() if of == status and (moderates or not step.moderated)]


def require_step(status: str, action: Action, *, moderates: bool) -> Step:
    """The step that an action is; raises `Problem`: 409 where the status has no such step, 403 where others take it."""
    step = STEPS.get((status, action))
    allowed = actions_on(status, moderates=moderates)
    if step is None:
        raise Problem(
            CONFLICT,
            {
                "en": "'{action}' cannot be done with a record that is '{status}'. What can: {allowed}.",
                "fr": "« {action} » est impossible pour une fiche « {status} ». Sont possibles : {allowed}.",
                "ar": "لا يمكن تنفيذ '{action}' على سجل حالته '{status}'. الممكن: {allowed}.",
            },
            {"action": action, "status": status, "allowed": ", ".join(allowed) or "–"},
            extensions={"record_status": status, "allowed": allowed},
        )
    if step.moderated and not moderates:
        raise Problem(
            FORBIDDEN,
            {
                "en": "'{action}' is for moderators.",
                "fr": "« {action} » revient à la modération.",
                "ar": "'{action}' من صلاحية المشرفين.",
            },
            {"action": action},
        )
    return step
