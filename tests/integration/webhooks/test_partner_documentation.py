"""The receivers of docs/partners.md, run as they stand there against what is really sent."""

import asyncio
import os
import re
import runpy
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from services.catalog.access.partners.schemas import PartnerWrite
from services.webhooks.deliveries.schemas import ReplayWrite
from services.webhooks.endpoints.schemas import EndpointCreate
from services.webhooks.event_types.schemas import ThinEvent
from services.webhooks.outbound.outcome import Outcome
from services.webhooks.outbound.policy import Policy
from services.webhooks.outbound.resolving import SystemResolver
from services.webhooks.outbound.sending import Sender
from services.webhooks.settings import SCHEDULE
from services.webhooks.signing import new_key_pair, new_secret, signature_headers
from tests.conftest import ROOT
from tests.integration.webhooks.receiver import until

BLOCK = re.compile(r"^```(?:python|javascript|php)\n(?:#|//|<\?php //) (\S+):.*?^```$", re.MULTILINE | re.DOTALL)
COMMANDS: dict[str, Callable[[str, int], list[str]]] = {
    "receiver.py": lambda file, _: [sys.executable, file],
    "receiver.mjs": lambda file, _: ["node", file],
    "receiver.php": lambda file, port: ["php", "-S", f"127.0.0.1:{port}", file],
}
URL = "https://letsfood.example/catalog/v1/initiatives/01a206f8-cde3-7607-83c5-41e5956901c3"
BODY = f'{{"type":"initiative.updated","data":{{"url":"{URL}","title":"حد من الهدر"}}}}'.encode()


def sample(name: str) -> str:
    """A program of the document, by the name in its first line."""
    text = (ROOT / "docs" / "partners.md").read_text()
    [block] = [found.group(0) for found in BLOCK.finditer(text) if found.group(1) == name]
    return block.partition("\n")[2].removesuffix("```")


@dataclass
class Running:
    """A receiver of the document, what it says, and a way to post to it."""

    secret: str
    port: int
    output: Path
    sender: Sender

    async def post(
        self,
        webhook_id: str = "event-1",
        body: bytes = BODY,
        secrets: list[str] | None = None,
        sent: bytes | None = None,
        at: datetime | None = None,
        changed: dict[str, str] | None = None,
    ) -> Outcome:
        """Sign `body` as of now, and send it, or `sent` in its place, with some headers `changed`."""
        headers = signature_headers(webhook_id, body, secrets or [self.secret], at or datetime.now(UTC))
        url = f"http://127.0.0.1:{self.port}/letsfood"
        return await self.sender.post(url, headers | (changed or {}), sent or body)

    def handled(self) -> list[str]:
        """The events that it took in."""
        return [line for line in self.output.read_text().splitlines() if line.startswith("initiative.")]


