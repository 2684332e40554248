"""HTTP/1.1 as it is on the wire, against a real server: HEAD, Host, and what never becomes a request."""

import asyncio
import json
import re
from typing import Any

import pytest

from tests.integration.common.limited_server import LONG_S, Start, ended

THING = "/things/v1/thing"
ARABIC = re.compile("[\u0600-\u06ff]")


def parts(answer: bytes) -> tuple[bytes, dict[str, str], bytes]:
    """Status line, headers and body of one answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    pairs = (line.decode().partition(": ") for line in lines)
    return status, {name.lower(): value for name, _, value in pairs}, body


def check_refusal(answer: bytes, status: int, slug: str, lang: str) -> dict[str, Any]:
    """Holds the answer to what every problem document of ours is; returns its members."""
    line, headers, body = parts(answer)
    problem: dict[str, Any] = json.loads(body)
    assert line.startswith(f"HTTP/1.1 {status} ".encode())
    assert (problem["type"], problem["status"]) == (f"/problems/{slug}", status)
    assert bool(ARABIC.search(problem["title"] + problem["detail"])) == (lang == "ar")
    assert headers["content-language"] == lang
    assert headers["content-type"] == "application/problem+json"
    assert headers["connection"] == "close"
    assert int(headers["content-length"]) == len(body)
    assert headers["x-request-id"] == problem["request_id"]
    assert len(problem["request_id"]) >= 8
    assert headers["cache-control"] == "no-store"
    for name in ("content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy", "date"):
        assert headers[name]
    return problem


async def test_head_sends_headers_alone_and_the_connection_goes_on(start: Start) -> None:
    server = start()
    async with server.connection() as (reader, writer):
        for path in (THING, "/things/v1/large", "/things/v1/none", "/things/docs"):
            writer.write(f"HEAD {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), LONG_S)
            assert int(parts(head)[1]["content-length"]) > 0
        writer.write(f"GET {THING} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        assert (await asyncio.wait_for(reader.readline(), LONG_S)).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("headers", ["", "host: a.example\r\nhost: b.example\r\n", "host: a b\r\n", "host: \r\n"])
@pytest.mark.parametrize("path", [THING, "/things/health/live", "/nothing"])
async def test_a_request_without_one_good_host_is_malformed(start: Start, headers: str, path: str) -> None:
    async with start().connection() as (reader, writer):
        writer.write(f"GET {path} HTTP/1.1\r\n{headers}accept-language: fr\r\nconnection: close\r\n\r\n".encode())
        problem = check_refusal(await ended(reader), 400, "malformed-request", "fr")
    assert "Host" in problem["detail"]


async def test_http_1_0_needs_no_host(start: Start) -> None:
    async with start().connection() as (reader, writer):
        writer.write(f"GET {THING} HTTP/1.0\r\n\r\n".encode())
        assert (await ended(reader)).startswith(b"HTTP/1.1 200")


async def test_headers_without_end_are_refused_in_the_language_read_so_far(start: Start) -> None:
    server = start(patience={"headers_bytes": 10_000})
    async with server.connection() as (reader, writer):
        writer.write(f"GET {THING}?x=1 HTTP/1.1\r\nAccept-Language: ar\r\nX-Request-Id: mine-and-no-other\r\n".encode())
        for _ in range(11):
            writer.write(b"x: " + b"y" * 1000 + b"\r\n")
            await asyncio.sleep(0.01)
        problem = check_refusal(await ended(reader), 431, "headers-too-large", "ar")
    assert "10000" in problem["detail"]
    assert (problem["instance"], problem["request_id"]) == (THING, "mine-and-no-other")


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x16\x03\x01 hello\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"FOO / HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\na b c\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_malformed(start: Start, rubbish: bytes) -> None:
    async with start().connection() as (reader, writer):
        writer.write(rubbish)
        check_refusal(await ended(reader), 400, "malformed-request", "en")


async def test_what_follows_an_answered_request_is_not_taken_for_it(start: Start) -> None:
    async with start().connection() as (reader, writer):
        writer.write(f"GET {THING} HTTP/1.1\r\nhost: x\r\nx-request-id: first\r\n\r\n".encode())
        headers = parts(await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), LONG_S))[1]
        await reader.readexactly(int(headers["content-length"]))
        writer.write(b"rubbish\r\n\r\n")
        problem = check_refusal(await ended(reader), 400, "malformed-request", "en")
    assert problem["request_id"] != "first"
    assert problem["instance"] == "/"


async def test_rubbish_within_a_body_is_answered_once(start: Start) -> None:
    async with start().connection() as (reader, writer):
        writer.write(b"POST /things/v1/none HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n")
        answer = await ended(reader)
    assert len(re.findall(rb"HTTP/1.1 \d{3} ", answer)) == 1
    assert check_refusal(answer, 400, "malformed-request", "en")["instance"] == "/things/v1/none"


async def test_rubbish_behind_a_request_does_not_get_into_its_answer(start: Start) -> None:
    async with start().connection() as (reader, writer):
        writer.write(b"GET /things/v1/endless HTTP/1.1\r\nhost: x\r\n\r\n")
        begun = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), LONG_S)
        writer.write(b"rubbish\r\n\r\n")
        rest = await ended(reader)
    assert begun.startswith(b"HTTP/1.1 200 ")
    assert set(rest) == set(b".")


async def test_one_connection_too_many_is_told_so(start: Start) -> None:
    server = start(patience={"connections": 3})
    async with server.connection() as (reader, writer):  # once it is closed, so is the one that looked for the server
        writer.write(f"GET {THING} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
        assert await ended(reader)
    opened = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(3)]
    async with server.connection() as (reader, _):
        answer = await ended(reader)
    for _, writer in opened:
        writer.close()
    check_refusal(answer, 503, "overloaded", "en")
    assert parts(answer)[1]["retry-after"] == "1"
