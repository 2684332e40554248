"""Which addresses belong to the public internet, so that a request there reaches no machine of somebody's own.

Python's `is_global` alone is not enough: it says True of NAT64 and 6to4 addresses, which carry private ones inside,
of multicast, of former site-local addresses and of segment routing.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

IPV6_UNICAST = IPv6Network("2000::/3")
"""All that is assigned to the public so far. Outside of it: loopback, link-local, unique and site-local, multicast,
v4-mapped, NAT64 (`64:ff9b::/96` and `64:ff9b:1::/48`), discard-only, segment routing."""

NOT_PUBLIC: tuple[Network, ...] = (
    IPv4Network("0.0.0.0/8"),  # this network
    IPv4Network("10.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),  # carrier-grade NAT
    IPv4Network("127.0.0.0/8"),
    IPv4Network("168.63.129.16/32"),  # what every machine of one large cloud reaches its host at
    IPv4Network("169.254.0.0/16"),  # link-local, metadata of clouds
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.0.0.0/24"),  # protocol assignments
    IPv4Network("192.0.2.0/24"),  # documentation
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
    IPv4Network("192.168.0.0/16"),
    IPv4Network("198.18.0.0/15"),  # benchmarks
    IPv4Network("198.51.100.0/24"),  # documentation
    IPv4Network("203.0.113.0/24"),  # documentation
    IPv4Network("224.0.0.0/4"),  # multicast
    IPv4Network("240.0.0.0/4"),  # reserved, broadcast
    IPv6Network("2001::/23"),  # protocol assignments, Teredo among them
    IPv6Network("2001:db8::/32"),  # documentation
    IPv6Network("2002::/16"),  # 6to4
    IPv6Network("3fff::/20"),  # documentation
)


def canonical(text: str) -> Address:
    """The address that `text` names, a v4-mapped one as the IPv4 address it is; raises `ValueError`."""
    address = ip_address(text)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def is_public(address: Address) -> bool:
    """Whether a canonical address is on the public internet."""
    if isinstance(address, IPv6Address) and (address.scope_id or address not in IPV6_UNICAST):
        return False
    return not any(address in network for network in NOT_PUBLIC)