@pytest.fixture(params=sorted(COMMANDS))
def program(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    runtime = COMMANDS[name]("", 0)[0]
    if shutil.which(runtime) is None:
        pytest.skip(f"{runtime} is not installed here")
    return name


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


@pytest.fixture
async def running(program: str, port: int, tmp_path: Path) -> AsyncIterator[Running]:
    (tmp_path / program).write_text(sample(program))
    secret, output = new_secret(), tmp_path / "output"
    environment = os.environ | {"WEBHOOK_SECRET": secret, "PORT": str(port), "SEEN": str(tmp_path / "seen")}
    resolver = SystemResolver()
    sender = Sender(Policy(frozenset({"http"}), subnets=(ip_network("127.0.0.1/32"),)), resolver)
    with output.open("w") as file:
        command = COMMANDS[program](str(tmp_path / program), port)
        process = await asyncio.create_subprocess_exec(
            *command, cwd=tmp_path, stdout=file, stderr=subprocess.STDOUT, env=environment
        )
    try:
        await until(lambda: listens(port), 20, output.read_text)
        yield Running(secret, port, output, sender)
    finally:
        process.kill()
        await process.wait()
        await sender.close()
        resolver.close()


def listens(port: int) -> bool:
    with suppress(ConnectionError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


async def test_a_delivery_is_taken_once_and_everything_else_refused(running: Running) -> None:
    now = datetime.now(UTC)
    assert (await running.post()).status == 204
    assert (await running.post()).status == 204, "a repetition is taken too"
    assert (await running.post("event-2", secrets=[new_secret(), running.secret])).status == 204, "while replaced"
    await until(lambda: len(running.handled()) >= 2, 5, running.output.read_text)

    wrong = {
        "a byte": await running.post("event-3", sent=BODY[:-1] + b" "),
        "the id": await running.post("event-3", changed={"webhook-id": "event-4"}),
        "the time": await running.post("event-3", changed={"webhook-timestamp": str(int(now.timestamp()) + 30)}),
        "the secret": await running.post("event-3", secrets=[new_secret()]),
        "six minutes ago": await running.post("event-3", at=now - timedelta(minutes=6)),
        "in six minutes": await running.post("event-3", at=now + timedelta(minutes=6)),
        "no time": await running.post("event-3", changed={"webhook-timestamp": "now"}),
        "no comma": await running.post("event-3", changed={"webhook-signature": "v1"}),
        "two commas": await running.post("event-3", changed={"webhook-signature": "v1,a,b"}),
        "another kind": await running.post("event-3", secrets=[new_key_pair().private]),
        "no UTF-8": await running.post("event-3", sent=b"\xff\xfe" + BODY),
    }
    assert {what: outcome.status for what, outcome in wrong.items()} == dict.fromkeys(wrong, 401)
    assert (await running.post("event-5")).status == 204, "it still runs"
    await until(lambda: len(running.handled()) >= 3, 5, running.output.read_text)
    await asyncio.sleep(0.1)
    assert running.handled() == [f"initiative.updated {URL}"] * 3


def documented(pattern: str) -> list[str]:
    return re.findall(pattern, (ROOT / "docs" / "partners.md").read_text(), re.MULTILINE | re.DOTALL)


def test_the_examples_are_bodies_that_the_services_take_and_send() -> None:
    [event] = documented(r"^```json\n(.*?)^```")
    ThinEvent.model_validate_json(event)
    partner, endpoint, replay = documented(r"-d '(.*?)'")
    PartnerWrite.model_validate_json(partner)
    EndpointCreate.model_validate_json(endpoint)
    for body in [replay, *documented(r"`(\{\"(?:missing|since|event_id)\".*?\})`")]:
        ReplayWrite.model_validate_json(body.replace("…", "01a206f8-cde3-7607-83c5-41e5956901c3"))


def test_the_pauses_are_those_of_the_settings() -> None:
    [row] = documented(r"^\| after the one before \|(.*?)\|$")
    seconds = {"s": 1, "min": 60, "h": 3600}
    pauses = [pause.strip().split() for pause in row.replace("at once", "0 s").split("|")]
    assert tuple(int(count) * seconds[unit] for count, unit in pauses) == SCHEDULE


def test_the_public_key_alone_verifies(tmp_path: Path) -> None:
    file = tmp_path / "verify_v1a.py"
    file.write_text(sample("verify_v1a.py"))
    verified = runpy.run_path(str(file))["verified"]
    pair, other = new_key_pair(), new_key_pair()
    now = datetime.now(UTC)
    headers = signature_headers("event-1", BODY, [other.private, pair.private], now)
    assert verified(pair.public, headers, BODY)
    assert verified(other.public, headers, BODY)
    assert not verified(new_key_pair().public, headers, BODY)
    assert not verified(pair.public, headers, BODY[:-1] + b" ")
    assert not verified(pair.public, headers | {"webhook-id": "event-2"}, BODY)
    assert not verified(pair.public, headers | {"webhook-signature": "v1a,!"}, BODY)
    old = signature_headers("event-1", BODY, [pair.private], now - timedelta(minutes=6))
    assert not verified(pair.public, old, BODY)
