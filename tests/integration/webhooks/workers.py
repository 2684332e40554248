"""Processes as `letsfood serve webhooks` and `catalog` run them, to be killed, and what they need in the database."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen
from uuid import UUID

from cryptography.fernet import Fernet
from pydantic import SecretStr

from services.common.ids import new_id
from services.webhooks.endpoints.models import Endpoint, EndpointSecret
from services.webhooks.endpoints.vault import Vault
from services.webhooks.signing import new_secret
from tests.integration.webhooks.happenings import Happenings

ROOT = Path(__file__).parents[3]
KEY = Fernet.generate_key().decode()
NOBODY = "http://127.0.0.1:9"
"""The catalog that these processes would follow; nothing answers there."""


def free_port() -> int:
    """A port of loopback that nobody uses just now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


async def add_endpoint(happen: Happenings, url: str, partner_id: UUID | None = None) -> Endpoint:
    """An endpoint with a secret, straight into the tables."""
    endpoint = Endpoint(partner_id=partner_id or new_id(), url=url)
    sealed = Vault([SecretStr(KEY)]).seal(new_secret())
    async with happen.database.transaction() as session:
        session.add(endpoint)
        await session.flush()
        session.add(EndpointSecret(endpoint_id=endpoint.id, kind="v1", sealed=sealed))
    return endpoint


class ServiceProcess:
    """A service in development: `start`, `kill` with signal 9, `start` again, on another port unless it is given."""

    def __init__(self, service: str, log: Path, port: int | None = None, **settings: object) -> None:
        self._service = service
        self._log = log
        self._port = port
        given = {"environment": "development"} | settings
        self._environment: Mapping[str, str] = {
            **os.environ,
            **{f"{service}_{name}".upper(): str(value) for name, value in given.items()},
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self, *, wait: bool = True) -> None:
        """Start it, and wait until it answers."""
        port = self._port or free_port()
        command = [sys.executable, "-m", "services.cli", "serve", self._service, "--port", str(port)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stderr=log, stdout=log)
        if wait:
            self._await_answer(port, self._process)

    def _await_answer(self, port: int, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert process.poll() is None, self._log.read_text()[-3000:]
            try:
                with urlopen(f"http://127.0.0.1:{port}/{self._service}/health/live", timeout=5):
                    return
            except (URLError, OSError):
                time.sleep(0.05)
        raise AssertionError(f"{self._service} did not start")

    def kill(self) -> None:
        """At once, in the middle of whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class WorkerProcess(ServiceProcess):
    """Webhooks, one process of several."""

    def __init__(self, database_url: str, log: Path, **settings: object) -> None:
        given = {
            "database_url": database_url,
            "secret_keys": KEY,
            "allowed_subnets": "127.0.0.0/8",
            "catalog_url": NOBODY,
            "pool_size": 5,
            "heartbeat_s": 1,
            "poll_s": 0.5,
        }
        super().__init__("webhooks", log, None, **(given | settings))
