"""Which addresses are on the public internet."""

import random
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest

from services.webhooks.outbound.addresses import IPV6_UNICAST, NOT_PUBLIC, Address, canonical, is_public

PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4007:80e::200e", "172.32.0.1"]

INSIDE = [
    "0.0.0.0",  # noqa: S104 - nothing binds to it
    "10.0.0.1",
    "100.64.0.1",  # is_private says no
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",  # is_global says yes, as of the next five
    "192.88.99.1",
    "224.0.0.1",
    "2002:a00:1::",
    "64:ff9b::a00:1",
    "fec0::1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.7",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
]


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are_public(text: str) -> None:
    assert is_public(canonical(text))


@pytest.mark.parametrize("text", INSIDE)
def test_addresses_of_somebodys_own_are_not_public(text: str) -> None:
    assert not is_public(canonical(text))


def test_a_mapped_address_is_the_one_that_it_maps() -> None:
    assert canonical("::ffff:8.8.8.8") == IPv4Address("8.8.8.8")
    assert is_public(canonical("::ffff:8.8.8.8"))
    assert not is_public(canonical("::ffff:169.254.169.254"))


def test_both_ends_of_every_network_are_inside_and_their_neighbours_are_judged_by_themselves() -> None:
    for network in NOT_PUBLIC:
        assert not is_public(network[0])
        assert not is_public(network[-1])
    assert is_public(IPv4Address("9.255.255.255"))
    assert is_public(IPv4Address("11.0.0.0"))
    assert is_public(IPv4Address("100.128.0.0"))
    assert is_public(IPv6Address("2001:200::"))
    assert not is_public(IPv6Address("1fff:ffff::"))
    assert not is_public(IPv6Address("4000::"))


def test_nothing_is_public_that_python_says_is_private() -> None:
    """Our list is the stricter one everywhere: 200,000 addresses, half of them close to a special network."""
    rng = random.Random(6)
    special = [*NOT_PUBLIC, IPV6_UNICAST, ip_network("100.64.0.0/10"), ip_network("fc00::/7")]

    def addresses() -> list[Address]:
        near = []
        for _ in range(100_000):
            network = rng.choice(special)
            place = int(network[0]) + rng.randrange(-8, network.num_addresses + 8)
            kind = type(network[0])
            near.append(kind(place % 2**network.max_prefixlen))
        far: list[Address] = [IPv4Address(rng.randrange(2**32)) for _ in range(50_000)]
        return [*near, *far, *(IPv6Address(rng.randrange(2**128)) for _ in range(50_000))]

    def seen_by_python(address: Address) -> bool:
        return address.is_global and not address.is_multicast and not address.is_reserved

    wrong = [address for address in addresses() if is_public(address) and not seen_by_python(address)]
    assert wrong == []
