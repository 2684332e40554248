"""What is asked of a record's review, and what it comes to."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from services.catalog.duplicates.schemas import PossibleDuplicateRead
from services.catalog.records.parameters import Reason
from services.catalog.records.transitions import Action
from services.common.schemas import StrictModel

REASONED: frozenset[Action] = frozenset({"send_back", "reject"})
"""What nobody does to another's work without saying why."""


class ReviewWrite(StrictModel):
    """What to do with the record."""

    action: Action = Field(
        description=(
            "`submit`: ask the moderators to publish it. `withdraw`: take it back to a draft. `publish`. `send_back`: "
            "it needs changes first. `reject`. `reopen`: a rejected or archived one becomes a draft again. `confirm`: "
            "looked at, it still is so; the next review is a year on."
        ),
        examples=["send_back"],
    )
    reason: Reason | None = Field(
        None,
        description="Why; needed to send back and to reject. Its owner reads it as `review_note`.",
        examples=["La source ne dit pas qui porte le marché."],
    )

    @model_validator(mode="after")
    def is_reasoned(self) -> Self:
        """Sending back and rejecting have a reason."""
        if self.action in REASONED and self.reason is None:
            code = "reason_needed"
            raise PydanticCustomError(code, "sending back and rejecting need a reason")
        return self


class ReviewRead(BaseModel):
    """Where the record stands after it."""

    id: UUID
    type: str = Field(examples=["initiative"])
    slug: str
    version: int
    status: str = Field(examples=["needs_update"])
    review_note: str | None
    review_due: date | None
    allowed: list[str] = Field(description="What you can do next.", examples=[["submit", "publish"]])
    possible_duplicates: list[PossibleDuplicateRead] | None = Field(
        None, description="What may be the same already, once it is submitted or published; null after other steps."
    )
