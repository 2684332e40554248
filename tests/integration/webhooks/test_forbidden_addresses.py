"""Server-side request forgery, tried through the API: a canary on loopback is never connected to."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from services.webhooks.outbound.addresses import Address, canonical
from tests.integration.webhooks.conftest import Serve
from tests.integration.webhooks.happenings import Happenings, change
from tests.integration.webhooks.receiver import Receiver
from tests.integration.webhooks.running import ENDPOINTS, Beside

States = dict[str, list[dict[str, Any]]]
PUBLIC = "93.184.215.14"

HOSTS = [
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "127。0。0。1",
    "１２７.0.0.1",
    "%31%32%37.0.0.1",
    "0.0.0.0",  # noqa: S104 - nothing binds to it
    "0",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fec0::1]",
    "[fd00::1]",
    "[fe80::1]",
    "[ff02::1]",
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "224.0.0.1",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "hooks.rivages.org@127.0.0.1",
    "hooks.rivages.org\\@127.0.0.1",
]


class Answering:
    """In the place of the system's resolver: for any name these addresses, the last of them from then on."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers: Iterator[Sequence[str]] = iter(answers)
        self._now: Sequence[str] = ()

    async def __call__(self, _host: str) -> Sequence[Address]:
        self._now = next(self._answers, self._now)
        return [canonical(text) for text in self._now]

    def close(self) -> None:
        """Nothing is open."""


async def test_no_spelling_makes_an_endpoint_inside_and_nothing_is_connected_to(
    serve: Serve, receiver: Receiver
) -> None:
    """The canary's port is allowed, so that only the host can be the reason."""
    async with serve(allowed_subnets=(), allowed_ports=(receiver.port,)) as here:
        for host in HOSTS:
            for scheme in ("http", "https"):
                url = f"{scheme}://{host}:{receiver.port}/ok"
                answer = await here.client.post(ENDPOINTS, json={"url": url}, headers=here.a.headers)
                assert answer.status_code == 422, (url, answer.text)
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["errors"][0]["pointer"] == "/url"
        assert (await here.client.get(ENDPOINTS, headers=here.a.headers)).json()["items"] == []
    assert receiver.connections() == 0


async def test_outside_development_only_https_is_taken_and_only_on_allowed_ports(serve: Serve) -> None:
    async with serve(environment="production") as here:
        for url, code in (
            ("http://hooks.rivages.org/", "url_https"),
            ("http://127.0.0.1:8907/", "url_https"),
            ("https://hooks.rivages.org:22/", "url_port"),
            ("file:///etc/passwd", None),
        ):
            answer = await here.client.post(ENDPOINTS, json={"url": url}, headers=here.a.headers)
            assert answer.status_code == 422, answer.text
            assert code is None or answer.json()["errors"][0]["code"] == code


async def test_a_name_that_means_loopback_by_the_time_of_the_delivery_is_not_connected_to(
    serve: Serve, receiver: Receiver, happen: Happenings, states: States, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering = Answering([PUBLIC], ["127.0.0.1"], ["::1"], ["::ffff:127.0.0.1", "10.0.0.1"])
    monkeypatch.setattr("services.webhooks.app.SystemResolver", lambda: answering)
    async with serve(allowed_subnets=(), allowed_ports=(receiver.port,)) as here:
        endpoint = await here.make(url=receiver.url("/ok", "hooks.rivages.org"))
        await happen.happen([change("initiative", states["initiative"][0])])
        async with asyncio.timeout(15):
            while not await ended(here, endpoint):  # noqa: ASYNC110 - of another task of the service
                await asyncio.sleep(0.1)
        [delivery] = await deliveries(here, endpoint)
    assert delivery["state"] == "failed"
    assert [attempt["outcome"] for attempt in delivery["attempts"]] == ["blocked_address"] * 3
    assert {attempt["status"] for attempt in delivery["attempts"]} == {None}
    assert receiver.connections() == 0


async def ended(here: Beside, endpoint: dict[str, Any]) -> bool:
    return [item["state"] for item in await deliveries(here, endpoint)] in (["failed"], ["succeeded"])


async def deliveries(here: Beside, endpoint: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await here.client.get(f"{ENDPOINTS}/{endpoint['id']}/deliveries", headers=here.a.headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items
