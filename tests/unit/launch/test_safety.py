"""A process that is told something unsafe outside development says which variable, in one line, and does not start."""

import pytest

from services.catalog.settings import CatalogSettings
from services.common.telemetry.settings import ProcessSettings
from services.launch.safety import read_service_settings, read_settings
from services.local.errors import LocalError
from services.search.settings import SearchSettings

PUBLIC = "https://letsfood.example"
DATABASE = "postgresql://catalog:q8Zr2mVt@db.internal/catalog"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A production catalog and search that may start."""
    monkeypatch.setenv("CATALOG_PUBLIC_URL", PUBLIC)
    monkeypatch.setenv("CATALOG_DATABASE_URL", DATABASE)
    monkeypatch.setenv("SEARCH_PUBLIC_URL", PUBLIC)
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_what_is_safe_starts() -> None:
    assert read_service_settings(CatalogSettings).public_url == PUBLIC
    assert read_service_settings(SearchSettings).meili_url is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "http://letsfood.example"),
        ("PUBLIC_URL", "letsfood.example"),
        ("DATABASE_URL", "postgresql://catalog@db.internal/catalog"),
        ("DATABASE_URL", "postgresql://postgres:postgres@db.internal/catalog"),
        ("DATABASE_URL", "postgresql://catalog:catalog@db.internal/catalog"),
        ("DATABASE_URL", "postgresql://catalog@/catalog?host=db.internal"),
        ("CORS_ORIGINS", "https://a.example,*"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,0.0.0.0/0"),
        ("TRUSTED_PROXIES", "::/0"),
    ],
)
def test_what_is_safe_on_ones_own_machine_only_is_refused_elsewhere(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(f"CATALOG_{name}", value)
    with pytest.raises(LocalError, match=f"^CATALOG_{name}: [^\n]+CATALOG_ENVIRONMENT=development[^\n]*$"):
        read_service_settings(CatalogSettings)
    environment.setenv("CATALOG_ENVIRONMENT", "development")
    assert read_service_settings(CatalogSettings).environment == "development"


def test_the_address_of_this_machine_is_no_public_address(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("CATALOG_PUBLIC_URL")
    with pytest.raises(LocalError, match=r"^CATALOG_PUBLIC_URL: "):
        read_service_settings(CatalogSettings)


@pytest.mark.parametrize("key", [None, "masterKey", "aSampleMasterKey"])
def test_a_meilisearch_that_everybody_may_change_is_refused(environment: pytest.MonkeyPatch, key: str | None) -> None:
    environment.setenv("SEARCH_MEILI_URL", "http://127.0.0.1:7700")
    if key is not None:
        environment.setenv("SEARCH_MEILI_KEY", key)
    with pytest.raises(LocalError, match=r"^SEARCH_MEILI_KEY: "):
        read_service_settings(SearchSettings)


@pytest.mark.parametrize("url", ["postgresql:///catalog?host=/run/postgresql", "postgresql://%2Frun%2Fpg/catalog"])
def test_a_unix_socket_needs_no_password(environment: pytest.MonkeyPatch, url: str) -> None:
    environment.setenv("CATALOG_DATABASE_URL", url)
    assert read_service_settings(CatalogSettings).database_url == url


def test_what_is_missing_and_what_cannot_be_are_named_together(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("CATALOG_DATABASE_URL")
    environment.setenv("CATALOG_POOL_SIZE", "many")
    with pytest.raises(LocalError) as raised:
        read_service_settings(CatalogSettings)
    assert "CATALOG_DATABASE_URL has to be set" in str(raised.value)
    assert "CATALOG_POOL_SIZE: " in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_fault_shows_no_value(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CATALOG_ENVIRONMENT", "s3cret-in-the-wrong-variable")
    with pytest.raises(LocalError) as raised:
        read_service_settings(CatalogSettings)
    assert "s3cret" not in str(raised.value)


def test_settings_of_the_process_are_named_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LETSFOOD_LOG_LEVEL", "verbose")
    with pytest.raises(LocalError, match=r"^LETSFOOD_LOG_LEVEL: "):
        read_settings(ProcessSettings)
