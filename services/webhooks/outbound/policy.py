"""Where deliveries may go: which URLs, which ports, which addresses.

A URL is checked when an endpoint is made (`check_url`); the address behind it again whenever a connection is opened
(`Policy.admits`), since a name may mean another address by then.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_network

import httpx

from services.common.problems import FieldError, Problem, invalid
from services.webhooks.outbound.addresses import Address, Network, canonical, is_public
from services.webhooks.outbound.resolving import Resolver
from services.webhooks.settings import WebhooksSettings

DEFAULT_PORTS: Mapping[str, int] = {"https": 443, "http": 80}

NAME = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
"""A host that ends in one is an IPv4 address to some resolvers, however it is written: 2130706433, 0x7f.1, 127.1."""

NEVER_PUBLIC = frozenset({"arpa", "internal", "local", "localdomain", "localhost"})
"""Top-level names of networks of one's own."""

RESOLVING_S = 3
"""How long the answer to who makes an endpoint waits for the DNS."""


class Refused(Exception):
    """Nothing is delivered there: a code of `services.common.field_messages`, and what fills its sentence."""

    def __init__(self, code: str, **context: str) -> None:
        super().__init__(code)
        self.code = code
        self.context = context


@dataclass(frozen=True, slots=True)
class Destination:
    """A URL taken apart: the host in ASCII and lower case, an IPv6 address without brackets."""

    scheme: str
    host: str
    port: int
    target: str
    """Path and query."""

    @property
    def authority(self) -> str:
        """The value of the header Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL written in the one way that everybody reads alike."""
        return f"{self.scheme}://{self.authority}{self.target}"


@dataclass(frozen=True, slots=True)
class Policy:
    """What an operator allows."""

    schemes: frozenset[str] = frozenset({"https"})
    ports: frozenset[int] = frozenset({443, 8443})
    subnets: tuple[Network, ...] = ()
    """Networks of one's own; they are reached on any port."""

    @classmethod
    def of(cls, settings: WebhooksSettings) -> "Policy":
        """As the settings say: http, and its port, in development only."""
        development = settings.environment == "development"
        return cls(
            schemes=frozenset({"https", "http"} if development else {"https"}),
            ports=frozenset(settings.allowed_ports) | ({80} if development else set()),
            subnets=tuple(ip_network(subnet) for subnet in settings.allowed_subnets),
        )

    def admits(self, address: Address, port: int) -> bool:
        """Whether a connection to this canonical address may be opened."""
        own = any(address in network for network in self.subnets)
        return own or (port in self.ports and is_public(address))


def parse(url: str, policy: Policy) -> Destination:
    """Take a URL apart; raises `Refused` for what no resolver needs to be asked about."""
    try:
        parts = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError):
        raise Refused("url_parsing") from None
    if parts.scheme not in DEFAULT_PORTS:
        raise Refused("url_scheme")
    if parts.scheme not in policy.schemes:
        raise Refused("url_https")
    if parts.userinfo:
        raise Refused("url_userinfo")
    host = _host(parts.raw_host.decode("ascii"))
    port = DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port
    return Destination(parts.scheme, host, port, parts.raw_path.decode("ascii"))


def _host(raw: str) -> str:
    if ":" in raw:
        try:
            return str(IPv6Address(raw))
        except ValueError:
            raise Refused("url_parsing") from None
    host = raw.lower().removesuffix(".")
    if not NAME.fullmatch(host):
        raise Refused("url_parsing")
    if NUMBER.fullmatch(host.rpartition(".")[2]) and _literal(host) is None:
        raise Refused("url_parsing")
    return host


def _literal(host: str) -> Address | None:
    try:
        return canonical(host)
    except ValueError:
        return None


async def check_url(url: str, policy: Policy, resolve: Resolver) -> str:
    """The URL of an endpoint as it is to be stored, host in ASCII and no fragment.

    Raises `Problem` (422, pointer `/url`) unless deliveries may go there. A name that has no address yet is taken
    when it could have a public one: what counts is the check of each connection. Nothing is connected to here.
    """
    try:
        destination = parse(url, policy)
        await _check_host(destination, policy, resolve)
    except Refused as refused:
        raise _problem(refused) from None
    return destination.url


async def _check_host(destination: Destination, policy: Policy, resolve: Resolver) -> None:
    literal = _literal(destination.host)
    addresses = [literal] if literal else await _resolved(destination.host, resolve)
    if any(policy.admits(address, destination.port) for address in addresses):
        return
    if not (any(map(is_public, addresses)) if addresses else _could_be_public(destination.host)):
        raise Refused("url_not_public")
    if destination.port not in policy.ports:
        raise Refused("url_port", allowed=", ".join(map(str, sorted(policy.ports))))


def _could_be_public(host: str) -> bool:
    name, _, last = host.rpartition(".")
    return bool(name) and last not in NEVER_PUBLIC


async def _resolved(host: str, resolve: Resolver) -> list[Address]:
    try:
        async with asyncio.timeout(RESOLVING_S):
            return list(await resolve(host))
    except TimeoutError:
        return []


def _problem(refused: Refused) -> Problem:
    return invalid([FieldError(pointer="/url", detail=refused.code, code=refused.code, context=refused.context)])
