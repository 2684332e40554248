"""A process that writes an embedded index until it is killed; it says on stdout what has become durable."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from services.search.documents import build_document
from services.search.engines.embedded import EmbeddedEngine
from tests.contract.search.real_records import initiative_states, metadata, real_documents, vocabularies

BATCH = 20


async def write(engine: EmbeddedEngine) -> None:
    """Ever new versions of the same documents; the cursor of a batch is its version."""
    documents = real_documents()[:BATCH]
    states = [initiative_states()[document.card["slug"]] for document in documents]
    version = 1
    while True:
        version += 1
        batch = [build_document({**state, "version": version}, vocabularies()) for state in states]
        await engine.apply(batch, [], str(version))
        say(version)


async def rebuild(engine: EmbeddedEngine) -> None:
    """Rebuild again and again, each time with another number of documents, which is also the cursor."""
    count = BATCH
    while True:
        count += 1
        async with engine.rebuild() as aside:
            for document in real_documents()[:count]:
                await aside.add([replace(document, version=count)])
            say(f"{count} aside")
            await aside.finish(metadata(str(count)))
        say(count)


def say(what: object) -> None:
    print(what, flush=True)  # noqa: T201 - the parent reads it


async def main(folder: Path, task: str) -> None:
    engine = EmbeddedEngine(folder)
    await engine.open()
    if not await engine.acquire_writer():
        say("held")
        return
    async with engine.rebuild() as aside:
        await aside.add(real_documents()[:BATCH])
        await aside.finish(metadata("1"))
    say(1)
    await {"write": write, "rebuild": rebuild}[task](engine)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
