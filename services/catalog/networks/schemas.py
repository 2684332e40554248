"""Networks as clients read them."""

from pydantic import Field

from services.catalog.records.schemas import PageRead, RecordRead
from services.common.schemas import CodeRead, TextRead


class NetworkRead(RecordRead):
    """A network or programme that territories belong to."""

    name: str = Field(examples=["Milan Urban Food Policy Pact"])
    description: TextRead
    kind: CodeRead
    start_year: int | None
    members: int = Field(description="Published territories here that a source names as members: a lower bound.")


class NetworkPage(PageRead):
    """A page of networks, by slug."""

    items: list[NetworkRead]
