"""Endpoints as partners ask for them and read them."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from pydantic_core import PydanticCustomError

from services.common.schemas import Code, CountryCode, LanguageTag, Line, StrictModel, WebAddress, Whole
from services.webhooks.event_types.catalogue import SELECTABLE, EventTypeName
from services.webhooks.settings import DAY_S

MAX_VALUES = 100
"""Values of one list of a filter."""

MAX_HEADERS = 10
RESERVED_HEADERS = re.compile(
    r"accept-encoding|connection|content-.*|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade"
    r"|user-agent|webhook-.*",
    re.IGNORECASE,
)
"""What the sender says itself, and what would change how the message is read."""

Format = Literal["thin", "full", "cloudevents"]
Signature = Literal["v1", "v1a"]
DisabledReason = Literal["owner", "gone", "failing"]

Ref = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=120)]
"""An id or a slug."""

HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$")]
HeaderValue = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$", max_length=1000)]


def _own_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    code = "reserved_header"
    for name in headers:
        if RESERVED_HEADERS.fullmatch(name):
            raise PydanticCustomError(code, "'{value}' is not yours to set", {"value": name})
    if len({name.lower() for name in headers}) < len(headers):
        code = "taken"
        raise PydanticCustomError(code, "a header is there twice")
    return headers


Headers = Annotated[dict[HeaderName, HeaderValue], Field(max_length=MAX_HEADERS), AfterValidator(_own_headers)]
Schedule = Annotated[list[Annotated[Whole, Field(ge=0, le=7 * DAY_S)]], Field(min_length=1, max_length=20)]


class EndpointFilter(StrictModel):
    """Which records an endpoint is told of: those that every list that is not empty has a value for."""

    territories: Annotated[list[Ref], Field(max_length=MAX_VALUES)] = Field(
        [],
        description="Records of or about these territories. Ids or slugs; kept, and shown, as ids.",
        examples=[["montpellier", "fes"]],
    )
    countries: Annotated[list[CountryCode], Field(max_length=MAX_VALUES)] = Field(
        [], description="Records of territories in these countries.", examples=[["FR", "MA"]]
    )
    themes: Annotated[list[Code], Field(max_length=MAX_VALUES)] = Field(
        [], description="Records on these themes, codes of the vocabulary `themes`.", examples=[["food_waste"]]
    )
    networks: Annotated[list[Ref], Field(max_length=MAX_VALUES)] = Field(
        [],
        description="Records of territories that are members of these networks. Ids or slugs; kept as ids.",
        examples=[["mufpp"]],
    )
    languages: Annotated[list[LanguageTag], Field(max_length=MAX_VALUES)] = Field(
        [], description="Records that have a text in one of these languages.", examples=[["fr"]]
    )
    own_only: bool = Field(False, description="Only records that your own partner owns.")


class EndpointWrite(StrictModel):
    """Where you want to be told, and of what."""

    url: WebAddress = Field(
        description="Where events are posted to: `https` on an allowed port, a host on the public internet.",
        examples=["https://partner.example/hooks/letsfood"],
    )
    description: Line | None = Field(None, description="What it is for.", examples=["Copy of the MUFPP's members"])
    event_types: Annotated[list[EventTypeName], Field(max_length=len(SELECTABLE))] = Field(
        [],
        description="Types of events; see `GET /webhooks/v1/event-types`. Empty: all, those to come included.",
        examples=[["initiative.created", "initiative.updated", "initiative.archived", "initiative.merged"]],
    )
    filter: EndpointFilter = EndpointFilter()
    format: Format = Field(
        "thin",
        description="`thin`: ids, version and address. `full`: the published state too. `cloudevents`: `thin` as a "
        "CloudEvent 1.0.2.",
    )
    headers: Headers = Field(
        {},
        description="Headers of every delivery, for example for your own gateway. Kept encrypted and not shown again.",
        examples=[{"Authorization": "Bearer of-your-gateway"}],
    )
    rate_per_second: Annotated[float, Field(ge=0.01, le=1000)] | None = Field(
        None, description="Deliveries a second, at most; null: no bound."
    )
    retry_schedule: Schedule | None = Field(
        None,
        description="Seconds before each attempt, counted from the one before; null: ten attempts over 75 hours.",
        examples=[[0, 5, 300, 1800]],
    )
    enabled: bool = Field(
        True,
        description="`false` stops deliveries; events that pass meanwhile can be replayed. `true` also enables what "
        "was disabled for failing.",
    )


class EndpointCreate(EndpointWrite):
    """An endpoint to be made."""

    signature: Signature = Field(
        "v1",
        description="`v1`: HMAC-SHA256 with a secret that both sides know. `v1a`: ed25519; you get the public key and "
        "hold no secret.",
    )


class SecretsRotate(StrictModel):
    """How a secret is replaced."""

    overlap_seconds: Annotated[Whole, Field(ge=0, le=7 * DAY_S)] = Field(
        DAY_S, description="How long the former secret signs beside the new one.", examples=[3600]
    )
    signature: Signature | None = Field(None, description="Of the new secret; null: as the former.")


class SigningKeyRead(BaseModel):
    """A secret that signs, without itself."""

    id: UUID
    signature: Signature
    public_key: str | None = Field(description="Of `v1a`: `whpk_` and base64. Verify `v1a` signatures with it.")
    created_at: datetime
    expires_at: datetime | None = Field(description="Until then it signs beside its successor; null: it is in force.")


class EndpointRead(BaseModel):
    """An endpoint, without its secrets and the values of its headers."""

    id: UUID
    partner_id: UUID
    url: str
    description: str | None
    event_types: list[str]
    filter: EndpointFilter
    format: Format
    header_names: list[str]
    rate_per_second: float | None
    retry_schedule: list[int] | None
    enabled: bool
    disabled_reason: DisabledReason | None = Field(
        description="`owner`: you switched it off. `gone`: it answered 410. `failing`: nothing arrived for too long."
    )
    disabled_at: datetime | None
    failing_since: datetime | None = Field(description="The first failure after the last success; null: none.")
    held_at: datetime | None = Field(
        description="Since when deliveries wait because the partner is suspended; null: they do not."
    )
    signing_keys: list[SigningKeyRead] = Field(description="Those that sign now, the newest first.")
    version: int
    created_at: datetime
    updated_at: datetime


class EndpointCreated(EndpointRead):
    """An endpoint with a secret that was just made."""

    secret: str | None = Field(
        description="`whsec_…`, shown now and never again. Null for `v1a` (see `signing_keys`), and in an answer given "
        "again for an Idempotency-Key."
    )


class EndpointPage(BaseModel):
    """A page of endpoints."""

    items: list[EndpointRead]
    next: str | None = Field(description="The `cursor` of the next page; null on the last one.")
    total: int | None = Field(None, description="All items, with `count=true`.")
