"""Two workers, of which one or the other is killed with signal 9 at random while things happen: `make chaos-webhooks`.

Exits 1 when an event has not arrived at an endpoint that it was for, or has arrived before an earlier one of its
record.
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from services.common.ids import new_id
from services.common.migrations import migrate
from services.local.postgres import EmbeddedPostgres
from services.webhooks.app import MIGRATIONS
from tests.integration.webhooks.happenings import Happenings, change, happenings
from tests.integration.webhooks.receiver import Received, Receiver
from tests.integration.webhooks.workers import WorkerProcess, add_endpoint

WORKERS = 2
SUBJECTS = 20
BATCH, EVERY_S = 5, 0.25
"""So many events at once, and then a pause."""

BEHAVIOURS = [*["/ok"] * 10, *["/slow/0.2"] * 5, *["/status/500?times=1"] * 5]
"""Of the endpoints: fast ones, slow ones, and such as take nothing the first time."""

SETTINGS = {"retry_schedule": "0,0,1,1,1,1,1,1,1,1", "retry_jitter": "0.1", "delivery_timeout_s": 5}
END_S = 600
"""For what waits when the killing ends: on a busy machine workers have hardly started by then."""


@dataclass(frozen=True)
class Report:
    """What came of it. `lost`: pairs of endpoint and event; `duplicates`: repetitions of what had been taken."""

    seconds: float
    kills: int
    events: int
    deliveries: int
    lost: int
    duplicates: int
    out_of_order: int

    def __str__(self) -> str:
        return (
            f"{self.seconds:.0f} s, {WORKERS} workers, {self.kills} kills (signal 9): {self.events} events, "
            f"{self.deliveries} deliveries, {self.lost} lost, {self.duplicates} duplicates "
            f"({self.duplicates / max(1, self.deliveries):.2%}), {self.out_of_order} out of order"
        )


async def chaos(database_url: str, folder: Path, seconds: float, seed: int = 1) -> Report:
    """Run it on a migrated, empty database of webhooks."""
    chance = random.Random(seed)
    with ExitStack() as stack:
        receiver = stack.enter_context(Receiver(folder))
        workers = [
            stack.enter_context(WorkerProcess(database_url, folder / f"worker-{number}.log", **SETTINGS))
            for number in range(WORKERS)
        ]
        async with happenings(database_url) as happen:
            paths = [f"/switch/{number}" for number in range(len(BEHAVIOURS))]
            for path, behaviour in zip(paths, BEHAVIOURS, strict=True):
                receiver.become(path.removeprefix("/switch/"), behaviour)
                await add_endpoint(happen, receiver.url(path))
            started = time.monotonic()
            making = asyncio.create_task(_make_happen(happen, started + seconds))
            kills = await asyncio.to_thread(_kill_now_and_then, workers, chance, started + seconds)
            events = await making
            await happen.settled(END_S)
            taken = time.monotonic() - started
        received = receiver.requests()
    return _report(taken, kills, events, paths, received)


async def _make_happen(happen: Happenings, until: float) -> list[UUID]:
    subjects = [str(new_id()) for _ in range(SUBJECTS)]
    events: list[UUID] = []
    version = 0
    while time.monotonic() < until:
        version += 1
        chosen = random.sample(subjects, BATCH)
        events += await happen.happen(
            [change("initiative", {"id": subject, "version": version}, version=version) for subject in chosen]
        )
        await asyncio.sleep(EVERY_S)
    return events


def _kill_now_and_then(workers: Sequence[WorkerProcess], chance: random.Random, until: float) -> int:
    kills = 0
    while time.monotonic() < until:
        time.sleep(chance.uniform(0.5, 4))
        victim = chance.choice(workers)
        victim.kill()
        kills += 1
        victim.start(wait=False)
    return kills


def _report(
    seconds: float, kills: int, events: Sequence[UUID], paths: Sequence[str], received: Sequence[Received]
) -> Report:
    lost = duplicates = out_of_order = 0
    for path, behaviour in zip(paths, BEHAVIOURS, strict=True):
        arrived = [one for one in received if one.path == path]
        first: dict[str, Received] = {}
        for one in arrived:
            first.setdefault(one.webhook_id, one)
        lost += len({str(event) for event in events} - first.keys())
        refused = len(first) if "times=1" in behaviour else 0
        duplicates += len(arrived) - len(first) - refused
        out_of_order += _inversions(list(first.values()))
    return Report(seconds, kills, len(events), len(events) * len(paths), lost, duplicates, out_of_order)


def _inversions(received: Sequence[Received]) -> int:
    newest: dict[str, int] = {}
    count = 0
    for one in received:
        data = json.loads(one.body)["data"]
        subject, version = data["subject"]["id"], data["version"]
        count += version < newest.get(subject, 0)
        newest[subject] = max(version, newest.get(subject, 0))
    return count


def main() -> None:
    """`python -m tests.integration.webhooks.chaos [SECONDS]`."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("seconds", type=float, nargs="?", default=60)
    seconds = options.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="letsfood-chaos-") as temporary:
        folder = Path(temporary)
        with EmbeddedPostgres(folder / "postgres") as postgres:
            postgres.create_database("webhooks")
            url = postgres.url("webhooks")
            asyncio.run(migrate(MIGRATIONS, url))
            report = asyncio.run(chaos(url, folder, seconds))
    print(report)  # noqa: T201 - a command
    raise SystemExit(1 if report.lost or report.out_of_order else 0)


if __name__ == "__main__":
    main()
