"""How fast one worker delivers, beside a bare loop that does the same without keeping anything: `make bench-webhooks`.

`bare`: httpx posts bodies made beforehand, signed with standardwebhooks, as many at once as the worker. `worker`: the
same bodies out of the queue in PostgreSQL, each lane leased, each attempt written down. One after the other in rounds
on one event loop, to a receiver process on loopback; each number is the median. Then one change goes to 1,000
endpoints: how long until its deliveries are in the queue, and until the last of them has arrived.

Exits 1 when the worker delivers less than half as fast as the bare loop.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import httpx
import orjson
from cryptography.fernet import Fernet
from pydantic import SecretStr
from standardwebhooks import Webhook
from uvloop import new_event_loop

from services.common.clock import now
from services.common.database import Database
from services.common.feed.follower import Change
from services.common.ids import new_id
from services.common.migrations import migrate
from services.local.postgres import EmbeddedPostgres
from services.webhooks.app import MIGRATIONS
from services.webhooks.deliveries.queue import DeliveryQueue
from services.webhooks.deliveries.worker import Endings, Worker
from services.webhooks.endpoints.models import Endpoint, EndpointSecret
from services.webhooks.endpoints.vault import Vault
from services.webhooks.events.repository import set_cursor
from services.webhooks.events.sink import EventSink
from services.webhooks.outbound.policy import Policy
from services.webhooks.outbound.resolving import SystemResolver
from services.webhooks.outbound.sending import Sender
from services.webhooks.settings import WebhooksSettings
from services.webhooks.signing import new_secret

PROJECT = Path(__file__).parent.parent
CONCURRENCY = 50
ENDPOINTS, EVENTS = 50, 60
"""Deliveries of a round: one of each event to each endpoint."""

ROUNDS = 5
FANOUT = 1000
BOUND = 0.5

POLICY = Policy(schemes=frozenset({"http"}), subnets=(ip_network("127.0.0.0/8"),))


@contextmanager
def receiving() -> Iterator[str]:
    """The address of a receiver in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.webhooks_receiver"]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
    try:
        assert process.stdout is not None  # noqa: S101 - asked for
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.communicate()


def real_states() -> Sequence[dict[str, object]]:
    """Initiatives of the data set."""
    lines = (PROJECT / "data" / "initiatives.jsonl").read_bytes().splitlines()[:EVENTS]
    return [orjson.loads(line) for line in lines]


class Bench:
    """Webhooks' database and what a worker needs."""

    def __init__(self, database: Database, address: str, vault: Vault, settings: WebhooksSettings) -> None:
        self.database = database
        self.address = address
        self.vault = vault
        self.settings = settings
        self.sink = EventSink(database, "catalog", 0)

    async def add_endpoints(self, count: int, first: int = 0) -> list[tuple[str, str]]:
        """So many endpoints; returns the URL and the secret of each."""
        made = [(f"{self.address}/{number}", new_secret()) for number in range(first, first + count)]
        async with self.database.transaction() as session:
            for url, secret in made:
                endpoint = Endpoint(partner_id=new_id(), url=url)
                session.add(endpoint)
                session.add(EndpointSecret(endpoint_id=endpoint.id, kind="v1", sealed=self.vault.seal(secret)))
        return made

    async def happen(self, states: Sequence[dict[str, object]]) -> None:
        """Changes of so many records, taken in."""
        if await self.sink.cursor() is None:
            await set_cursor(self.database.pool, "catalog", "0")
            await self.sink.cursor()
        changes = [
            Change(str(new_id()), "initiative.updated", "initiative", str(new_id()), 1, now(), one) for one in states
        ]
        await self.sink.apply(changes, str(new_id()))

    @asynccontextmanager
    async def working(self) -> AsyncIterator[Worker]:
        """One worker."""
        resolver = SystemResolver()
        sender = Sender(POLICY, resolver)

        async def disable(_endpoint: object, reason: str) -> None:
            raise SystemExit(f"an endpoint was disabled: {reason}")

        queue = DeliveryQueue(self.database.pool, new_id(), self.settings.heartbeat_s)
        worker = Worker(queue, sender, self.vault, self.settings, Endings(disable, lambda _: None))
        task = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            worker.stop()
            await task
            await sender.close()
            resolver.close()

    async def deliver(self) -> float:
        """Seconds until everything that waits has been delivered and written down."""
        async with self.working():
            began = time.perf_counter()
            waiting = True
            while waiting:
                await asyncio.sleep(0.01)
                waiting = await self.database.pool.fetchval("select exists (select from lane)")
            return time.perf_counter() - began


