"""Settings as they are read when a process starts: complete, well-formed, and outside development none unsafe."""

from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_network
from typing import TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsError

from services.common.settings import ServiceSettings
from services.local.errors import LocalError

S = TypeVar("S", bound=BaseSettings)
T = TypeVar("T", bound=ServiceSettings)

WEAK = frozenset(
    {"", "admin", "changeme", "change-me", "example", "letsfood", "password", "postgres", "root", "secret", "test"}
)
"""Passwords of examples and images."""

MEILISEARCH_EXAMPLES = frozenset({"masterkey", "asamplemasterkey"})
"""The keys of Meilisearch's own documentation."""


def read_settings(kind: type[S]) -> S:
    """Settings from the environment; raises `LocalError` in one line that names the variables, never their values."""
    try:
        return kind()
    except ValidationError as error:
        faults = "; ".join(_fault(kind, item) for item in error.errors(include_input=False, include_url=False))
        raise LocalError(faults) from None
    except SettingsError as error:
        raise LocalError(str(error)) from None


def read_service_settings(kind: type[T]) -> T:
    """The settings of a service to be served; raises `LocalError` also for what is unsafe outside development."""
    settings = read_settings(kind)
    faults = [f"{variable(kind, name)}: {reason}" for name, reason in unsafe(settings)]
    if faults:
        allow = variable(kind, "environment")
        raise LocalError("; ".join(faults) + f" (on a machine of your own: {allow}=development)")
    return settings


def variable(kind: type[BaseSettings], name: str) -> str:
    """The environment variable of a field."""
    field = kind.model_fields.get(name)
    if field is not None and isinstance(field.validation_alias, str):
        return field.validation_alias
    return f"{kind.model_config.get('env_prefix', '')}{name}".upper()


def unsafe(settings: ServiceSettings) -> Iterator[tuple[str, str]]:
    """Fields whose values are only safe on one's own machine, and why; none in development."""
    if settings.environment == "development":
        return
    for name, check in CHECKS.items():
        if name in type(settings).model_fields:
            reason = check(settings, getattr(settings, name))
            if reason is not None:
                yield name, reason


def _fault(kind: type[BaseSettings], item: ErrorDetails) -> str:
    name = variable(kind, str(item["loc"][0])) if item["loc"] else kind.__name__
    return f"{name} has to be set" if item["type"] == "missing" else f"{name}: {item['msg']}"


def _public_url(_: ServiceSettings, value: str) -> str | None:
    url = urlsplit(value)
    if url.scheme != "https" or not url.hostname:
        return "it has to be an https:// address, since API keys travel there"
    return None


def _database_url(_: ServiceSettings, value: str) -> str | None:
    url = urlsplit(value)
    asked = parse_qs(url.query)
    host = unquote(url.hostname or "") or asked.get("host", [""])[0]
    if not host or host.startswith("/"):
        return None  # a Unix socket: the server asks the operating system who it is
    password = unquote(url.password or "") or asked.get("password", [""])[0]
    if password.lower() in WEAK or password == unquote(url.username or ""):
        return "its password is missing, or one of those that everybody knows"
    return None


def _cors_origins(_: ServiceSettings, value: tuple[str, ...]) -> str | None:
    if "*" in value:
        return "'*' lets every page on the web call with a visitor's address; name the origins"
    return None


def _trusted_proxies(_: ServiceSettings, value: tuple[str, ...]) -> str | None:
    if any(ip_network(network).prefixlen == 0 for network in value):
        return "it trusts the whole internet to say who the client is; name the proxies"
    return None


def _meili_key(settings: ServiceSettings, value: SecretStr | None) -> str | None:
    if getattr(settings, "meili_url", None) is None:
        return None
    key = value.get_secret_value() if value else ""
    if key.lower() in WEAK | MEILISEARCH_EXAMPLES:
        return "Meilisearch has to run with a key of your own"
    return None


CHECKS: Mapping[str, Callable[..., str | None]] = {
    "public_url": _public_url,
    "database_url": _database_url,
    "cors_origins": _cors_origins,
    "trusted_proxies": _trusted_proxies,
    "meili_key": _meili_key,
}
"""By field name: why a value is unsafe, None where it is not."""
