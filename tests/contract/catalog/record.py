"""Record the examples of the catalog's document anew: `python -m tests.contract.catalog.record`.

Of each kind a record of the data set as it is read in French, and as somebody would write it.
"""

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import orjson

from services.catalog.app import EXAMPLES, create_app
from services.catalog.kinds import KINDS
from services.catalog.loading.loader import load
from services.catalog.records.documents import written_of
from services.catalog.records.kinds import Kind
from services.catalog.records.representation import State
from services.catalog.records.shapes import Leaf, Refers, changed
from services.catalog.settings import CatalogSettings
from services.common.migrations import migrate
from services.local.postgres import EmbeddedPostgres
from tests.conftest import DATA, ROOT, running
from tests.contract.common import new_records

RECORDS = new_records.EXAMPLES | {"initiative": "marche-producteurs-fes"}


VOLATILE = {"id", "created_at", "updated_at", "review_due"}


def lasting(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Without what another load of the data set gives anew."""
    if isinstance(value, dict):
        return {name: lasting(inner) for name, inner in value.items() if name not in VOLATILE}
    return [lasting(item) for item in value] if isinstance(value, list) else value


async def recorded(catalog: httpx.AsyncClient) -> dict[str, Any]:
    """Examples by the names of their schemas."""
    lines = [orjson.loads(line) for line in (await catalog.get("/catalog/v1/snapshot")).content.splitlines()]
    states = {(line["type"], line["data"].get("slug")): line["data"] for line in lines[1:-1]}
    slugs = {state["id"]: slug for (_, slug), state in states.items()}
    found = {}
    for kind in KINDS:
        slug = RECORDS[kind.name]
        read = (await catalog.get(f"/catalog/v1/{kind.collection}/{slug}?lang=fr")).json()
        name = kind.write.__name__.removesuffix("Write")
        found[f"{name}Read"] = read
        found[f"{name}Written"] = read | {"possible_duplicates": []}
        found[f"{name}Write"] = as_written(kind, states[kind.name, slug], slugs)
    return found


def as_written(kind: Kind, state: State, slugs: Mapping[str, str]) -> dict[str, Any]:
    """What one sends to make such a record: others by their slugs, and nothing that goes without saying."""

    def by_slug(leaf: Leaf, value: Any, former: Any) -> Any:  # noqa: ANN401, ARG001 - as `changed` calls it
        return slugs[value] if isinstance(leaf, Refers) and value else value

    document = changed(kind.shape, written_of(kind, state), None, by_slug)
    written = kind.write.model_validate(document | {"review_due": None})
    return written.model_dump(mode="json", exclude_defaults=True)


async def record(url: str) -> dict[str, Any]:
    await migrate(ROOT / "services" / "catalog" / "migrations", url)
    await load(url, DATA)
    async with running(create_app(CatalogSettings(database_url=url))) as catalog:
        return await recorded(catalog)


def main() -> None:
    """Write the file."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder), settings={"fsync": "off"}) as server:
        server.create_database("catalog")
        found = asyncio.run(record(server.url("catalog")))
    EXAMPLES.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n")


if __name__ == "__main__":
    main()
