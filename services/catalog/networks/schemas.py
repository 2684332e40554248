"""Networks as clients write them."""

from typing import Annotated

from pydantic import Field

from services.catalog.records.schemas import RecordWrite, TextWrite
from services.catalog.records.shapes import Coded
from services.common.schemas import Code, Line, Year


class NetworkWrite(RecordWrite):
    """A network or programme that territories belong to; who is in it stands with the territories."""

    name: Line = Field(examples=["Milan Urban Food Policy Pact"])
    description: TextWrite
    kind: Annotated[Code, Coded("network_kinds")] = Field(description="Code of `network_kinds`.")
    start_year: Year | None = None
