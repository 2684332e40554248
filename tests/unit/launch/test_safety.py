"""A process that is told something unsafe outside development says which variable, in one line, and does not start."""

import pytest
from cryptography.fernet import Fernet

from services.catalog.settings import CatalogSettings
from services.common.access.keys import new_key
from services.common.settings import ServiceSettings
from services.common.telemetry.settings import ProcessSettings
from services.launch.safety import read_service_settings, read_settings
from services.local.errors import LocalError
from services.matching.settings import MatchingSettings
from services.search.settings import SearchSettings
from services.webhooks.settings import WebhooksSettings

PUBLIC = "https://letsfood.example"
KEY = str(new_key())
SEALING_KEY = Fernet.generate_key().decode()
DATABASE = "postgresql://catalog:q8Zr2mVt@db.internal/catalog"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Services in production that may start."""
    monkeypatch.setenv("CATALOG_PUBLIC_URL", PUBLIC)
    monkeypatch.setenv("CATALOG_DATABASE_URL", DATABASE)
    for service in ("SEARCH", "MATCHING"):
        monkeypatch.setenv(f"{service}_PUBLIC_URL", PUBLIC)
        monkeypatch.setenv(f"{service}_CATALOG_KEY", KEY)
    monkeypatch.setenv("MATCHING_DATABASE_URL", DATABASE)
    monkeypatch.setenv("WEBHOOKS_PUBLIC_URL", PUBLIC)
    monkeypatch.setenv("WEBHOOKS_DATABASE_URL", DATABASE)
    monkeypatch.setenv("WEBHOOKS_CATALOG_KEY", KEY)
    monkeypatch.setenv("WEBHOOKS_SECRET_KEYS", SEALING_KEY)
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_what_is_safe_starts() -> None:
    assert read_service_settings(CatalogSettings).public_url == PUBLIC
    assert read_service_settings(SearchSettings).meili_url is None
    assert read_service_settings(MatchingSettings).database_url == DATABASE
    assert read_service_settings(WebhooksSettings).deliver


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "http://letsfood.example"),
        ("PUBLIC_URL", "letsfood.example"),
        ("DATABASE_URL", "postgresql://catalog@db.internal/catalog"),
        ("DATABASE_URL", "postgresql://postgres:postgres@db.internal/catalog"),
        ("DATABASE_URL", "postgresql://catalog:catalog@db.internal/catalog"),
        ("DATABASE_URL", "postgresql://catalog@/catalog?host=db.internal"),
        ("DATABASE_URL", f"{DATABASE}?password=postgres"),
        ("DATABASE_URL", f"{DATABASE}?password="),
        ("DATABASE_URL", f"{DATABASE}?password=q8Zr2mVt&password=secret"),
        ("DATABASE_URL", f"{DATABASE}?user=q8Zr2mVt"),
        ("DATABASE_URL", "postgresql://catalog:catalog@db.internal/catalog?password=q8Zr2mVt"),
        ("DATABASE_URL", "postgresql://catalog:postgres@%2Frun%2Fpg/catalog?host=db.internal"),
        ("DATABASE_URL", "postgresql://catalog@/catalog?host=/run/pg,db.internal"),
        ("CORS_ORIGINS", "https://a.example,*"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,0.0.0.0/0"),
        ("TRUSTED_PROXIES", "::/0"),
        ("TRUSTED_PROXIES", "0.0.0.0/1,128.0.0.0/1"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,128.0.0.0/2,192.0.0.0/2,64.0.0.0/2,0.0.0.0/2"),
        ("TRUSTED_PROXIES", "0.0.0.0/1"),
        ("TRUSTED_PROXIES", "::/1,8000::/1"),
        ("TRUSTED_PROXIES", "2000::/3"),
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


@pytest.mark.parametrize(
    "value", ["10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,::1", "10.0.0.0/9,10.128.0.0/9", "fc00::/7"]
)
def test_networks_of_ones_own_may_be_trusted(environment: pytest.MonkeyPatch, value: str) -> None:
    environment.setenv("CATALOG_TRUSTED_PROXIES", value)
    assert len(read_service_settings(CatalogSettings).trusted_proxies) == len(value.split(","))


@pytest.mark.parametrize("service", ["SEARCH", "MATCHING"])
@pytest.mark.parametrize("key", [None, "", "lf_nonsense", KEY[:-1]], ids=["none", "empty", "no key", "cut off"])
def test_a_service_that_could_check_nobodys_key_does_not_start(
    environment: pytest.MonkeyPatch, service: str, key: str | None
) -> None:
    if key is None:
        environment.delenv(f"{service}_CATALOG_KEY")
    else:
        environment.setenv(f"{service}_CATALOG_KEY", key)
    kinds: dict[str, type[ServiceSettings]] = {"SEARCH": SearchSettings, "MATCHING": MatchingSettings}
    kind = kinds[service]
    with pytest.raises(LocalError, match=rf"^{service}_CATALOG_KEY: [^\n]+$") as raised:
        read_service_settings(kind)
    assert not key or key not in str(raised.value)
    environment.setenv(f"{service}_ENVIRONMENT", "development")
    assert read_service_settings(kind).environment == "development"


@pytest.mark.parametrize(
    "url",
    [
        "https://catalog.example",
        "http://127.0.0.1:8001",
        "http://[::1]:8001",
        "http://10.2.3.4",
        "http://catalog:8001",
        "http://catalog.internal",
        "http://catalog.letsfood.svc.cluster.local",
    ],
)
def test_keys_travel_encrypted_or_stay_inside(environment: pytest.MonkeyPatch, url: str) -> None:
    environment.setenv("SEARCH_CATALOG_URL", url)
    assert read_service_settings(SearchSettings).catalog_url == url


@pytest.mark.parametrize("url", ["http://catalog.example", "http://8.8.8.8", "http://internal.example", "HTTP://a.b"])
def test_keys_do_not_travel_in_the_clear(environment: pytest.MonkeyPatch, url: str) -> None:
    environment.setenv("MATCHING_CATALOG_URL", url)
    with pytest.raises(LocalError, match=r"^MATCHING_CATALOG_URL: "):
        read_service_settings(MatchingSettings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CATALOG_PUBLIC_URL", "http://letsfood.example"),
        ("SECRET_KEYS", "A" * 43 + "="),
        ("SECRET_KEYS", f"{SEALING_KEY},{'AB' * 21}A="),
        ("ALLOWED_SUBNETS", "127.0.0.1/32"),
        ("ALLOWED_SUBNETS", "10.0.0.0/8,169.254.169.254/32"),
        ("ALLOWED_SUBNETS", "::/0"),
        ("ALLOWED_SUBNETS", "0.0.0.0/0"),
    ],
    ids=[
        "an address in the clear",
        "no random key",
        "no random key behind one",
        "this machine",
        "metadata of a cloud",
        "all of IPv6",
        "all of IPv4",
    ],
)
def test_webhooks_does_not_start_with_addresses_keys_or_networks_for_development(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(f"WEBHOOKS_{name}", value)
    with pytest.raises(LocalError, match=rf"^WEBHOOKS_{name}: [^\n]+$") as raised:
        read_service_settings(WebhooksSettings)
    assert value not in str(raised.value)
    environment.setenv("WEBHOOKS_ENVIRONMENT", "development")
    assert read_service_settings(WebhooksSettings).environment == "development"


@pytest.mark.parametrize("keys", ["", "short", "not base64!", "A" * 44])
def test_what_is_no_key_to_seal_with_is_named_and_not_shown(environment: pytest.MonkeyPatch, keys: str) -> None:
    environment.setenv("WEBHOOKS_SECRET_KEYS", keys)
    with pytest.raises(LocalError, match=r"^WEBHOOKS_SECRET_KEYS") as raised:
        read_service_settings(WebhooksSettings)
    assert not keys or keys not in str(raised.value)


def test_networks_of_ones_own_may_be_delivered_to(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("WEBHOOKS_ALLOWED_SUBNETS", "10.20.0.0/16,fd00::/8")
    assert len(read_service_settings(WebhooksSettings).allowed_subnets) == 2
