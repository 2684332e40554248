"""Bodies of requests: how large, how slow and how deep they may be."""

import asyncio
import json
import math
from dataclasses import dataclass
from typing import Any, NoReturn

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

MAX_DEPTH = 64
"""Levels of objects and lists; our own records have seven."""

MAX_MEMBERS = 1000
"""Names in one object; our own records have some twenty, and each unknown one costs an error to report."""

INTEGERS = range(-(2**63), 2**64)
"""What databases and other languages hold exactly (64 bits, signed or unsigned)."""

MAX_NUMBER_LENGTH = 400
"""Characters of one number; Python takes ever longer to read longer ones."""


NOT_UTF8 = "not UTF-8"
TOO_DEEP = f"more than {MAX_DEPTH} levels"
SURROGATE = "half of a surrogate pair"
INTEGER_TOO_LONG = "an integer of more than 64 bits"
NUMBER_TOO_LARGE = "a number beyond double precision"
NO_JSON_NUMBER = "NaN and Infinity are no JSON"
TOO_MANY_NAMES = f"more than {MAX_MEMBERS} names in one object"
NAME_TWICE = "a name stands twice in one object"
"""Why a text is refused that other readers take; `services.common.http.unreadable` has each for people."""


@dataclass(frozen=True, slots=True)
class BodyGuard:
    """Limits on the bytes of a body and on the time in which all of them have to arrive."""

    max_bytes: int
    timeout_s: float

    def guard(self, receive: Receive, headers: dict[bytes, bytes]) -> Receive:
        """`receive` that raises HTTPException 413 or 408 instead of reading on; unchanged for a request without body.

        A declared length over the limit is refused before a byte is read.
        """
        if not has_body(headers):
            return receive
        declared = headers.get(b"content-length")
        too_large = declared is not None and (not declared.isdigit() or int(declared[:20]) > self.max_bytes)
        return _Guarded(self, receive, too_large=too_large)

    async def received(self, receive: Receive, headers: dict[bytes, bytes]) -> Receive:
        """Wait for the whole body: a `receive` that has it at hand.

        That of a refused body raises why (413, 408) once it is called: what answers without reading the body (404, a
        missing key) goes before.
        """
        guarded = self.guard(receive, headers)
        try:
            return _Received(await _whole(guarded), guarded)
        except HTTPException as refusal:
            return _refusing(refusal)


def has_body(headers: dict[bytes, bytes]) -> bool:
    """Whether a body comes with a request that has these headers."""
    return b"content-length" in headers or b"transfer-encoding" in headers


async def _whole(receive: Receive) -> Message:
    """The body as one message, however many it came in; or that the client went away."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return message
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return {"type": "http.request", "body": bytes(body), "more_body": False}


def _refusing(refusal: HTTPException) -> Receive:
    async def refuse() -> Message:
        raise refusal

    return refuse


class _Received:
    """Delivers a message that is there, then what else comes (that the client went away)."""

    def __init__(self, message: Message, rest: Receive) -> None:
        self._message: Message | None = message
        self._rest = rest

    async def __call__(self) -> Message:
        if self._message is None:
            return await self._rest()
        message, self._message = self._message, None
        return message


class _Guarded:
    def __init__(self, limits: BodyGuard, receive: Receive, *, too_large: bool) -> None:
        self._limits = limits
        self._receive = receive
        self._too_large = too_large
        self._read = 0
        self._whole = False
        self._until = asyncio.get_running_loop().time() + limits.timeout_s

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()  # waits for the client to go away
        if self._too_large:
            raise _refused(413)
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError as error:
            raise _refused(408) from error
        self._read += len(message.get("body", b""))
        if self._read > self._limits.max_bytes:
            self._too_large = True
            raise _refused(413)
        self._whole = not message.get("more_body", False)
        return message


def _refused(status: int) -> HTTPException:
    """A client that is too slow is let go; one that sends too much is not cut off before it can read why."""
    return HTTPException(status, headers={"Connection": "close"} if status == 408 else None)


class StrictRequest(Request):
    """A request whose JSON is read strictly."""

    async def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """The body as JSON; raises json.JSONDecodeError, which is answered 400."""
        if not hasattr(self, "_json"):
            self._json = parse_json(await self.body())
        return self._json


def parse_json(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """A JSON text (RFC 8259) as I-JSON (RFC 7493) has it: UTF-8, no name twice, no number that others cannot hold.

    Raises json.JSONDecodeError, also for more than `MAX_DEPTH` levels.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        _refuse(NOT_UTF8)
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        _refuse(TOO_DEEP)
    _check(value)
    return value


def _refuse(reason: str) -> NoReturn:
    raise json.JSONDecodeError(reason, "", 0)


def _check(value: object) -> None:
    """Raise for what is too deep, and for text that is no Unicode (half of a surrogate pair)."""
    level, depth = [value], 0
    while level:
        below: list[object] = []
        containers = False
        for item in level:
            if isinstance(item, dict):
                containers = True
                below.extend(item)
                below.extend(item.values())
            elif isinstance(item, list):
                containers = True
                below.extend(item)
            elif isinstance(item, str) and not item.isascii():
                _check_text(item)
        if containers and depth == MAX_DEPTH:
            _refuse(TOO_DEEP)
        level, depth = below, depth + 1


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        _refuse(SURROGATE)


def _integer(text: str) -> int:
    if len(text) > MAX_NUMBER_LENGTH or (number := int(text)) not in INTEGERS:
        _refuse(INTEGER_TOO_LONG)
    return number


def _float(text: str) -> float:
    if len(text) > MAX_NUMBER_LENGTH or not math.isfinite(number := float(text)):
        _refuse(NUMBER_TOO_LARGE)
    return number


def _constant(_: str) -> NoReturn:
    _refuse(NO_JSON_NUMBER)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_MEMBERS:
        _refuse(TOO_MANY_NAMES)
    members = dict(pairs)
    if len(members) < len(pairs):
        _refuse(NAME_TWICE)
    return members


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_float, parse_constant=_constant, object_pairs_hook=_object)
