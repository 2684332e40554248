"""Partners as clients write and read them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.common.schemas import Line, Slug, StrictModel

PartnerKind = Literal["association", "network", "local_authority", "research", "service", "other"]
PartnerStatus = Literal["active", "suspended"]

Mailbox = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")
]


class Contact(StrictModel):
    """A role and its mailbox at the organisation's own domain: `data@…`, `technique@…`. Never a person's.

    An address that names a person (`marie.dupont@…`) or is of a host where everybody gets one is refused (422).
    """

    role: Line = Field(examples=["technical"])
    email: Mailbox = Field(examples=["data@example.org"])


Contacts = Annotated[
    list[Contact],
    Field(max_length=10, description="Role mailboxes. Seen by the partner itself, moderators and administrators only."),
]


class PartnerWrite(StrictModel):
    """A partner as it is written: whole, or as the result of a merge patch."""

    slug: Slug = Field(examples=["terres-en-villes"])
    name: Line = Field(examples=["Terres en Villes"])
    kind: PartnerKind = Field(description="Open: more kinds may come.", examples=["network"])
    status: PartnerStatus = Field(
        "active", description="The keys of a suspended partner are not valid, and its webhooks wait."
    )
    contacts: Contacts = []


class PartnerRead(BaseModel):
    """A partner, as itself, moderators and administrators see it."""

    id: UUID
    slug: str
    name: str
    kind: str
    status: str
    contacts: list[Contact]
    version: int
    created_at: datetime
    updated_at: datetime


class PartnerPage(BaseModel):
    """A page of partners."""

    items: list[PartnerRead]
    next: str | None = Field(description="The `cursor` of the next page; null on the last one.")
    total: int | None = Field(None, description="All items, with `count=true`.")
