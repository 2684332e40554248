"""A request to the catalog with the problem that it provokes, and how such requests are made."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from tests.conftest import ADMIN_KEY

V1 = "/catalog/v1"
ADMIN = {"Authorization": f"Bearer {ADMIN_KEY}"}
JSON = {"Content-Type": "application/json"}
PATCH = ADMIN | {"Content-Type": "application/merge-patch+json"}
SEEN = PATCH | {"If-Match": "*"}


@dataclass(frozen=True)
class Case:
    """A request, and the problem that it provokes."""

    name: str
    method: str
    path: str
    slug: str
    """Of the problem; several where either is right, e.g. a number that no JSON reader has to read."""
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    has: Mapping[str, str] = field(default_factory=dict)
    """Headers that the answer must have."""
    pointers: tuple[str, ...] = ()
    """Fields that `errors` must name."""

    async def send(self, client: httpx.AsyncClient, **headers: str) -> httpx.Response:
        return await client.request(self.method, self.path, headers={**self.headers, **headers}, content=self.content)


def get(name: str, path: str, slug: str, *pointers: str, **headers: str) -> Case:
    return Case(
        name, "GET", path, slug, {key.replace("_", "-"): value for key, value in headers.items()}, pointers=pointers
    )


def do(name: str, request: str, slug: str, *pointers: str, body: object = None, if_match: str | None = "*") -> Case:
    """What an administrator asks for: `request` is the method and the path below the version."""
    method, path = request.split(" ")
    headers = PATCH if method == "PATCH" else ADMIN | JSON
    if if_match is not None:
        headers = headers | {"If-Match": if_match}
    content = None if body is None else json.dumps(body).encode()
    return Case(name, method, f"{V1}/{path}", slug, headers, content, pointers=pointers)
