"""Record the examples of events anew, from the real data set: `python -m tests.contract.webhooks.record`."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import httpx
import orjson

from services.catalog.app import create_app
from services.catalog.loading.loader import load
from services.catalog.settings import CatalogSettings
from services.common.migrations import migrate
from services.local.postgres import EmbeddedPostgres
from services.webhooks.event_types.examples import RECORDED
from tests.conftest import DATA, ROOT, running

OWN = ("endpoint",)
"""Written by hand: it does not come from the catalog."""


async def first_of_each_kind(url: str) -> dict[str, Any]:
    """By kind: the first record that the feed tells of."""
    await migrate(ROOT / "services" / "catalog" / "migrations", url)
    await load(url, DATA)
    found: dict[str, Any] = {}
    async with running(create_app(CatalogSettings(database_url=url))) as catalog:
        page: dict[str, Any] = {"has_more": True, "next": None}
        while page["has_more"]:
            page = await _page(catalog, page["next"])
            for item in page["items"]:
                found.setdefault(item["subject"]["type"], _example(item))
    return found


async def _page(catalog: httpx.AsyncClient, since: str | None) -> dict[str, Any]:
    params = {"include": "data", "limit": "1000"} | ({"since": since} if since else {})
    page: dict[str, Any] = (await catalog.get("/catalog/v1/changes", params=params)).json()
    return page


def _example(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": item["subject"]["id"],
        "version": item["version"],
        "change_id": item["id"],
        "occurred_at": item["occurred_at"],
        "state": item["data"],
    }


def main() -> None:
    """Write `examples.json`."""
    kept = {kind: example for kind, example in orjson.loads(RECORDED.read_bytes()).items() if kind in OWN}
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder), settings={"fsync": "off"}) as server:
        server.create_database("catalog")
        found = asyncio.run(first_of_each_kind(server.url("catalog")))
    found.pop("feed", None)
    RECORDED.write_bytes(orjson.dumps(kept | found, option=orjson.OPT_INDENT_2) + b"\n")


if __name__ == "__main__":
    main()
