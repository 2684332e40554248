"""The base of every service's settings: read from the environment, checked when the app is made."""

import re
from ipaddress import ip_network
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

DEVELOPMENT_FACTOR = 10
"""How many times the usual quotas hold in development: a frontend that renders whole pages anew is one client."""

QUOTA = re.compile(r"([1-9]\d{0,8})/(second|minute|hour)")
WINDOW_SECONDS = {"second": 1, "minute": 60, "hour": 3600}


def _quota(value: str) -> str:
    if not QUOTA.fullmatch(value):
        message = "write it like '600/minute' (second, minute or hour)"
        raise ValueError(message)
    return value


def _networks(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        ip_network(value)
    return values


def _origins(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if value != "*" and not re.fullmatch(r"https?://[^/\s*]+", value):
            message = f"'{value}' is no origin: write scheme and host, like 'https://example.org'"
            raise ValueError(message)
    return values


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


CommaSeparated = BeforeValidator(_split)

Quota = Annotated[str, AfterValidator(_quota)]
"""So many requests in a window: `600/minute`."""


class ContractSettings(BaseSettings):
    """Limits, browsers and proxies: the same of every service. Counts are per process."""

    rate_limit_read: Quota = Field("1200/minute", description="Reads of one client (a key, else an address).")
    rate_limit_search: Quota = Field("600/minute", description="Searches and matches of one client.")
    rate_limit_write: Quota = Field("300/minute", description="Writes of one client.")
    rate_limit_secrets: Quota = Field(
        "30/minute", description="Operations on API keys of one client, and keys that do not exist from one address."
    )
    rate_limit_introspection: Quota = Field(
        "6000/minute", description="Introspections of one client: other services ask for every key they meet."
    )
    max_in_flight: int = Field(
        200, ge=1, description="Requests that a process works on at once; one more is answered 503."
    )
    max_in_flight_per_client: int = Field(50, ge=1, description="The same for one client; one more is answered 429.")
    max_waiting: int = Field(
        500, ge=1, description="Long polls and event streams that a process holds open at once; one more gets 503."
    )
    max_waiting_per_client: int = Field(50, ge=1, description="The same for one client; one more is answered 429.")
    max_body_bytes: int = Field(
        1024 * 1024, ge=1024, description="The largest body of a request. A record written by hand has about 100 kB."
    )
    body_timeout_s: float = Field(20, gt=0, description="Seconds within which a request's body must have arrived.")
    pool_timeout_s: float = Field(
        5, gt=0, description="Seconds that a request waits for a database connection before it is answered 503."
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode, CommaSeparated, AfterValidator(_networks)] = Field(
        (),
        description="Addresses or networks of one's own proxies, separated by commas: only from them is `Forwarded` or "
        "`X-Forwarded-*` believed.",
        examples=["10.0.0.0/8,::1"],
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode, CommaSeparated, AfterValidator(_origins)] = Field(
        (),
        description="Origins whose pages may read answers in a browser, separated by commas; `*` for all.",
        examples=["https://letsfood.example"],
    )


class ServiceSettings(ContractSettings):
    """What every service can be told. Each service adds its own prefix (`CATALOG_`, `SEARCH_`, …)."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    environment: Literal["development", "production"] = Field(
        "production",
        description="Outside development, defaults that are only safe on one's own machine are refused. In development "
        f"rate limits that are not set are {DEVELOPMENT_FACTOR} times their default.",
    )
    public_url: str = Field(
        "http://127.0.0.1:8000",
        description="The address at which clients reach this service, without a path; that of the gateway where one "
        "serves all.",
    )

    @model_validator(mode="before")
    @classmethod
    def _room_for_development(cls, given: Any) -> Any:  # noqa: ANN401 - Pydantic hands over whatever was given
        if not isinstance(given, dict) or given.get("environment") != "development":
            return given
        defaults = {name: field.default for name, field in cls.model_fields.items() if name.startswith("rate_limit_")}
        return {name: _multiplied(quota) for name, quota in defaults.items()} | given


def _multiplied(quota: str) -> str:
    number, _, unit = quota.partition("/")
    return f"{int(number) * DEVELOPMENT_FACTOR}/{unit}"