async def bare(endpoints: Sequence[tuple[str, str]], bodies: Sequence[bytes]) -> float:
    """Seconds to sign and post each body to each endpoint."""
    work = iter([(url, secret, body) for body in bodies for url, secret in endpoints])

    async def post(client: httpx.AsyncClient) -> None:
        for url, secret, body in work:
            message, moment = str(new_id()), datetime.now(UTC)
            headers = {
                "content-type": "application/json",
                "webhook-id": message,
                "webhook-timestamp": str(int(moment.timestamp())),
                "webhook-signature": Webhook(secret).sign(message, moment, body.decode()),
            }
            answer = await client.post(url, content=body, headers=headers)
            answer.raise_for_status()

    limits = httpx.Limits(max_connections=CONCURRENCY, max_keepalive_connections=CONCURRENCY)
    async with httpx.AsyncClient(limits=limits, timeout=15) as client:
        began = time.perf_counter()
        await asyncio.gather(*(post(client) for _ in range(CONCURRENCY)))
        return time.perf_counter() - began


def bodies_of(states: Sequence[dict[str, object]]) -> list[bytes]:
    """Bodies of the form and size of those that the worker sends."""
    subject = {"type": "initiative", "id": str(new_id())}
    url = f"http://127.0.0.1:8000/catalog/v1/initiatives/{new_id()}"
    data = {"subject": subject, "version": 1, "url": url, "change_id": str(new_id()), "api_version": "1"}
    body = {"type": "initiative.updated", "timestamp": now(), "data": data}
    return [orjson.dumps(body, option=orjson.OPT_UTC_Z) for _ in states]


async def throughput(bench: Bench) -> float:
    """Print deliveries a second of both; returns the ratio."""
    endpoints, states = await bench.add_endpoints(ENDPOINTS), real_states()
    bodies = bodies_of(states)
    seconds: dict[str, list[float]] = {"bare": [], "worker": []}
    for number in range(ROUNDS + 1):
        measured = {"bare": await bare(endpoints, bodies)}
        await bench.happen(states)
        measured["worker"] = await bench.deliver()
        if number:  # the first round warms up
            for name, taken in measured.items():
                seconds[name].append(taken)
    total = len(endpoints) * len(states)
    rates = {name: total / statistics.median(taken) for name, taken in seconds.items()}
    print(f"{total} deliveries to {ENDPOINTS} endpoints, {CONCURRENCY} at once, {len(bodies[0])} bytes each")
    for name, rate in rates.items():
        print(f"{name:10} {rate:8.0f} deliveries/s")
    ratio = rates["worker"] / rates["bare"]
    print(f"the worker delivers {ratio:.2f} × as fast as the bare loop (bound: at least {BOUND})")
    return ratio


async def fan_out(bench: Bench) -> None:
    """Print how long one change to `FANOUT` endpoints takes."""
    await bench.add_endpoints(FANOUT - ENDPOINTS, ENDPOINTS)
    [state] = real_states()[:1]
    queued, arrived = [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await bench.happen([state])
        queued.append(time.perf_counter() - began)
        await bench.deliver()
        arrived.append(time.perf_counter() - began)
    print(
        f"one change to {FANOUT} endpoints: queued in {statistics.median(queued) * 1000:.0f} ms, "
        f"all delivered after {statistics.median(arrived) * 1000:.0f} ms"
    )


async def run(url: str, address: str) -> bool:
    """Measure both; returns whether the ratio is within its bound."""
    key = SecretStr(Fernet.generate_key().decode())
    settings = WebhooksSettings(database_url=url, secret_keys=(key,), concurrency=CONCURRENCY)
    database = Database(url, 5)
    await database.open()
    try:
        bench = Bench(database, address, Vault([key]), settings)
        ratio = await throughput(bench)
        await fan_out(bench)
    finally:
        await database.close()
    return ratio >= BOUND


def main() -> None:
    """Prepare a database, measure, print; exits 1 when out of bounds."""
    with (
        tempfile.TemporaryDirectory(prefix="letsfood-bench-") as temporary,
        receiving() as address,
        EmbeddedPostgres(Path(temporary) / "postgres") as postgres,
        asyncio.Runner(loop_factory=new_event_loop) as runner,
    ):
        postgres.create_database("webhooks")
        url = postgres.url("webhooks")
        asyncio.run(migrate(MIGRATIONS, url))
        within = runner.run(run(url, address))
    raise SystemExit(0 if within else 1)


if __name__ == "__main__":
    main()
