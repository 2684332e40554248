"""Posts to a real receiver process: whatever it does, one attempt ends in time, in one outcome, and nowhere else."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from services.webhooks.outbound.addresses import Address, canonical
from services.webhooks.outbound.outcome import OutcomeKind
from services.webhooks.outbound.policy import Policy, check_url
from services.webhooks.outbound.resolving import Resolver, SystemResolver
from services.webhooks.outbound.sending import Sender
from services.webhooks.signing import new_secret, signature_headers
from tests.integration.webhooks.certificates import Certificates
from tests.integration.webhooks.receiver import Receiver

LOOPBACK = Policy(schemes=frozenset({"http", "https"}), subnets=(ip_network("127.0.0.1/32"),))
BODY = '{"type":"territory.updated","data":{"slug":"montréal"}}'.encode()
JSON = {"Content-Type": "application/json"}
PUBLIC = "93.184.215.14"


@asynccontextmanager
async def sending(
    policy: Policy = LOOPBACK, resolve: Resolver | None = None, timeout_s: float = 5, **options: object
) -> AsyncIterator[Sender]:
    system = SystemResolver()
    sender = Sender(policy, resolve or system, timeout_s=timeout_s, **options)  # type: ignore[arg-type] # passed on
    try:
        yield sender
    finally:
        await sender.close()
        system.close()


def answering(*addresses: str) -> Resolver:
    async def resolve(_host: str) -> Sequence[Address]:
        return [canonical(text) for text in addresses]

    return resolve


async def test_a_delivery_arrives_byte_for_byte_and_verifies_over_the_raw_body(receiver: Receiver) -> None:
    secret = new_secret()
    headers = JSON | {"X-Partner": "rivages"} | signature_headers("event-1", BODY, [secret], datetime.now(UTC))
    async with sending() as sender:
        outcome = await sender.post(receiver.url("/ok?key=a%20b"), headers, BODY)
    assert (outcome.kind, outcome.status, outcome.head) == (OutcomeKind.DELIVERED, 200, '{"answered": 200}')
    [received] = receiver.requests()
    assert (received.path, received.body) == ("/ok?key=a%20b", BODY)
    assert received.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert received.headers["x-partner"] == "rivages"
    assert "accept-encoding" not in received.headers
    Webhook(secret).verify(received.body, dict(received.headers))


@pytest.mark.parametrize(
    ("behaviour", "kind", "status"),
    [
        ("/status/204", OutcomeKind.DELIVERED, 204),
        ("/status/410", OutcomeKind.HTTP_ERROR, 410),
        ("/status/500", OutcomeKind.HTTP_ERROR, 500),
        ("/drip-body", OutcomeKind.DELIVERED, 200),
        ("/disconnect", OutcomeKind.DISCONNECTED, None),
        ("/garbage", OutcomeKind.DISCONNECTED, None),
        ("/headers", OutcomeKind.DISCONNECTED, None),
        ("/drip", OutcomeKind.TIMEOUT, None),
        ("/hang", OutcomeKind.TIMEOUT, None),
    ],
)
async def test_whatever_a_receiver_does_is_an_outcome_within_the_time(
    receiver: Receiver, behaviour: str, kind: OutcomeKind, status: int | None
) -> None:
    started = time.monotonic()
    async with sending(timeout_s=1.5) as sender:
        outcome = await sender.post(receiver.url(behaviour), JSON, BODY)
    assert (outcome.kind, outcome.status) == (kind, status)
    assert time.monotonic() - started < 3
    assert receiver.count(behaviour) == 1


async def test_an_answer_that_starts_just_before_the_end_of_the_time_counts(receiver: Receiver) -> None:
    """Its body would outlast the time: the status has been said."""
    async with sending(timeout_s=0.5) as sender:
        outcome = await sender.post(receiver.url("/drip-body"), JSON, BODY)
    assert (outcome.kind, outcome.status) == (OutcomeKind.DELIVERED, 200)


async def test_of_ten_gigabytes_next_to_nothing_is_read(receiver: Receiver) -> None:
    async with sending() as sender:
        outcome = await sender.post(receiver.url("/endless"), JSON, BODY)
    assert outcome.kind is OutcomeKind.DELIVERED
    assert outcome.head == "x" * 1024
    await receiver.wait_until_written("/endless")
    assert receiver.written("/endless") < 16 * 1024**2, "what the buffers of two sockets hold"


async def test_a_redirect_is_a_failure_and_is_not_followed(receiver: Receiver) -> None:
    async with sending() as sender:
        path = f"/redirect?to={receiver.url('/ok')}"
        outcome = await sender.post(receiver.url(path), JSON, BODY)
    assert (outcome.kind, outcome.status) == (OutcomeKind.REDIRECT, 302)
    assert [request.path for request in receiver.requests()] == [path]


async def test_the_pause_that_a_receiver_asks_for_comes_with_its_failure(receiver: Receiver) -> None:
    async with sending() as sender:
        busy = await sender.post(receiver.url("/status/503?retry_after=7"), JSON, BODY)
        taken = await sender.post(receiver.url("/status/200?retry_after=7"), JSON, BODY)
    assert (busy.retry_after_s, taken.retry_after_s) == (7, None)


async def test_receivers_that_hang_delay_no_other(receiver: Receiver) -> None:
    async with sending(timeout_s=3) as sender:
        hanging = [asyncio.create_task(sender.post(receiver.url("/hang"), JSON, BODY)) for _ in range(100)]
        await receiver.wait_for(100, "/hang")
        started = time.monotonic()
        assert (await sender.post(receiver.url("/ok"), JSON, BODY)).delivered
        assert time.monotonic() - started < 1
        assert not any(task.done() for task in hanging)
        assert {outcome.kind for outcome in await asyncio.gather(*hanging)} == {OutcomeKind.TIMEOUT}


async def test_one_connection_serves_several_deliveries(receiver: Receiver) -> None:
    async with sending() as sender:
        for _ in range(3):
            assert (await sender.post(receiver.url("/status/200"), JSON, BODY)).delivered
    assert (receiver.count(), receiver.connections()) == (3, 1)


async def test_nobody_there_is_a_connect_error_and_a_name_of_nothing_unresolved(receiver: Receiver) -> None:
    receiver.stop()
    async with sending() as sender:
        assert (await sender.post(receiver.url(), JSON, BODY)).kind is OutcomeKind.CONNECT_ERROR
    async with sending(resolve=answering()) as sender:
        assert (await sender.post("https://hooks.rivages.org/", JSON, BODY)).kind is OutcomeKind.UNRESOLVED


@pytest.mark.parametrize("later", [("127.0.0.1",), ("::1",), ("::ffff:127.0.0.1",), ("10.0.0.1", "127.0.0.1")])
async def test_a_name_that_is_public_at_creation_and_loopback_at_delivery_reaches_nothing(
    receiver: Receiver, later: tuple[str, ...]
) -> None:
    """DNS rebinding. The port is allowed, so that only the address can be the reason."""
    policy = Policy(schemes=frozenset({"http"}), ports=frozenset({receiver.port}))
    answers = iter([(PUBLIC,), later])

    async def resolve(_host: str) -> Sequence[Address]:
        return [canonical(text) for text in next(answers)]

    url = await check_url(receiver.url("/ok", "hooks.rivages.org"), policy, resolve)
    async with sending(policy, resolve) as sender:
        outcome = await sender.post(url, JSON, BODY)
    assert (outcome.kind, outcome.status) == (OutcomeKind.BLOCKED_ADDRESS, None)
    assert receiver.connections() == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "localhost.", "2130706433", "0x7f000001", "127.1", "[::1]"])
async def test_no_spelling_of_loopback_is_connected_to_at_delivery(receiver: Receiver, host: str) -> None:
    """Endpoints may be older than a setting: delivery does not rely on what was checked at their creation."""
    policy = Policy(schemes=frozenset({"http"}), ports=frozenset({receiver.port}))
    async with sending(policy) as sender:
        outcome = await sender.post(receiver.url("/ok", host), JSON, BODY)
    assert outcome.kind is OutcomeKind.BLOCKED_ADDRESS
    assert receiver.connections() == 0


async def test_http_is_not_sent_where_only_https_is_allowed(receiver: Receiver) -> None:
    async with sending(Policy(subnets=LOOPBACK.subnets)) as sender:
        assert (await sender.post(receiver.url(), JSON, BODY)).kind is OutcomeKind.BLOCKED_ADDRESS
    assert receiver.connections() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere loopback is one address only")
async def test_of_mixed_addresses_only_the_allowed_ones_are_connected_to(receiver: Receiver) -> None:
    canary = 0

    async def hit(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal canary
        canary += 1
        writer.close()

    server = await asyncio.start_server(hit, "127.0.0.2", receiver.port)
    async with server, sending(resolve=answering("127.0.0.2", "127.0.0.1")) as sender:
        outcome = await sender.post(receiver.url("/ok", "hooks.rivages.org"), JSON, BODY)
    assert outcome.delivered
    assert (canary, receiver.connections()) == (0, 1)


async def test_the_next_address_is_tried_when_one_does_not_answer(receiver: Receiver) -> None:
    policy = Policy(schemes=frozenset({"http"}), subnets=(ip_network("127.0.0.0/8"),))
    async with sending(policy, answering("127.0.0.3", "127.0.0.1")) as sender:
        assert (await sender.post(receiver.url("/ok", "hooks.rivages.org"), JSON, BODY)).delivered


async def test_proxies_of_the_environment_are_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with sending() as sender:
        assert (await sender.post(receiver.url(), JSON, BODY)).delivered


async def test_the_certificate_has_to_be_of_the_name_although_the_address_is_dialled(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    with Receiver(tmp_path, certificate=certificates.make("hooks.rivages.org")) as receiver:
        async with sending(resolve=answering("127.0.0.1"), ssl_context=certificates.trusting()) as sender:
            right = await sender.post(receiver.url("/ok", "hooks.rivages.org"), JSON, BODY)
            wrong = await sender.post(receiver.url("/ok", "hooks.mistral.org"), JSON, BODY)
        async with sending(resolve=answering("127.0.0.1")) as sender:
            unknown = await sender.post(receiver.url("/ok", "hooks.rivages.org"), JSON, BODY)
        assert receiver.count() == 1
    assert (right.kind, right.reason) == (OutcomeKind.DELIVERED, None)
    assert wrong.kind is unknown.kind is OutcomeKind.TLS_ERROR
    assert "hooks.mistral.org" in (wrong.reason or "")
    assert "self-signed" in (unknown.reason or "") or "issuer" in (unknown.reason or "")


async def test_a_port_without_tls_is_a_tls_error() -> None:
    async def plain(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with server, sending() as sender:
        outcome = await sender.post(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/", JSON, BODY)
    assert (outcome.kind, outcome.reason) == (OutcomeKind.TLS_ERROR, "wrong version number")


async def test_a_connection_that_never_agrees_on_tls_is_closed_at_the_end_of_the_time(receiver: Receiver) -> None:
    """One that stayed open would fail this run as an unclosed socket."""
    async with sending(timeout_s=0.5) as sender:
        outcome = await sender.post(f"https://127.0.0.1:{receiver.port}/ok", JSON, BODY)
    assert outcome.kind is OutcomeKind.TIMEOUT
    assert (receiver.connections(), receiver.count()) == (1, 0)


async def test_a_name_server_that_hangs_is_a_timeout(receiver: Receiver) -> None:
    async def hangs(_host: str) -> Sequence[Address]:
        await asyncio.Event().wait()
        raise AssertionError

    async with sending(resolve=hangs, timeout_s=0.3) as sender:
        assert (await sender.post(receiver.url("/ok", "hooks.rivages.org"), JSON, BODY)).kind is OutcomeKind.TIMEOUT
