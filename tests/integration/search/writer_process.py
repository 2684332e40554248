"""A process that writes an embedded index, and can be told to die by SIGKILL after so many steps on the disk."""

import asyncio
import os
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

from services.search.documents import build_document
from services.search.engines.embedded import EmbeddedEngine
from tests.contract.search.real_records import initiative_states, metadata, real_documents, vocabularies

BATCH = 5
ROUNDS = 2
STEPS = frozenset({"commit", "wait_merging_threads", "mkdir", "open", "write", "close", "fsync", "replace", "rmdir"})
"""Calls that change something on the disk: tantivy's and the operating system's."""


class Death:
    """Kills this process right after the `after`-th of `STEPS`; 0: never."""

    def __init__(self, after: int) -> None:
        self._left = after
        self.armed = False

    def __call__(self, _: FrameType, event: str, called: Any) -> None:  # noqa: ANN401 - what profilers are given
        if self.armed and event == "c_return" and getattr(called, "__name__", "") in STEPS:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


async def write(engine: EmbeddedEngine) -> None:
    """New versions of the same documents, one fewer each time; the cursor of a batch is its version."""
    for version in range(2, 2 + ROUNDS):
        documents = real_documents()[: BATCH + 1 - version]
        gone = real_documents()[BATCH + 1 - version]
        states = [initiative_states()[document.card["slug"]] for document in documents]
        batch = [build_document({**state, "version": version}, vocabularies()) for state in states]
        await engine.apply(batch, [gone.id], str(version))
        say(version)


async def rebuild(engine: EmbeddedEngine) -> None:
    """Rebuild, each time with one document fewer and the round as the cursor."""
    for version in range(2, 2 + ROUNDS):
        async with engine.rebuild() as aside:
            await aside.add(
                [replace(document, version=version) for document in real_documents()[: BATCH + 1 - version]]
            )
            await aside.finish(metadata(str(version)))
        say(version)


def say(what: object) -> None:
    print(what, flush=True)  # noqa: T201 - the parent reads it


async def main(folder: Path, task: str, death: Death) -> None:
    engine = EmbeddedEngine(folder)
    await engine.open()
    if not await engine.acquire_writer():
        say("held")
        return
    async with engine.rebuild() as aside:
        await aside.add(real_documents()[:BATCH])
        await aside.finish(metadata("1"))
    say(1)
    if task == "hold":
        await asyncio.Event().wait()
    death.armed = True
    await {"write": write, "rebuild": rebuild}[task](engine)
    death.armed = False
    await engine.close()


if __name__ == "__main__":
    last_breath = Death(int(sys.argv[3]))
    threading.setprofile(last_breath)
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], last_breath))
