"""API keys as clients ask for them and read them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from services.common.access.scopes import Scope
from services.common.schemas import Line, StrictModel, Whole

LONGEST_OVERLAP = timedelta(days=30)
DEFAULT_OVERLAP = timedelta(days=1)


RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def _as_text(value: object) -> object:
    """Pydantic would take numbers, and texts of numbers, for Unix times."""
    if not isinstance(value, datetime) and not (isinstance(value, str) and RFC_3339.fullmatch(value)):
        code = "date_time"
        raise PydanticCustomError(code, "write it like 2099-12-31T23:59:59Z")
    return value


def _to_come(value: datetime) -> datetime:
    try:
        moment = value.astimezone(UTC)
    except OverflowError as error:
        code = "beyond_calendar"
        raise PydanticCustomError(code, "this is beyond the calendar") from error
    if moment <= datetime.now(UTC):
        code = "past"
        raise PydanticCustomError(code, "this is past")
    return moment


Expiry = Annotated[
    AwareDatetime,
    Field(strict=False, description="From then on the key is not valid.", examples=["2099-12-31T23:59:59Z"]),
    BeforeValidator(_as_text),
    AfterValidator(_to_come),
]
KeyScopes = Annotated[
    list[Annotated[Scope, Field(strict=False)]],
    Field(max_length=len(Scope), description="What the key may do; see the list of scopes under `api_key`."),
]


class KeyCreate(StrictModel):
    """A key to be made."""

    name: Line = Field(description="What it is for, to know it again.", examples=["synchronisation"])
    scopes: KeyScopes = []
    partner: Line | None = Field(None, description="Id or slug; without it one's own.", examples=["terres-en-villes"])
    expires_at: Expiry | None = None


class KeyRotate(StrictModel):
    """How a key is replaced."""

    overlap_seconds: Annotated[Whole, Field(ge=0, le=int(LONGEST_OVERLAP.total_seconds()))] = Field(
        int(DEFAULT_OVERLAP.total_seconds()),
        description="How long the former key remains valid beside the new one.",
        examples=[3600],
    )
    expires_at: Expiry | None = Field(None, description="Of the new key.")


class KeyRead(BaseModel):
    """A key, without its secret."""

    id: UUID
    partner_id: UUID
    public_id: str = Field(description="The part of the key that may be shown: `lf_<public id>_…`.")
    name: str = Field(examples=["synchronisation"])
    scopes: list[str] = Field(examples=[["records:write"]])
    version: int
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="To the minute; null: never.")
    rotated_from: UUID | None = Field(description="The key that this one replaces.")


class KeyCreated(KeyRead):
    """A key that was just made."""

    key: str | None = Field(
        description="The key itself, shown now and never again; null in an answer given again for an Idempotency-Key."
    )


class KeyPage(BaseModel):
    """A page of keys."""

    items: list[KeyRead]
    next: str | None = Field(description="The `cursor` of the next page; null on the last one.")
    total: int | None = Field(None, description="All items, with `count=true`.")
