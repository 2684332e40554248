"""What the catalog can be told, each by an environment variable that begins with `CATALOG_`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.common.settings import ServiceSettings


class CatalogSettings(ServiceSettings):
    """Settings of the catalog service."""

    model_config = SettingsConfigDict(env_prefix="CATALOG_", extra="ignore", frozen=True)

    database_url: str = Field(description="PostgreSQL database of the catalog: `postgresql://…`.")
    pool_size: int = Field(10, ge=1, le=100, description="Connections of each process, for reads and again for writes.")
    review_interval_s: float = Field(
        600, gt=0, le=86_400, description="How often it is looked which records fell due for review, in seconds."
    )
    snapshot_folder: Path | None = Field(None, description="Where snapshots are written; default: a temporary folder.")
