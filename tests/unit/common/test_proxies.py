"""A forwarding header is believed exactly as far as trusted proxies wrote it."""

import pytest
from starlette.types import Scope

from services.common.http.proxies import Origin, TrustedProxies, origin_of

TRUSTED = TrustedProxies.of(["10.0.0.0/8", "2001:db8:1::/48"])
Headers = list[tuple[bytes, bytes]]


def forwarded_for(*values: str) -> Headers:
    return [(b"x-forwarded-for", value.encode()) for value in values]


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ([], "10.0.0.1"),
        (forwarded_for("203.0.113.9"), "203.0.113.9"),
        (forwarded_for("198.51.100.1, 203.0.113.9"), "203.0.113.9"),
        (forwarded_for("10.9.9.9, 203.0.113.9"), "203.0.113.9"),
        (forwarded_for("203.0.113.9, 10.0.0.2"), "203.0.113.9"),
        (forwarded_for("203.0.113.9", "10.0.0.2"), "203.0.113.9"),
        (forwarded_for("10.0.0.3, 10.0.0.2"), "10.0.0.3"),
        (forwarded_for("203.0.113.9, nonsense"), "10.0.0.1"),
        (forwarded_for("203.0.113.9:4711"), "203.0.113.9"),
        (forwarded_for("[2001:db8:2::1]:4711"), "2001:db8:2::1"),
        (forwarded_for("2001:db8:2::1"), "2001:db8:2::1"),
        ([(b"forwarded", b"for=203.0.113.9;proto=https")], "203.0.113.9"),
        ([(b"forwarded", b'for="[2001:db8:2::1]:4711"')], "2001:db8:2::1"),
        ([(b"forwarded", b'for="198.51.100.1, 10.0.0.2", for=203.0.113.9')], "203.0.113.9"),
        ([(b"forwarded", b"for=203.0.113.9, for=10.0.0.2")], "203.0.113.9"),
        ([(b"forwarded", b"for=203.0.113.9"), *forwarded_for("198.51.100.1")], "203.0.113.9"),
        ([(b"forwarded", b"for=_hidden")], "10.0.0.1"),
        ([(b"forwarded", b"for=unknown")], "10.0.0.1"),
        ([(b"forwarded", b'for="203.0.113.9')], "10.0.0.1"),
    ],
)
def test_the_client_is_the_rightmost_address_that_no_proxy_of_ours_has(headers: Headers, address: str) -> None:
    assert origin_of("10.0.0.1", headers, TRUSTED).address == address


def test_scheme_and_host_are_those_that_the_outermost_trusted_proxy_received() -> None:
    headers = [(b"forwarded", b"for=203.0.113.9;proto=https;host=api.example, for=10.0.0.2;proto=http;host=inner")]

    assert origin_of("10.0.0.1", headers, TRUSTED) == Origin("203.0.113.9", "https", "api.example")


def test_scheme_and_host_that_the_client_wrote_itself_are_not_believed() -> None:
    headers = [(b"forwarded", b"for=198.51.100.1;proto=https;host=evil.example, for=203.0.113.9")]

    assert origin_of("10.0.0.1", headers, TRUSTED) == Origin("203.0.113.9")


def test_a_single_forwarded_scheme_and_host_belong_to_the_nearest_hop() -> None:
    headers = [
        *forwarded_for("198.51.100.1, 203.0.113.9"),
        (b"x-forwarded-proto", b"https"),
        (b"x-forwarded-host", b"a.b"),
    ]

    assert origin_of("10.0.0.1", headers, TRUSTED) == Origin("203.0.113.9", "https", "a.b")


@pytest.mark.parametrize("host", [b"a b", b"a/b", b"a\r\nx: y", b"user@host", b"<b>"])
def test_a_host_that_is_none_is_passed_over(host: bytes) -> None:
    headers = [*forwarded_for("203.0.113.9"), (b"x-forwarded-host", host), (b"x-forwarded-proto", b"gopher")]

    assert origin_of("10.0.0.1", headers, TRUSTED) == Origin("203.0.113.9")


def test_headers_of_a_peer_that_is_not_trusted_change_nothing() -> None:
    scope = {
        "client": ("203.0.113.9", 1),
        "scheme": "http",
        "headers": [*forwarded_for("198.51.100.1"), (b"x-forwarded-proto", b"https"), (b"host", b"here")],
    }
    before = {**scope, "headers": list(scope["headers"])}

    TRUSTED.apply(scope)

    assert scope == before


def test_what_a_trusted_proxy_says_stands_in_the_scope() -> None:
    headers = [
        (b"host", b"inner:8000"),
        *forwarded_for("203.0.113.9"),
        (b"x-forwarded-proto", b"https"),
        (b"x-forwarded-host", b"api.example"),
    ]
    scope: Scope = {"client": ("::ffff:10.0.0.1", 1), "scheme": "http", "headers": headers}

    TRUSTED.apply(scope)

    assert (scope["client"], scope["scheme"]) == (("203.0.113.9", 0), "https")
    assert [value for name, value in scope["headers"] if name == b"host"] == [b"api.example"]


def test_addresses_of_one_subscriber_of_ipv6_are_one_client() -> None:
    def bucket(address: str) -> str:
        return TrustedProxies.bucket({"client": (address, 1)})

    assert bucket("2001:db8:2:3::1") == bucket("2001:db8:2:3:ffff::9") != bucket("2001:db8:2:4::1")
    assert bucket("203.0.113.9") == "203.0.113.9"
    assert TrustedProxies.bucket({"client": None}) == ""
