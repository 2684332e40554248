"""What the search service can be told, each by an environment variable that begins with `SEARCH_`."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.common.settings import ServiceSettings


class SearchSettings(ServiceSettings):
    """Without a Meilisearch address the embedded engine keeps its index in a folder."""

    model_config = SettingsConfigDict(env_prefix="SEARCH_")

    catalog_url: str = Field("http://127.0.0.1:8001", description="Where the catalog is reached, without a path.")
    catalog_key: SecretStr | None = Field(
        None,
        description="An API key of the catalog with the scope `introspect`, to check the keys that callers present; "
        "without one nobody's key can be checked, and everybody gets what is public.",
    )
    index_folder: Path = Field(
        Path(".state/search"), description="The embedded engine's folder. One process writes it, any number read it."
    )
    meili_url: str | None = Field(None, description="A Meilisearch server, e.g. http://127.0.0.1:7700.")
    meili_key: SecretStr | None = Field(
        None,
        description="A key of that server that may search and administer `meili_index` and `{meili_index}_next`: "
        "search, documents.*, indexes.*, settings.get, settings.update, tasks.get.",
    )
    meili_index: str = Field("initiatives", pattern=r"^[A-Za-z0-9_-]{1,400}$", description="The index's name there.")
    follow: bool = Field(
        True, description="Whether this process follows the catalog's feed; processes that only read say false."
    )
