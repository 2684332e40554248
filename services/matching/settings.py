"""What matching can be told, each by an environment variable that begins with `MATCHING_`."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.common.settings import ServiceSettings


class MatchingSettings(ServiceSettings):
    """Settings of the matching service."""

    model_config = SettingsConfigDict(env_prefix="MATCHING_", extra="ignore", frozen=True)

    database_url: str = Field(description="PostgreSQL database of matching: `postgresql://…`.")
    pool_size: int = Field(5, ge=2, le=50, description="Connections of each process, for reads and again for writes.")
    catalog_url: str = Field("http://127.0.0.1:8000", description="The address of the catalog that is followed.")
    catalog_key: SecretStr | None = Field(
        None,
        description="An API key of the catalog with the scope `introspect`, to check the keys that callers present; "
        "without one nobody's key can be checked, and everybody gets what is public.",
    )
