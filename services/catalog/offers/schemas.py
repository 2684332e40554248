"""Offers and requests as clients write them."""

from typing import Annotated

from pydantic import Field

from services.catalog.records.schemas import (
    CooperationName,
    Day,
    ProblemCode,
    RecordWrite,
    TerritoryName,
    TextWrite,
    Themes,
)
from services.catalog.records.shapes import Coded
from services.common.schemas import Code, Slug


class OfferWrite(RecordWrite):
    """What a territory seeks or offers, on a theme or a problem, in which form of exchange, until when."""

    slug: Slug = Field(examples=["toulouse-new-cooperation"])
    direction: Annotated[Code, Coded("offer_directions")] = Field(description="Code of `offer_directions`.")
    territory: TerritoryName
    themes: Themes = Field(default_factory=list)
    problems: Annotated[list[ProblemCode], Field(max_length=20, description="Codes of `problems`.")] = Field(
        default_factory=list
    )
    forms: Annotated[list[Annotated[Code, Coded("exchange_forms")]], Field(max_length=10)] = Field(default_factory=list)
    context: Annotated[Code, Coded("offer_contexts")] | None = Field(
        None, description="Whether on a new cooperation or one that exists."
    )
    cooperation: CooperationName | None = None
    title: TextWrite
    statement: TextWrite
    until: Day | None = Field(None, description="The last day; after it the offer is over and in no list.")
