"""Which URLs an endpoint may have: no spelling of an address of one's own, and nothing is connected to."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from ipaddress import ip_network

import pytest

from services.common.problems import Problem
from services.webhooks.outbound.addresses import Address, canonical
from services.webhooks.outbound.policy import Destination, Policy, check_url, parse
from services.webhooks.outbound.resolving import Resolver, SystemResolver

PUBLIC = "93.184.215.14"


def knowing(**hosts: Sequence[str]) -> Resolver:
    """A resolver that knows these hosts, written with `_` for dots, and answers literals like the system's."""

    async def resolve(host: str) -> Sequence[Address]:
        return [canonical(text) for text in hosts.get(host.replace(".", "_"), ())]

    return resolve


@pytest.fixture
def connects(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every address that anything connects to meanwhile."""
    made: list[object] = []

    def noting(method: str) -> Callable[..., object]:
        original = getattr(socket.socket, method)

        def noted(self: socket.socket, address: object) -> object:
            made.append(address)
            return original(self, address)

        return noted

    for method in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, method, noting(method))
    return made


SPELLINGS = {
    "https://127.0.0.1/": "url_not_public",
    "https://127.0.0.1./": "url_not_public",
    "https://2130706433/": "url_parsing",
    "https://0x7f000001/": "url_parsing",
    "https://0x7f.0x0.0x0.0x1/": "url_parsing",
    "https://017700000001/": "url_parsing",
    "https://0177.0.0.1/": "url_parsing",
    "https://127.1/": "url_parsing",
    "https://127.0.1/": "url_parsing",
    "https://127.0.0.0x1/": "url_parsing",
    "https://%31%32%37.0.0.1/": "url_parsing",
    "https://127。0。0。1/": "url_not_public",
    "https://１２７.0.0.1/": "url_parsing",
    "https://①②⑦.0.0.1/": "url_parsing",
    "https://0.0.0.0/": "url_not_public",
    "https://0/": "url_parsing",
    "https://[::]/": "url_not_public",
    "https://[::1]/": "url_not_public",
    "https://[0:0:0:0:0:0:0:1]/": "url_not_public",
    "https://[::ffff:127.0.0.1]/": "url_not_public",
    "https://[::ffff:7f00:1]/": "url_not_public",
    "https://[::127.0.0.1]/": "url_not_public",
    "https://[64:ff9b::7f00:1]/": "url_not_public",
    "https://[2002:7f00:1::]/": "url_not_public",
    "https://[fec0::1]/": "url_not_public",
    "https://[fd12:3456:789a::1]/": "url_not_public",
    "https://[fe80::1]/": "url_not_public",
    "https://[fe80::1%25lo]/": "url_not_public",
    "https://[ff02::1]/": "url_not_public",
    "https://10.0.0.1/": "url_not_public",
    "https://100.64.0.1/": "url_not_public",
    "https://169.254.169.254/latest/meta-data/": "url_not_public",
    "https://192.168.0.1/": "url_not_public",
    "https://224.0.0.1/": "url_not_public",
    "https://255.255.255.255/": "url_not_public",
    "https://localhost/": "url_not_public",
    "https://localhost./": "url_not_public",
    "https://LOCALHOST:8443/": "url_not_public",
    "https://hooks.localhost/": "url_not_public",
    "https://catalog.internal/": "url_not_public",
    "https://printer.local/": "url_not_public",
    "https://catalog/": "url_not_public",
    "https://localhost%00.example.org/": "url_parsing",
    "https://partner.example.org\\@127.0.0.1/": "url_userinfo",
    "https://partner.example.org@127.0.0.1/": "url_userinfo",
    "https://user:password@partner.example.org/": "url_userinfo",
    "https://partner.example.org:22/": "url_port",
    "https://partner.example.org:8080/": "url_port",
    "https://partner.example.org:0/": "url_port",
    "https://93.184.215.14:25/": "url_port",
    "https://partner.example.org:99999/": "url_port",
    "https:///hooks": "url_parsing",
    "https://a..b.org/": "url_parsing",
    "https://a b.org/": "url_parsing",
    "https://partner.example.org\r\nX: 1/": "url_parsing",
    "http://partner.example.org/": "url_https",
    "file:///etc/passwd": "url_scheme",
    "gopher://127.0.0.1/": "url_scheme",
    "javascript:alert(1)": "url_scheme",
    "partner.example.org": "url_scheme",
    "": "url_scheme",
}


@pytest.mark.parametrize("url", SPELLINGS)
async def test_a_spelling_of_somewhere_else_is_refused_and_nothing_is_connected_to(
    url: str, connects: list[object]
) -> None:
    resolver = SystemResolver()
    try:
        with pytest.raises(Problem) as refused:
            await check_url(url, Policy(), resolver)
    finally:
        resolver.close()
    assert refused.value.kind.status == 422
    assert [(error["pointer"], error["code"]) for error in refused.value.errors] == [("/url", SPELLINGS[url])]
    assert connects == []


def test_there_are_more_than_twenty_five_spellings() -> None:
    assert len(SPELLINGS) > 25


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("https://hooks.rivages.org/letsfood", "https://hooks.rivages.org/letsfood"),
        ("https://HOOKS.Rivages.org:443/?key=1#top", "https://hooks.rivages.org/?key=1"),
        ("https://hooks.rivages.org.:8443", "https://hooks.rivages.org:8443/"),
        ("https://küche.münchen.de/é", "https://xn--kche-0ra.xn--mnchen-3ya.de/%C3%A9"),
        (f"https://{PUBLIC}/hooks", f"https://{PUBLIC}/hooks"),
        ("https://[2606:4700:4700:0::1111]:8443/", "https://[2606:4700:4700::1111]:8443/"),
    ],
)
async def test_an_allowed_url_is_stored_in_one_way_of_writing(given: str, stored: str) -> None:
    assert await check_url(given, Policy(), knowing()) == stored


async def test_a_name_is_refused_when_all_its_addresses_are_inside_and_taken_when_one_is_public() -> None:
    resolve = knowing(inner_rivages_org=["10.0.0.7", "fd00::7"], both_rivages_org=["10.0.0.7", PUBLIC])
    with pytest.raises(Problem):
        await check_url("https://inner.rivages.org/", Policy(), resolve)
    assert await check_url("https://both.rivages.org/", Policy(), resolve)


async def test_a_name_that_nobody_answers_for_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.webhooks.outbound.policy.RESOLVING_S", 0.01)

    async def hangs(host: str) -> Sequence[Address]:
        await asyncio.Event().wait()
        raise AssertionError(host)

    assert await check_url("https://hooks.rivages.org/", Policy(), hangs)
    with pytest.raises(Problem):
        await check_url("https://hooks.rivages.org:22/", Policy(), hangs)


async def test_subnets_of_ones_own_are_reached_on_any_port_by_address_and_by_name() -> None:
    policy = Policy(subnets=(ip_network("127.0.0.0/8"),))
    resolve = knowing(localhost=["127.0.0.1", "::1"])
    assert await check_url("https://127.0.0.1:8907/ok", policy, resolve) == "https://127.0.0.1:8907/ok"
    assert await check_url("https://localhost:8907/", policy, resolve)
    with pytest.raises(Problem):
        await check_url("https://10.0.0.1/", policy, resolve)


async def test_http_is_taken_in_development_only() -> None:
    url = "http://hooks.rivages.org/"
    development = Policy(schemes=frozenset({"https", "http"}), ports=frozenset({80, 443}))
    assert await check_url(url, development, knowing()) == url
    with pytest.raises(Problem):
        await check_url(url, Policy(), knowing())


def test_the_header_host_names_a_port_only_when_it_is_unusual() -> None:
    assert Destination("https", "hooks.rivages.org", 443, "/").authority == "hooks.rivages.org"
    assert Destination("https", "2606:4700::1", 8443, "/").authority == "[2606:4700::1]:8443"
    assert parse("https://hooks.rivages.org/a?b=c", Policy()).target == "/a?b=c"
