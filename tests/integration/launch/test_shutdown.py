"""`letsfood serve` asked to stop while it works: what is in flight is answered whole, who only waits goes at once."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import httpx
import pytest

LIMIT_S = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass
class Served:
    """A catalog in a process of its own."""

    process: asyncio.subprocess.Process
    base: str
    log: list[str]

    async def until_logged(self, part: str) -> dict[str, object]:
        async with asyncio.timeout(LIMIT_S):
            while True:
                for line in self.log:
                    if part in line:
                        found: dict[str, object] = json.loads(line)
                        return found
                await asyncio.sleep(0.02)

    async def accepts(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", int(self.base.rsplit(":", 1)[1]))
        except ConnectionRefusedError:
            return False
        writer.close()
        return True


@pytest.fixture
async def served(catalog_database: str) -> AsyncIterator[Served]:
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "CATALOG_DATABASE_URL": catalog_database,
        "CATALOG_ENVIRONMENT": "development",
        "LETSFOOD_LOG_FORMAT": "json",
        "LETSFOOD_LOG_LEVEL": "debug",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli", "serve", "catalog", "--port", str(port)),
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    log: list[str] = []

    async def read() -> None:
        assert process.stderr is not None
        while line := await process.stderr.readline():
            log.append(line.decode())

    reading = asyncio.create_task(read())
    served = Served(process, f"http://127.0.0.1:{port}", log)
    async with asyncio.timeout(LIMIT_S), httpx.AsyncClient(base_url=served.base) as client:
        while True:
            try:
                await client.get("/catalog/health/ready")
                break
            except httpx.TransportError:
                await asyncio.sleep(0.05)
    yield served
    if process.returncode is None:
        process.kill()
    await process.wait()
    await reading


async def test_what_is_in_flight_is_answered_whole_and_who_waits_goes_at_once(
    served: Served, catalog_database: str
) -> None:
    locker = await asyncpg.connect(catalog_database)
    async with httpx.AsyncClient(base_url=served.base, timeout=LIMIT_S) as client:
        whole = (await client.get("/catalog/v1/territories/montpellier")).content
        head = (await client.get("/catalog/v1/changes/status")).json()["head"]
        lock = locker.transaction()
        await lock.start()
        await locker.execute("lock table territory in access exclusive mode")
        slow = asyncio.create_task(client.get("/catalog/v1/territories/montpellier"))
        poll = asyncio.create_task(client.get("/catalog/v1/changes", params={"wait": 30, "since": head}))
        streaming = client.stream(
            "GET", "/catalog/v1/changes", params={"since": head}, headers={"Accept": "text/event-stream"}
        )
        async with streaming as stream:
            assert stream.status_code == 200
            await asyncio.sleep(0.3)
            assert not slow.done()
            assert not poll.done()

            served.process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(5):
                polled = await poll
                await stream.aread()
        assert polled.status_code == 200
        assert polled.json() == {"items": [], "next": head, "has_more": False}
        assert not slow.done()
        assert not await served.accepts()
        assert served.process.returncode is None

        await lock.rollback()
        answer = await asyncio.wait_for(slow, LIMIT_S)
    await locker.close()
    assert answer.status_code == 200
    assert answer.content == whole
    assert await asyncio.wait_for(served.process.wait(), LIMIT_S) == 0
    assert not [line for line in served.log if "Traceback" in line]


async def test_every_line_of_a_served_process_is_json_and_names_the_request(served: Served) -> None:
    async with httpx.AsyncClient(base_url=served.base) as client:
        answer = await client.get("/catalog/v1/territories/montpellier", headers={"User-Agent": "lf-test"})
    line = await served.until_logged('"/catalog/v1/territories/{ref}"')
    assert line["request_id"] == answer.headers["x-request-id"]
    assert line["status"] == 200
    served.process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(served.process.wait(), LIMIT_S) == 0
    assert all(json.loads(entry)["time"] for entry in served.log)


async def test_outside_development_an_unsafe_setting_is_one_line_and_no_start(catalog_database: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli", "serve", "catalog", "--port", str(free_port())),
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "CATALOG_DATABASE_URL": catalog_database},
    )
    _, errors = await asyncio.wait_for(process.communicate(), LIMIT_S)
    assert process.returncode == 1
    [line] = errors.decode().splitlines()
    assert line.startswith("CATALOG_PUBLIC_URL: ")
    assert "CATALOG_ENVIRONMENT=development" in line
