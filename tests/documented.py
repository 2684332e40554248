"""Answers are what the documents say they are, in status and head: looked at in every test that asks over HTTP."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import orjson

DOCUMENT = Path(__file__).parent.parent / "openapi/letsfood.json"
HEADS = {"location", "etag", "link", "idempotent-replayed", "retry-after", "www-authenticate", "accept-patch"}
OF_TEXTS = {"content-language"}
"""Problems all have it."""

EVERYWHERE = {405, 500, 501}
"""What concerns no operation, or should never be."""


class Documented:
    """Looks at answers, as a hook of httpx, and keeps what the documents do not name: whoever asks may be the app."""

    def __init__(self) -> None:
        self.missing: list[str] = []

    async def look(self, answer: httpx.Response) -> None:
        """Whether the answer's status is one of its operation, and what is in its head is named there."""
        responses = _responses(answer.request.method, answer.request.url.path)
        if responses is None or answer.status_code in EVERYWHERE:
            return
        asked = f"{answer.request.method} {answer.request.url.path} {answer.status_code}"
        documented = responses.get(str(answer.status_code))
        if documented is None:
            self.missing.append(asked)
            return
        looked_for = HEADS | OF_TEXTS if answer.is_success else HEADS
        named = {name.lower() for name in documented.get("headers", {})}
        self.missing += [f"{asked}: {name}" for name in looked_for & set(answer.headers) - named]


@cache
def _operations() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    paths: dict[str, Any] = orjson.loads(DOCUMENT.read_bytes())["paths"]
    found = sorted(paths.items(), key=lambda item: item[0].count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), item) for path, item in found]


@cache
def _responses(method: str, path: str) -> dict[str, Any] | None:
    """Those of the operation that is asked; None for one that the documents do not have."""
    for pattern, item in _operations():
        if pattern.fullmatch(path):
            operation = item.get(method.replace("HEAD", "GET").lower())
            return operation["responses"] if operation else None
    return None
