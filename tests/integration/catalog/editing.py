"""Steps of those who keep the records, over the API."""

from typing import Any

import httpx

from tests.integration.catalog.partners import ANY, PATCH, Headers

V1 = "/catalog/v1"


async def step(
    catalog: httpx.AsyncClient, address: str, action: str, headers: Headers, reason: str | None = None
) -> httpx.Response:
    """One step of a record's review."""
    body = {"action": action} | ({"reason": reason} if reason else {})
    return await catalog.post(f"{V1}/{address}/review", json=body, headers=headers | ANY)


async def took(
    catalog: httpx.AsyncClient, address: str, action: str, headers: Headers, reason: str | None = None
) -> dict[str, Any]:
    """A step that has to succeed."""
    answer = await step(catalog, address, action, headers, reason)
    assert answer.status_code == 200, answer.text
    done: dict[str, Any] = answer.json()
    return done


async def patch(
    catalog: httpx.AsyncClient, address: str, body: dict[str, Any], headers: Headers, if_match: str = "*"
) -> httpx.Response:
    """A merge patch."""
    return await catalog.patch(f"{V1}/{address}", json=body, headers=headers | PATCH | {"If-Match": if_match})


async def merge(
    catalog: httpx.AsyncClient, address: str, into: str, headers: Headers, reason: str = "Doublon"
) -> httpx.Response:
    """A merge."""
    return await catalog.post(f"{V1}/{address}/merge?reason={reason}", json={"into": into}, headers=headers | ANY)


async def read(catalog: httpx.AsyncClient, path: str, headers: Headers | None = None) -> dict[str, Any]:
    """What a GET answers, which has to succeed."""
    answer = await catalog.get(f"{V1}/{path}", headers=headers or {})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def head(catalog: httpx.AsyncClient) -> str:
    """The cursor of the newest change."""
    return str((await read(catalog, "changes/status"))["head"])


async def told(catalog: httpx.AsyncClient, since: str) -> list[dict[str, Any]]:
    """The changes since a cursor."""
    items: list[dict[str, Any]] = (await read(catalog, f"changes?limit=1000&include=data&since={since}"))["items"]
    return items


async def events(catalog: httpx.AsyncClient, since: str) -> list[tuple[str, int]]:
    """Their types and versions."""
    return [(change["type"], change["version"]) for change in await told(catalog, since)]


async def actions(catalog: httpx.AsyncClient, address: str, headers: Headers | None = None) -> list[tuple[int, str]]:
    """(version, action) of a record's revisions, the newest first."""
    items = (await read(catalog, f"{address}/revisions?limit=200", headers))["items"]
    return [(item["version"], item["action"]) for item in items]
