"""Possible duplicates as clients read them."""

from datetime import datetime
from functools import cache
from typing import Annotated, Any, cast
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, create_model

from services.catalog.records.schemas import OwnerRefRead, PageRead, RecordRead
from services.common.schemas import TextRead


class ReasonRead(BaseModel):
    """Something that speaks for two records being the same."""

    code: str = Field(
        description="`same_name`, `similar_name`, `translated_name` (the same in another language), `same_place`, "
        "`near_place`, `same_carrier`, `same_organization`, `same_years`, `same_theme`, `same_id`, "
        "`same_address`. More may come.",
        examples=["same_place"],
    )
    detail: str = Field(description="The same for people.", examples=["Both are in Fez."])


class PossibleDuplicateRead(BaseModel):
    """A record that may be the same."""

    id: UUID
    slug: str = Field(examples=["marche-paysan-fes"])
    name: TextRead
    status: str = Field(
        description="Unpublished ones are shown to their owner and to moderators.", examples=["published"]
    )
    score: Annotated[float, Field(ge=0, le=1)] = Field(
        description="How likely it is the same, 0 to 1; from 0.5 on it is named.", examples=[0.93]
    )
    reasons: list[ReasonRead] = Field(description="The weightiest first.")


class PossibleDuplicates(BaseModel):
    """The possible duplicates of a record, the likeliest first; the list is short and comes whole."""

    items: list[PossibleDuplicateRead]
    next: None = None


class PairSideRead(BaseModel):
    """One record of a pair."""

    id: UUID
    slug: str
    name: TextRead
    status: str


class PairRead(BaseModel):
    """Two records that may be the same, or that somebody said are not."""

    id: UUID
    kind: str = Field(examples=["initiative"])
    first: PairSideRead
    second: PairSideRead
    score: float | None = Field(description="0 to 1, as it was when they were compared; null: nobody's finding.")
    found_at: AwareDatetime
    dismissed_at: datetime | None
    dismissed_by: OwnerRefRead | None
    reason: str | None = Field(description="Why they are not the same.")


class PairPage(PageRead):
    """A page of the list, in the order of finding."""

    items: list[PairRead]


@cache
def answer_model(read: type[BaseModel]) -> type[RecordRead]:
    """What a write answers: `InitiativeRead` with its possible duplicates is `InitiativeWritten`."""
    name = read.__name__.removesuffix("Read") + "Written"
    about = (
        "What may be the same already, as in `/duplicates`. Always after a creation; after a change only where it "
        "changed the status, the name or the place."
    )
    member: Any = (list[PossibleDuplicateRead] | None, Field(None, description=about))
    made = create_model(name, __base__=read, __doc__=f"{read.__doc__} As just written.", possible_duplicates=member)
    return cast("type[RecordRead]", made)
