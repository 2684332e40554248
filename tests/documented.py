"""Answers are what the documents say they are, in status and head: looked at in every test that asks over HTTP."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import orjson

DOCUMENT = Path(__file__).parent.parent / "openapi/letsfood.json"
HEADS = {"location", "etag", "content-language", "link", "idempotent-replayed"}
EVERYWHERE = {405, 500, 501}
"""What concerns no operation, or should never be."""


async def require_documented(answer: httpx.Response) -> None:
    """Fail unless the answer's status is one of its operation, and what is in its head is named there."""
    responses = _responses(answer.request.method, answer.request.url.path)
    if responses is None or answer.status_code in EVERYWHERE:
        return
    asked = f"{answer.request.method} {answer.request.url.path} {answer.status_code}"
    documented = responses.get(str(answer.status_code))
    assert documented is not None, f"{asked} is not documented"
    if answer.is_success:
        unnamed = HEADS & set(answer.headers) - {name.lower() for name in documented.get("headers", {})}
        assert not unnamed, f"{asked} has {unnamed} in its head, which is not documented"


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
