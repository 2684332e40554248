"""Answering the adapter from recorded exchanges, and refusing what was not recorded."""

import json
import re
from pathlib import Path
from typing import Any

from tests.contract.search.loopback import Request, Response

EXCHANGES = Path(__file__).parent / "exchanges"
KEY = "recording-master-key-0123456789"


def load(name: str) -> list[tuple[Request, Response]]:
    """Every exchange of a recording, in order."""
    lines = (EXCHANGES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    exchanges = [json.loads(line) for line in lines]
    return [(Request(**exchange["request"]), Response(**exchange["response"])) for exchange in exchanges]


def noted(note: str) -> Response:
    """What the server answered under this note in `server.jsonl`."""
    lines = (EXCHANGES / "server.jsonl").read_text(encoding="utf-8").splitlines()
    (found,) = [exchange for exchange in map(json.loads, lines) if exchange["note"] == note]
    return Response(**found["response"])


def task_over(uid: int) -> Response:
    """How the task of this number ended in `server.jsonl`."""
    (found,) = [response for request, response in load("server") if request.path == f"/tasks/{uid}"]
    return found


def shape(path: str) -> str:
    """A path without the names and numbers in it."""
    return re.sub(r"^/tasks/\d+$", "/tasks/{uid}", re.sub(r"^/indexes/[^/]+", "/indexes/{uid}", path))


class Replay:
    """Answers in the recorded order; what comes otherwise is written down and answered 500."""

    def __init__(self, exchanges: list[tuple[Request, Response]]) -> None:
        self._waiting = list(exchanges)
        self.surprises: list[str] = []

    def __call__(self, request: Request) -> Response:
        if not self._waiting:
            self.surprises.append(f"after the end: {request}")
            return Response(500, {}, None)
        expected, response = self._waiting.pop(0)
        if request != expected:
            self.surprises.append(f"\nexpected {expected}\ngot      {request}")
            return Response(500, {}, None)
        return response

    @property
    def left(self) -> int:
        """Exchanges that nobody asked for."""
        return len(self._waiting)


class Scripted:
    """Answers what the script says for each method and path shape, in turn and the last one for ever."""

    def __init__(self, script: dict[str, list[Response]]) -> None:
        self._script = script
        self.received: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.received.append(request)
        answers = self._script[f"{request.method} {shape(request.path)}"]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def count(self, method: str, path: str) -> int:
        """How many requests came to a path shape."""
        return sum(request.method == method and shape(request.path) == path for request in self.received)


def same_type(sent: Any, accepted: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether a value has the JSON type of an accepted one."""
    return type(sent) is type(accepted)
