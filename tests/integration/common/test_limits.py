"""Rate limits, admission and the headers of every answer, over the whole contract of a service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from services.common.access.caller import Caller
from services.common.access.keys import Key, new_key
from services.common.settings import ContractSettings
from tests.conftest import running
from tests.integration.common.limited_app import create_app

THING = "/things/v1/thing"
HELD = "/things/v1/held"


@asynccontextmanager
async def service(**settings: object) -> AsyncIterator[httpx.AsyncClient]:
    async with running(create_app(ContractSettings.model_validate(settings))) as client:
        yield client


async def test_the_call_after_the_last_allowed_one_is_429_and_waiting_as_told_succeeds() -> None:
    async with service(rate_limit_read="3/second") as client:
        answers = [await client.get(THING) for _ in range(3)]
        refused = await client.get(THING)
        while refused.status_code != 429:  # a second ended in between
            refused = await client.get(THING)
        await asyncio.sleep(int(refused.headers["retry-after"]))
        again = await client.get(THING)

    assert answers[0].headers["ratelimit"] == '"read";r=2;t=1'
    assert refused.json()["type"] == "/problems/too-many-requests"
    assert refused.headers["ratelimit"] == '"read";r=0;t=1'
    assert refused.headers["ratelimit-policy"] == '"read";q=3;w=1;letsfood-counted="per-process"'
    assert again.status_code == 200


async def test_writes_have_a_quota_of_their_own() -> None:
    async with service(rate_limit_read="1/hour", rate_limit_write="1/hour") as client:
        statuses = [
            (await client.get(THING)).status_code,
            (await client.post(THING, json={})).status_code,
            (await client.get(THING)).status_code,
            (await client.post(THING, json={})).status_code,
        ]

    assert statuses == [200, 200, 429, 429]


async def test_behind_a_trusted_proxy_each_client_has_its_own_quota() -> None:
    async with service(rate_limit_read="1/hour", trusted_proxies="127.0.0.1") as client:
        first, second, first_again = [
            (await client.get(THING, headers={"X-Forwarded-For": address})).status_code
            for address in ("203.0.113.1", "203.0.113.2", "198.51.100.7, 203.0.113.1")
        ]

    assert (first, second, first_again) == (200, 200, 429)


async def test_a_client_does_not_get_a_new_quota_by_forwarding_for_others() -> None:
    async with service(rate_limit_read="1/hour") as client:
        statuses = [
            (await client.get(THING, headers={"X-Forwarded-For": f"203.0.113.{n}", "Forwarded": f"for=203.0.113.{n}"}))
            for n in range(3)
        ]

    assert [answer.status_code for answer in statuses] == [200, 429, 429]


async def test_keys_that_do_not_exist_get_no_quota_of_their_own_and_guessing_them_is_stopped() -> None:
    async with service(rate_limit_secrets="3/hour") as client:
        answers = [
            await client.get(THING, headers={"Authorization": f"Bearer lf_nosuchkey{n:05d}_{'x' * 43}"})
            for n in range(5)
        ]
        without_key = await client.get(THING)

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    assert answers[-1].headers["ratelimit"].startswith('"unknown-keys";r=0;t=')
    assert without_key.status_code == 200


async def test_a_valid_key_is_served_whatever_others_guess_from_its_address() -> None:
    key = new_key()

    class Callers:
        async def resolve(self, presented: Key) -> Caller | None:
            return Caller(presented.public_id) if presented == key else None

    app = create_app(ContractSettings())
    app.state.callers = Callers()
    async with running(app) as client:
        wrong = [await client.get(THING, headers={"Authorization": f"Bearer {new_key()}"}) for _ in range(40)]
        valid = await client.get(THING, headers={"Authorization": f"Bearer {key}"})
        wrong_again = await client.get(THING, headers={"Authorization": f"Bearer {new_key()}"})

    assert [answer.status_code for answer in wrong] == [401] * 30 + [429] * 10
    assert (valid.status_code, wrong_again.status_code) == (200, 429)


async def test_health_is_never_limited() -> None:
    async with service(rate_limit_read="1/hour") as client:
        statuses = {(await client.get("/things/health/live")).status_code for _ in range(5)}

    assert statuses == {200}


async def held(client: httpx.AsyncClient, number: int, path: str = HELD) -> list[asyncio.Task[httpx.Response]]:
    """So many requests that are being answered."""
    tasks = [asyncio.ensure_future(client.get(path)) for _ in range(number)]
    await asyncio.sleep(0.05)
    return tasks


async def test_more_than_a_process_can_do_is_refused_at_once_and_what_is_in_flight_ends_well() -> None:
    async with service(max_in_flight=2, max_waiting=2) as client:
        working = await held(client, 2)
        refused = await client.get(THING)
        polls = await held(client, 2, f"{HELD}?wait=30")
        refused_poll = await client.get(f"{HELD}?wait=30")
        live = await client.get("/things/health/live")
        working[0].cancel()
        await asyncio.sleep(0.05)
        freed = await client.post("/things/v1/freed")
        ended = await asyncio.gather(*working[1:], *polls)

    assert (refused.status_code, refused_poll.status_code) == (503, 503)
    assert refused.json()["type"] == "/problems/overloaded"
    assert refused.headers["retry-after"] == "1"
    assert (live.status_code, freed.status_code) == (200, 200)
    assert [answer.status_code for answer in ended] == [200, 200, 200]


async def test_one_client_cannot_take_the_places_of_another() -> None:
    async with service(max_in_flight=10, max_in_flight_per_client=2, trusted_proxies="127.0.0.1") as client:
        tasks = await held(client, 2)
        mine = await client.get(THING)
        others = await client.get(THING, headers={"X-Forwarded-For": "203.0.113.1"})
        await client.post("/things/v1/freed", headers={"X-Forwarded-For": "203.0.113.1"})
        await asyncio.gather(*tasks)

    assert (mine.status_code, others.status_code) == (429, 200)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b'{"a": NaN}', 400),
        (b'{"a": 1e400}', 400),
        (b'{"a": 18446744073709551616}', 400),
        (b'{"a": 1, "a": 2}', 400),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400),
        (b" " * 2048, 413),
        (b'{"a": 18446744073709551615}', 200),
    ],
)
async def test_bodies_that_no_one_should_read_are_refused(content: bytes, status: int) -> None:
    async with service(max_body_bytes=1024 if status == 413 else 200_000) as client:
        answer = await client.post(THING, content=content, headers={"Content-Type": "application/json"})

    assert answer.status_code == status, answer.text


async def test_a_limit_beyond_all_bounds_is_refused() -> None:
    async with service() as client:
        answer = await client.get(f"{THING}?limit=1000000000")

    assert answer.status_code == 400


async def test_what_is_away_is_503_with_the_time_to_try_again() -> None:
    async with service() as client:
        answer = await client.get("/things/v1/away")

    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
    assert int(answer.headers["retry-after"]) > 0
