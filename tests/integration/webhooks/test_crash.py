"""Workers are killed in the middle of their work: every event arrives all the same, and under one id."""

import time
from pathlib import Path
from typing import Any

from tests.integration.webhooks.chaos import chaos
from tests.integration.webhooks.happenings import Happenings, change
from tests.integration.webhooks.receiver import Receiver
from tests.integration.webhooks.test_queue import forgotten
from tests.integration.webhooks.workers import WorkerProcess, add_endpoint

States = dict[str, list[dict[str, Any]]]

HEARTBEAT_S = 2
IN_FLIGHT = 200


async def test_of_200_deliveries_in_flight_when_the_worker_is_killed_each_arrives(
    happen: Happenings, states: States, receiver: Receiver, webhooks_database: str, tmp_path: Path
) -> None:
    settings = {"concurrency": 300, "delivery_timeout_s": 60, "heartbeat_s": HEARTBEAT_S}
    for number in range(IN_FLIGHT):
        await add_endpoint(happen, receiver.url(f"/switch/{number}"))
        receiver.become(f"{number}", "/slow/60")
    with WorkerProcess(webhooks_database, tmp_path / "one.log", **settings) as worker:
        [event] = await happen.happen([change("initiative", states["initiative"][0])])
        await receiver.wait_for(IN_FLIGHT, timeout_s=30)
        for number in range(IN_FLIGHT):
            receiver.become(f"{number}", "/ok")
        with WorkerProcess(webhooks_database, tmp_path / "two.log", **settings):
            assert receiver.count() == IN_FLIGHT
            worker.kill()
            killed_at = time.time()
            await receiver.wait_for(2 * IN_FLIGHT, timeout_s=30)
            await happen.settled(60)
    received = receiver.requests()
    assert len(received) == 2 * IN_FLIGHT
    again = received[IN_FLIGHT:]
    assert {one.path for one in again} == {f"/switch/{number}" for number in range(IN_FLIGHT)}
    assert {one.webhook_id for one in received} == {str(event)}
    assert max(one.arrived_at for one in again) - killed_at <= HEARTBEAT_S + 5


async def test_whoever_is_killed_nothing_is_lost_and_nothing_overtakes(
    webhooks_database: str, tmp_path: Path, happen: Happenings
) -> None:
    report = await chaos(webhooks_database, tmp_path, 6)
    assert report.kills >= 2
    assert report.events >= 100
    assert (report.lost, report.out_of_order) == (0, 0), report
    assert await forgotten(happen) == []
    assert await happen.fetch("select from lane") == []
