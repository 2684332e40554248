"""What stands in the way of a start is one line on standard error and exit code 1: no stack trace, no box."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from services.common.access.keys import new_key
from services.launch.machine import DATABASES, database_variable
from services.local.postgres import EmbeddedPostgres

LIMIT_S = 60
SECRET = "n0t-to-be-shown"  # noqa: S105 - looked for in what is said
SERVICES = ("catalog", "matching")
"""Of those with a database; the check is the same for every one."""


def letsfood(*arguments: str, **settings: str) -> str:
    """The one line with which a command refuses."""
    environment = {
        "PATH": os.environ["PATH"],
        "CATALOG_ENVIRONMENT": "development",
        "MATCHING_ENVIRONMENT": "development",
        "MATCHING_CATALOG_KEY": str(new_key()),
        **settings,
    }
    done = subprocess.run(
        [sys.executable, "-m", "services.cli", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert SECRET not in line
    return line


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def silent() -> Iterator[int]:
    """A port at which connections are taken and nothing is ever said."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


UNUSABLE = {
    "refused": (f"postgresql://lf:{SECRET}@127.0.0.1:{{port}}/x", "Connection refused"),
    "unknown host": (f"postgresql://lf:{SECRET}@no-such-host.invalid/x", "host is not known"),
    "another kind of address": (f"mysql://lf:{SECRET}@127.0.0.1/x", "not like postgresql://"),
    "a port that is none": (f"postgresql://lf:{SECRET}@127.0.0.1:many/x", "not like postgresql://"),
    "no address at all": (SECRET, "not like postgresql://"),
}


@pytest.mark.parametrize("case", UNUSABLE)
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_without_its_database_says_so(service: str, case: str) -> None:
    url, reason = UNUSABLE[case]
    name = f"{service.upper()}_DATABASE_URL"
    line = letsfood("serve", service, "--port", str(free_port()), **{name: url.format(port=free_port())})
    assert line.startswith(f"{name}: the database cannot be used: ")
    assert reason in line


@pytest.mark.parametrize("command", ["up", "up-services", "migrate"])
def test_every_start_says_which_database_is_away(command: str, tmp_path: Path) -> None:
    url = f"postgresql://lf:{SECRET}@127.0.0.1:{free_port()}/x"
    options = () if command == "migrate" else ("--port", str(free_port()), "--state-dir", str(tmp_path / "state"))
    line = letsfood(command, *options, **{database_variable(service): url for service in DATABASES})
    assert line.startswith("CATALOG_DATABASE_URL: the database cannot be used: Connection refused")


def test_a_database_that_says_nothing_is_not_waited_for(silent: int) -> None:
    url = f"postgresql://lf:{SECRET}@127.0.0.1:{silent}/x"
    line = letsfood("serve", "catalog", "--port", str(free_port()), CATALOG_DATABASE_URL=url)
    assert "nothing has answered" in line


def test_a_wrong_password_and_a_missing_database_are_told_apart(postgres: EmbeddedPostgres) -> None:
    postgres.create_database("never_migrated", exist_ok=True)
    url = postgres.url("never_migrated")
    user = urlsplit(url).netloc.partition("@")[0]
    port = str(free_port())
    no_user = url.replace(f"//{user}@", f"//nobody:{SECRET}@", 1)
    assert "does not accept the user or the password" in letsfood(
        "serve", "catalog", "--port", port, CATALOG_DATABASE_URL=no_user
    )
    no_database = url.replace("/never_migrated", "/no_such_database", 1)
    assert "no database of this name" in letsfood("serve", "catalog", "--port", port, CATALOG_DATABASE_URL=no_database)


@pytest.mark.parametrize("service", SERVICES)
def test_a_database_that_was_never_migrated_is_not_served(postgres: EmbeddedPostgres, service: str) -> None:
    postgres.create_database("never_migrated", exist_ok=True)
    name = f"{service.upper()}_DATABASE_URL"
    line = letsfood("serve", service, "--port", str(free_port()), **{name: postgres.url("never_migrated")})
    assert line == f"{name}: the database has not been migrated: run `letsfood migrate` first."


@pytest.mark.parametrize("command", [("up",), ("up-services",), ("serve", "catalog")])
@pytest.mark.parametrize("port", ["0", "65536", "abc", "", "-1", "8" * 5000, "٨٠"])
def test_what_is_no_port_is_one_line(command: tuple[str, ...], port: str) -> None:
    assert "is no port" in letsfood(*command, f"--port={port}")
