"""Reading Idempotency-Key, and knowing a request again."""

import pytest

from services.common.idempotency.requests import fingerprint, parse_idempotency_key
from services.common.problems import MALFORMED, Problem


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ('"8e03978e-40d5-43e8-bc93-6894a57f9324"', "8e03978e-40d5-43e8-bc93-6894a57f9324"),
        ("8e03978e", "8e03978e"),
        (" plain ", "plain"),
        ('"with space"', "with space"),
        ("x" * 255, "x" * 255),
    ],
)
def test_the_key_is_read_quoted_or_bare(header: str, key: str) -> None:
    assert parse_idempotency_key(header) == key


@pytest.mark.parametrize("header", ["", '""', " ", '"open', "two words", "x" * 256, "é", "a\tb", 'a"b'])
def test_what_is_no_key_is_refused(header: str) -> None:
    with pytest.raises(Problem) as refused:
        parse_idempotency_key(header)
    assert refused.value.kind is MALFORMED


def test_a_request_is_known_again_by_what_it_means() -> None:
    first = fingerprint("POST", "/x", b"", b'{"a": 1, "b": {"c": 2, "d": [1, 2]}}')
    assert fingerprint("POST", "/x", b"", b'{"b":{"d":[1,2],"c":2},\n "a":1}') == first
    others = [
        fingerprint("POST", "/x", b"", b'{"a": 1, "b": {"c": 2, "d": [2, 1]}}'),
        fingerprint("POST", "/x", b"", b'{"a": 1}'),
        fingerprint("POST", "/y", b"", b'{"a": 1, "b": {"c": 2, "d": [1, 2]}}'),
        fingerprint("POST", "/x", b"lang=fr", b'{"a": 1, "b": {"c": 2, "d": [1, 2]}}'),
        fingerprint("POST", "/x", b"", b"not json"),
        fingerprint("POST", "/x", b"not json", b""),
    ]
    assert len({first, *others}) == 1 + len(others)
