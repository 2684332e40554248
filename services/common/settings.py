"""The base of every service's settings: read from the environment, checked when the app is made."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """What every service can be told. Each service adds its own prefix (`CATALOG_`, `SEARCH_`, …)."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    environment: Literal["development", "production"] = Field(
        "production", description="Outside development, defaults that are only safe on one's own machine are refused."
    )
    public_url: str = Field(
        "http://127.0.0.1:8000", description="The address at which clients reach this deployment, without a path."
    )
