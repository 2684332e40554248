"""Which `Host` a request may name."""

import pytest
from starlette.types import Scope

from services.common.http.hosts import check_host
from services.common.problems import MALFORMED, Problem


def check(*hosts: bytes, version: str = "1.1") -> None:
    headers = [(b"accept", b"*/*"), *((b"host", host) for host in hosts), (b"accept", b"text/html")]
    scope: Scope = {"type": "http", "http_version": version, "headers": headers}
    check_host(scope, dict(headers))


@pytest.mark.parametrize(
    "host",
    [
        b"letsfood.example",
        b"LetsFood.Example:8000",
        b"127.0.0.1:8000",
        b"localhost",
        b"[::1]:8000",
        b"[::ffff:127.0.0.1]",
        b"catalog_1.internal:",
        b"xn--bcher-kva.example",
        b"%C3%A9.example",
    ],
)
def test_a_host_as_addresses_have_it_is_taken(host: bytes) -> None:
    check(host)


@pytest.mark.parametrize(
    "host",
    [
        b"",
        b" ",
        b"a b",
        b"a, b",
        b"a/b",
        b"user@example.org",
        b"example.org:http",
        b"example.org:800000",
        b"[::1",
        b"::1",
        b"example.org\\",
        b"<script>",
        "é.example".encode(),
        b"%zz",
        b"a" * 256,
        b"example.org\n",
    ],
)
def test_what_is_no_host_is_refused(host: bytes) -> None:
    with pytest.raises(Problem) as caught:
        check(host)
    assert caught.value.kind is MALFORMED


def test_none_and_several_are_refused() -> None:
    for hosts in ((), (b"a.example", b"b.example"), (b"a.example", b"a.example")):
        with pytest.raises(Problem):
            check(*hosts)


def test_http_1_0_had_no_host_yet_and_still_only_one() -> None:
    check(version="1.0")
    with pytest.raises(Problem):
        check(b"a.example", b"b.example", version="1.0")
