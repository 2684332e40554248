"""Settings that every service has, as the environment gives them."""

import pytest

from services.common.settings import ContractSettings, ServiceSettings
from services.search.settings import SearchSettings

QUOTAS = [name for name in ContractSettings.model_fields if name.startswith("rate_limit_")]


def number(quota: str) -> int:
    return int(quota.partition("/")[0])


def test_a_frontend_in_development_has_ten_times_the_room(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = SearchSettings()
    monkeypatch.setenv("SEARCH_ENVIRONMENT", "development")
    development = SearchSettings()
    assert len(QUOTAS) >= 5
    for name in QUOTAS:
        assert number(getattr(usual, name)) == number(ContractSettings.model_fields[name].default)
        assert number(getattr(development, name)) == 10 * number(getattr(usual, name))


def test_a_quota_that_is_set_holds_in_development_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCH_ENVIRONMENT", "development")
    monkeypatch.setenv("SEARCH_RATE_LIMIT_READ", "3/minute")
    settings = SearchSettings()
    assert settings.rate_limit_read == "3/minute"
    assert number(settings.rate_limit_write) == 10 * number(ServiceSettings().rate_limit_write)
    assert ServiceSettings(environment="development", rate_limit_read="4/hour").rate_limit_read == "4/hour"
