"""Clients that are slow, greedy or many, against a real server on loopback: none of them keeps others from it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator

import pytest

from services.common.http.admission import MAX_RECEIVING_PER_CLIENT
from tests.integration.common.limited_server import LONG_S, Start, ended

THING = "/things/v1/thing"
REQUEST = f"GET {THING} HTTP/1.1\r\nhost: x\r\n\r\n".encode()


async def test_who_does_not_finish_its_headers_is_let_go_however_it_drips_them(start: Start) -> None:
    server = start(patience={"headers_s": 0.5})
    async with server.connection() as (silent, _), server.connection() as (dripping, writer):
        writer.write(b"GET / HTTP/1.1\r\n")

        async def drip() -> None:
            while not writer.is_closing():
                writer.write(b"x: y\r\n")
                await asyncio.sleep(0.05)

        dripper = asyncio.create_task(drip())
        assert await ended(silent) == b""
        assert await ended(dripping) == b""
        dripper.cancel()
    async with server.client() as client:
        assert (await client.get(THING)).status_code == 200


async def test_a_kept_connection_does_not_buy_time_for_the_next_headers(start: Start) -> None:
    server = start(patience={"headers_s": 0.5})
    async with server.connection() as (reader, writer):
        writer.write(REQUEST)
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.write(b"GET / HTTP/1.1\r\n")

        await ended(reader)


async def test_a_body_in_drips_is_answered_408_and_the_connection_closed(start: Start) -> None:
    server = start(body_timeout_s=0.5)
    async with server.connection() as (reader, writer):
        writer.write(f"POST {THING} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n".encode())
        writer.write(b"content-length: 1000\r\n\r\n")
        for _ in range(5):
            writer.write(b" ")
            await asyncio.sleep(0.05)

        answer = await ended(reader)

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408")
    assert b"connection: close" in head.lower()
    assert json.loads(body)["type"] == "/problems/request-timeout"


async def test_slow_bodies_take_no_place_from_those_who_read(start: Start) -> None:
    server = start(body_timeout_s=LONG_S, max_in_flight=50)
    begun = f"POST {THING} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n".encode()
    opened = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(40)]
    for _, writer in opened:
        writer.write(begun)
    async with server.client() as client:
        statuses = [(await client.get(THING)).status_code for _ in range(20)]
    for _, writer in opened:
        writer.close()

    assert statuses == [200] * 20


async def test_slow_bodies_from_many_addresses_keep_nobody_else_out(start: Start) -> None:
    """With the limits as they are set by default: 50 connections each from four addresses."""
    server = start(body_timeout_s=LONG_S)
    begun = f"POST {THING} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\nabcde"
    opened = [
        await asyncio.open_connection("127.0.0.1", server.port, local_addr=(f"127.0.0.{n}", 0))
        for n in range(2, 6)
        for _ in range(50)
    ]
    for _, writer in opened:
        writer.write(begun.encode())
    answers = asyncio.as_completed([reader.readline() for reader, _ in opened], timeout=LONG_S)
    refused = [await next(answers) for _ in range(4 * (50 - MAX_RECEIVING_PER_CLIENT))]
    async with server.client() as client:
        reads = [(await client.get(THING)).status_code for _ in range(20)]
        write = await client.post(THING, json={})
    for _, writer in opened:
        writer.close()

    assert reads == [200] * 20
    assert write.status_code == 200
    assert {line.split()[1] for line in refused} == {b"429"}


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_of_20_megabytes_is_413_and_never_held(start: Start, declared: bool) -> None:
    server = start(patience={"refused_body_s": LONG_S})
    async with server.client() as client:
        await client.post(THING, json={})
        before = server.rss()

        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(320):
                yield b" " * 65536

        content = b" " * 20_971_520 if declared else pieces()
        answer = await client.post(THING, content=content, headers={"Content-Type": "application/json"})
        grown = server.rss() - before

    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/body-too-large")
    assert grown < 50_000_000


async def test_bodies_as_deep_and_as_long_as_allowed_to_arrive_leave_no_memory_behind(start: Start) -> None:
    server = start()
    deep, numbers, flat = b"[" * 1_000_000, b"9" * 1_000_000, b'{"a":' * 100_000
    async with server.client() as client:
        await client.post(THING, json={})
        before = server.rss()
        for content in (deep, numbers, flat) * 5:
            answer = await client.post(THING, content=content, headers={"Content-Type": "application/json"})
            assert answer.status_code == 400
        grown = server.rss() - before

    assert grown < 50_000_000


async def test_who_does_not_take_its_answer_is_let_go(start: Start) -> None:
    server = start(patience={"unread_answer_s": 0.5}, max_in_flight=1)
    async with server.connection() as (_, writer):
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # a ReadTransport too
        writer.write(b"GET /things/v1/large HTTP/1.1\r\nhost: x\r\n\r\n")
        await asyncio.sleep(0.1)
        async with asyncio.timeout(LONG_S), server.client() as client:
            while (await client.get(THING)).status_code == 503:
                continue  # the one place is taken until then


async def test_overload_is_refused_at_once_and_over_when_it_is_over(start: Start) -> None:
    server = start(max_in_flight=5)
    async with asyncio.timeout(LONG_S), server.client() as client:
        held = [asyncio.ensure_future(client.get("/things/v1/held")) for _ in range(5)]
        while (await client.get(THING)).status_code != 503:
            continue  # not all have arrived
        burst = await asyncio.gather(*(client.get(THING) for _ in range(50)))
        live = await client.get("/things/health/live")
        await client.post("/things/v1/freed?wait=1")
        ended_well = await asyncio.gather(*held)
        afterwards = await client.get(THING)

    assert {answer.status_code for answer in burst} == {503}
    assert {answer.status_code for answer in ended_well} == {200}
    assert (live.status_code, afterwards.status_code) == (200, 200)


@pytest.mark.parametrize(
    "rubbish", [b"\x16\x03\x01 hello\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"FOO / HTTP/1.1\r\nhost: x\r\n\r\n"]
)
async def test_what_is_no_http_gets_a_problem_document(start: Start, rubbish: bytes) -> None:
    async with start().connection() as (reader, writer):
        writer.write(rubbish)
        answer = await asyncio.wait_for(reader.read(), LONG_S)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert b"application/problem+json" in head
    assert json.loads(body)["type"] == "/problems/malformed-request"
