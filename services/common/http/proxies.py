"""Who the client is when requests come through proxies (RFC 7239 and its X-Forwarded-* forerunners).

A header is believed as far as trusted proxies wrote it: read from the right, up to the first address that is not one
of ours. What stands left of that was written by whoever sent the request.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

Headers = Sequence[tuple[bytes, bytes]]

HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")

PAIR = re.compile(r'\s*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*))\s*')

IPV6_CLIENT_PREFIX = 64
"""One subscriber of IPv6 holds at least this much: addresses within it are one client."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from and what it was sent to; None: what the connection says."""

    address: str
    scheme: str | None = None
    host: str | None = None


@dataclass(frozen=True, slots=True)
class Hop:
    """What one proxy wrote of the request it received."""

    address: str
    scheme: str | None
    host: str | None


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """The networks of one's own proxies."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, values: Iterable[str]) -> "TrustedProxies":
        """From addresses and networks as the setting has them."""
        return cls(tuple(ip_network(value) for value in values))

    def trusts(self, address: str) -> bool:
        """Whether a proxy of ours has this address."""
        try:
            found = ip_address(address)
        except ValueError:
            return False
        if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        return any(found.version == network.version and found in network for network in self.networks)

    def apply(self, scope: Scope) -> None:
        """Put the client's own address, scheme and host into the scope, when a trusted proxy sent the request."""
        client = scope.get("client")
        if not self.networks or client is None or not self.trusts(client[0]):
            return
        origin = origin_of(client[0], scope["headers"], self)
        scope["client"] = (origin.address, 0)
        scope["scheme"] = origin.scheme or scope["scheme"]
        if origin.host is not None:
            others = [(name, value) for name, value in scope["headers"] if name != b"host"]
            scope["headers"] = [*others, (b"host", origin.host.encode())]

    @staticmethod
    def bucket(scope: Scope) -> str:
        """The name under which requests of this address are counted."""
        client = scope.get("client")
        address: str = client[0] if client else ""
        if ":" not in address:
            return address
        try:
            return str(ip_network(f"{address}/{IPV6_CLIENT_PREFIX}", strict=False))
        except ValueError:
            return address


def origin_of(peer: str, headers: Headers, trusted: TrustedProxies) -> Origin:
    """Where a request from `peer` came from. `Forwarded` goes before `X-Forwarded-*`; an address that is none ends it.

    Scheme and host are those that the last trusted proxy, seen from ours, received.
    """
    origin = Origin(peer)
    for hop in reversed(_hops(headers)):
        if not trusted.trusts(origin.address):
            break
        try:
            ip_address(hop.address)
        except ValueError:
            break
        origin = replace(
            origin,
            address=hop.address,
            scheme=hop.scheme or origin.scheme,
            host=hop.host or origin.host,
        )
    return origin


def _hops(headers: Headers) -> list[Hop]:
    forwarded = _values(headers, b"forwarded")
    if forwarded:
        return [_forwarded_hop(element) for element in _elements(forwarded)]
    addresses = [_without_port(part) for part in _parts(headers, b"x-forwarded-for")]
    schemes = _aligned(_parts(headers, b"x-forwarded-proto"), len(addresses))
    hosts = _aligned(_parts(headers, b"x-forwarded-host"), len(addresses))
    return [
        Hop(address, _scheme(scheme), _host(host))
        for address, scheme, host in zip(addresses, schemes, hosts, strict=True)
    ]


def _values(headers: Headers, name: bytes) -> str:
    return ",".join(value.decode("latin-1") for found, value in headers if found == name)


def _parts(headers: Headers, name: bytes) -> list[str]:
    value = _values(headers, name)
    return [part.strip() for part in value.split(",")] if value else []


def _aligned(values: list[str], length: int) -> list[str | None]:
    """One value for each hop, the rightmost for the rightmost; a proxy that sets one value only means its own."""
    kept: list[str | None] = list(values[-length:]) if length else []
    return [None] * (length - len(kept)) + kept


def _elements(value: str) -> list[str]:
    """The elements of a list, commas within quotes left alone."""
    return re.findall(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+', value)


def _forwarded_hop(element: str) -> Hop:
    pairs: dict[str, str] = {}
    for part in re.findall(r'(?:[^;"]|"(?:[^"\\]|\\.)*")+', element):
        found = PAIR.fullmatch(part)
        if found is None:
            return Hop("", None, None)
        name, quoted, plain = found.groups()
        pairs[name.lower()] = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain
    return Hop(_without_port(pairs.get("for", "")), _scheme(pairs.get("proto")), _host(pairs.get("host")))


def _without_port(address: str) -> str:
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address


def _scheme(value: str | None) -> str | None:
    lowered = (value or "").lower()
    return lowered if lowered in {"http", "https"} else None


def _host(value: str | None) -> str | None:
    return value if value and HOST.fullmatch(value) else None
