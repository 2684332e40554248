"""What webhooks can be told, each by an environment variable that begins with `WEBHOOKS_`."""

from base64 import urlsafe_b64decode
from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import NoDecode, SettingsConfigDict

from services.common.settings import CommaSeparated, ServiceSettings

DAY_S = 86_400

Port = Annotated[int, Field(ge=1, le=65_535)]

SCHEDULE = (0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, DAY_S)
"""Seconds before each attempt: ten over 75 hours and a half (Standard Webhooks)."""


def _sealing_keys(keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    for key in keys:
        try:
            length = len(urlsafe_b64decode(key.get_secret_value()))
        except ValueError:
            length = 0
        if length != 32:
            message = "each is 32 random bytes in URL-safe base64: `openssl rand -base64 32 | tr '+/' '-_'`"
            raise ValueError(message)
    return keys


def _subnets(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        ip_network(value)
    return values


def _schedule(values: tuple[int, ...]) -> tuple[int, ...]:
    if any(not 0 <= value <= 7 * DAY_S for value in values):
        message = "seconds before each attempt, at most a week each"
        raise ValueError(message)
    return values


class WebhooksSettings(ServiceSettings):
    """Settings of the webhooks service."""

    model_config = SettingsConfigDict(env_prefix="WEBHOOKS_", extra="ignore", frozen=True)

    database_url: str = Field(description="PostgreSQL database of webhooks: `postgresql://…`.")
    pool_size: int = Field(10, ge=2, le=100, description="Connections of each process, for reads and again for writes.")
    catalog_url: str = Field("http://127.0.0.1:8000", description="The address of the catalog that is followed.")
    catalog_public_url: str | None = Field(
        None,
        description="The address at which partners reach the catalog, without a path, where that is another one than "
        "`WEBHOOKS_PUBLIC_URL`: records in events have it.",
    )
    catalog_key: SecretStr | None = Field(
        None,
        description="An API key of the catalog with the scope `introspect`, to check the keys that callers present; "
        "without one nobody's key can be checked, no endpoint can be managed, and suspended partners are not noticed.",
    )
    secret_keys: Annotated[
        tuple[SecretStr, ...], NoDecode, CommaSeparated, Field(min_length=1), AfterValidator(_sealing_keys)
    ] = Field(
        description="Keys that encrypt the secrets of endpoints in the database, separated by commas, each 32 random "
        "bytes in URL-safe base64. The first encrypts, all decrypt: put a new one in front; once every process has "
        "started with it, what the former encrypted is encrypted anew and the former can go.",
    )
    endpoints_per_partner: int = Field(20, ge=1, description="Endpoints that a partner may have at once.")
    allowed_ports: Annotated[tuple[Port, ...], NoDecode, CommaSeparated] = Field(
        (443, 8443), description="Ports that endpoints may have, separated by commas."
    )
    allowed_subnets: Annotated[tuple[str, ...], NoDecode, CommaSeparated, AfterValidator(_subnets)] = Field(
        (),
        description="Networks that deliveries may reach although they are not public, on any port, separated by "
        "commas: for receivers of one's own.",
        examples=["10.20.0.0/16"],
    )
    connect_timeout_s: float = Field(5, gt=0, le=60, description="Seconds within which an endpoint must be connected.")
    delivery_timeout_s: float = Field(15, gt=0, le=120, description="Seconds that an attempt takes, at most.")
    retry_schedule: Annotated[
        tuple[int, ...], NoDecode, CommaSeparated, Field(min_length=1, max_length=20), AfterValidator(_schedule)
    ] = Field(SCHEDULE, description="Seconds before each attempt of a delivery, counted from the one before.")
    retry_jitter: float = Field(
        0.1, ge=0, le=0.5, description="By which part each of these pauses is longer or shorter at random."
    )
    disable_after_s: int = Field(
        5 * DAY_S, ge=1, description="Seconds without one success after which an endpoint that fails is disabled."
    )
    deliver: bool = Field(
        True, description="Whether this process follows the feeds and delivers; `false`: it only answers requests."
    )
    concurrency: int = Field(100, ge=1, le=1000, description="Deliveries that a process has under way at once.")
    concurrency_per_endpoint: int = Field(10, ge=1, le=1000, description="The same to one endpoint.")
    heartbeat_s: float = Field(
        5, gt=0, le=300, description="Seconds within which another process takes over what a dead one had under way."
    )
    poll_s: float = Field(
        1, gt=0, le=60, description="Seconds between two looks into the queue when nothing wakes the worker."
    )
    suspension_interval_s: float = Field(
        45,
        gt=0,
        le=3600,
        description="Seconds between two questions to the catalog which partners are suspended: so long may one still "
        "be sent to.",
    )
    retention_days: int = Field(
        90, ge=1, description="Days that events, finished deliveries and their attempts are kept; replay goes so far."
    )
