"""Strict JSON, and bodies that are too large or too slow."""

import asyncio
import json

import pytest
from starlette.exceptions import HTTPException
from starlette.types import Message

from services.common.http.bodies import MAX_DEPTH, BodyGuard, parse_json


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, 2.5, None, True, "é", "🍅"], "b": {"c": {}}},
        [],
        "x",
        2**64 - 1,
        -(2**63),
        1e308,
        0.0,
    ],
)
def test_json_is_read_as_it_is(value: object) -> None:
    assert parse_json(json.dumps(value).encode()) == value
    assert parse_json(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"NaN", "NaN"),
        (b'{"a": Infinity}', "Infinity"),
        (b"[-Infinity]", "Infinity"),
        (b"1e400", "double precision"),
        (b"-1e400", "double precision"),
        (str(2**64).encode(), "64 bits"),
        (str(-(2**63) - 1).encode(), "64 bits"),
        (b"9" * 100_000, "64 bits"),
        (b"0." + b"9" * 100_000, "double precision"),
        (b'{"a": 1, "a": 1}', "twice"),
        (b'{"x": [{"a": 1, "b": 2, "a": 3}]}', "twice"),
        (b'"\\ud800"', "surrogate"),
        (b'{"\\udfff": 1}', "surrogate"),
        (b'"\xff"', "UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "UTF-8"),
        (b"\xef\xbb\xbf{}", "Expecting value|BOM"),
        (b"{", "Expecting"),
        (b"", "Expecting"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "levels"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "levels"),
        (b"[" * 500_000, "levels"),
    ],
)
def test_what_others_could_not_read_or_would_read_otherwise_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(json.JSONDecodeError, match=reason):
        parse_json(body)


def test_the_deepest_allowed_is_allowed() -> None:
    assert parse_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert parse_json(b"[" * MAX_DEPTH + b"1" + b"]" * MAX_DEPTH)


class Wire:
    """Delivers pieces of a body, and counts what was asked of it."""

    def __init__(self, *pieces: bytes, pause: float = 0) -> None:
        self.pieces = list(pieces)
        self.pause = pause

    async def __call__(self) -> Message:
        await asyncio.sleep(self.pause)
        body = self.pieces.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(self.pieces)}


async def test_a_declared_length_over_the_limit_is_refused_before_a_byte_is_read() -> None:
    wire = Wire(b"x" * 11)
    receive = BodyGuard(10, 1).guard(wire, {b"content-length": b"11"})

    with pytest.raises(HTTPException) as raised:
        await receive()

    assert raised.value.status_code == 413
    assert len(wire.pieces) == 1


async def test_an_undeclared_body_is_refused_at_the_first_byte_over_the_limit() -> None:
    wire = Wire(*[b"x" * 4] * 10)
    receive = BodyGuard(10, 1).guard(wire, {b"transfer-encoding": b"chunked"})
    await receive()
    await receive()

    with pytest.raises(HTTPException) as raised:
        await receive()

    assert raised.value.status_code == 413
    assert len(wire.pieces) == 7


async def test_a_body_that_comes_in_drips_has_to_be_there_in_time_as_a_whole() -> None:
    receive = BodyGuard(1000, 0.05).guard(Wire(*[b"x"] * 100, pause=0.01), {b"content-length": b"100"})

    async def read() -> None:
        for _ in range(100):
            await receive()

    with pytest.raises(HTTPException) as raised:
        await read()
    assert raised.value.status_code == 408
    assert raised.value.headers == {"Connection": "close"}


async def test_a_request_without_a_body_is_not_watched() -> None:
    wire = Wire()

    assert BodyGuard(10, 1).guard(wire, {}) is wire


async def test_a_received_body_is_one_message_and_the_wire_follows() -> None:
    wire = Wire(b"a", b"b", b"c")
    receive = await BodyGuard(10, 1).received(wire, {b"transfer-encoding": b"chunked"})
    assert wire.pieces == []
    wire.pieces = [b"later"]

    assert (await receive()) == {"type": "http.request", "body": b"abc", "more_body": False}
    assert (await receive())["body"] == b"later"


async def test_that_the_client_went_away_is_handed_on() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    receive = await BodyGuard(10, 1).received(gone, {b"content-length": b"5"})

    assert (await receive())["type"] == "http.disconnect"


@pytest.mark.parametrize(
    ("wire", "headers", "status"),
    [
        (Wire(b"x" * 11), {b"content-length": b"11"}, 413),
        (Wire(*[b"x" * 4] * 4), {b"transfer-encoding": b"chunked"}, 413),
        (Wire(*[b"x"] * 9, pause=0.02), {b"content-length": b"9"}, 408),
    ],
)
async def test_a_body_refused_is_refused_to_who_reads_it(wire: Wire, headers: dict[bytes, bytes], status: int) -> None:
    receive = await BodyGuard(10, 0.05).received(wire, headers)

    for _ in range(2):
        with pytest.raises(HTTPException) as raised:
            await receive()
        assert raised.value.status_code == status
