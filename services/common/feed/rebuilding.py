"""What services that follow a feed share of `POST rebuild`."""

from pydantic import BaseModel, Field

from services.common.http.documents import problem_responses
from services.common.problems import CONFLICT, Problem

REBUILD_ERRORS = problem_responses(401, 403, 409)


class Rebuilding(BaseModel):
    """It has begun."""

    status: str = Field("rebuilding", examples=["rebuilding"])


def not_the_follower() -> Problem:
    """Another process follows the feed and writes what this one only reads."""
    return Problem(
        CONFLICT,
        {
            "en": "This process only reads the index. Ask the one that writes it.",
            "fr": "Ce processus ne fait que lire l'index. Demandez à celui qui l'écrit.",
            "ar": "هذه العملية تقرأ الفهرس فقط. اطلب ذلك من العملية التي تكتبه.",
        },
    )
