"""Processes of the demonstration, and waiting for what they do."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_S = 60
ENDING_S = 60


class NotInStep(Exception):
    """What should have come about by now."""


@contextmanager
def running(log: Path, *command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m command`, with these variables besides ours; ended with the block.

    Databases that the environment names are somebody's own: it does not get to see them.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.endswith("_DATABASE_URL")}
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own modules
            [sys.executable, "-m", *command], stdout=output, stderr=output, env=inherited | environment
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(ENDING_S)


def free_port() -> int:
    """One on loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


def wait_until(what: str, holds: Callable[[], bool], seconds: float = PATIENCE_S) -> float:
    """Seconds until the condition holds; raises `NotInStep` when they are too many."""
    started = time.monotonic()
    while not holds():
        if time.monotonic() - started > seconds:
            raise NotInStep(f"After {seconds:.0f} s: {what}")
        time.sleep(0.05)
    return time.monotonic() - started
