"""Settings as they are read when a process starts: complete, well-formed, and outside development none unsafe."""

from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_address, ip_network
from typing import TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsError

from services.common.access.keys import parse_key
from services.common.settings import ServiceSettings
from services.local.errors import LocalError

S = TypeVar("S", bound=BaseSettings)
T = TypeVar("T", bound=ServiceSettings)

WEAK = frozenset(
    {"", "admin", "changeme", "change-me", "example", "letsfood", "password", "postgres", "root", "secret", "test"}
)
"""Passwords of examples and images."""

WIDEST = {4: 4, 6: 4}
"""The shortest prefix, by IP version, of networks that somebody can own: what is wider is a part of the internet."""

INSIDE = (".internal", ".local", ".localhost", ".home.arpa", ".svc")
"""Ends of names that no public DNS answers for."""

OWN = tuple(map(ip_network, ("127.0.0.0/8", "169.254.0.0/16", "0.0.0.0/8", "::1/128", "fe80::/10")))
"""This machine, and what is only on its own wire."""

VARIED = 10
"""Different characters that a random key has at least: of 44 in base64, fewer come once in 10^20 keys."""

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


def _public_url(_: ServiceSettings, value: str | None) -> str | None:
    if value is None:
        return None
    url = urlsplit(value)
    if url.scheme != "https" or not url.hostname:
        return "it has to be an https:// address, since API keys travel there"
    return None


def _database_url(_: ServiceSettings, value: str) -> str | None:
    """Two drivers read the address, and differ in what counts where it says something twice: all is looked at."""
    url = urlsplit(value)
    asked = parse_qs(url.query, keep_blank_values=True)
    hosts = [host for given in (unquote(url.hostname or ""), *asked.get("host", ())) for host in given.split(",")]
    if all(not host or host.startswith("/") for host in hosts):
        return None  # a Unix socket: the server asks the operating system who it is
    users = {unquote(url.username or ""), *asked.get("user", ())}
    passwords = [*([unquote(url.password)] if url.password is not None else ()), *asked.get("password", ())]
    if not passwords or any(password.lower() in WEAK or password in users for password in passwords):
        return "its password is missing, or one of those that everybody knows"
    return None


def _cors_origins(_: ServiceSettings, value: tuple[str, ...]) -> str | None:
    if "*" in value:
        return "'*' lets every page on the web call with a visitor's address; name the origins"
    return None


def _trusted_proxies(_: ServiceSettings, value: tuple[str, ...]) -> str | None:
    networks = [ip_network(network) for network in value]
    together: list[IPv4Network | IPv6Network] = [
        *collapse_addresses(network for network in networks if isinstance(network, IPv4Network)),
        *collapse_addresses(network for network in networks if isinstance(network, IPv6Network)),
    ]
    if any(network.prefixlen < WIDEST[network.version] for network in together):
        return "it trusts the whole internet to say who the client is; name the proxies"
    return None


def _catalog_url(settings: ServiceSettings, value: str) -> str | None:
    url = urlsplit(value)
    if url.scheme == "https" or getattr(settings, "catalog_key", None) is None or _stays_inside(url.hostname or ""):
        return None
    return "the key of this service and those of its callers would travel there unencrypted; use https://"


def _stays_inside(host: str) -> bool:
    """Whether a host is this machine or one of the same network: by its address, or by a name that no one else has."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith(INSIDE)


def _catalog_key(_: ServiceSettings, value: SecretStr | None) -> str | None:
    if value is None or parse_key(value.get_secret_value()) is None:
        return "it has to be an API key of the catalog (scope `introspect`), or nobody's key could be checked"
    return None


def _meili_key(settings: ServiceSettings, value: SecretStr | None) -> str | None:
    if getattr(settings, "meili_url", None) is None:
        return None
    key = value.get_secret_value() if value else ""
    if key.lower() in WEAK | MEILISEARCH_EXAMPLES:
        return "Meilisearch has to run with a key of your own"
    return None


def _secret_keys(_: ServiceSettings, value: tuple[SecretStr, ...]) -> str | None:
    if any(len(set(key.get_secret_value())) < VARIED for key in value):
        return "a key is no random one"
    return None


def _allowed_subnets(_: ServiceSettings, value: tuple[str, ...]) -> str | None:
    """What holds an address that leads back to this machine, or to where a cloud keeps its machines' credentials."""
    networks = [ip_network(network) for network in value]
    if any(network.overlaps(own) for network in networks for own in OWN if network.version == own.version):
        return "partners could have this machine, or its cloud's metadata, called; name the receivers' networks"
    return None


CHECKS: Mapping[str, Callable[..., str | None]] = {
    "public_url": _public_url,
    "catalog_public_url": _public_url,
    "database_url": _database_url,
    "cors_origins": _cors_origins,
    "trusted_proxies": _trusted_proxies,
    "catalog_url": _catalog_url,
    "catalog_key": _catalog_key,
    "meili_key": _meili_key,
    "secret_keys": _secret_keys,
    "allowed_subnets": _allowed_subnets,
}
"""By field name: why a value is unsafe, None where it is not."""
