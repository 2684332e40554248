"""Ending in order: signals cancel the main task, and nothing that blocks is left half done."""

import asyncio
import importlib
import importlib.util
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def _until_stopped(work: Coroutine[object, object, None]) -> None:
    task = asyncio.ensure_future(work)
    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


def run_until_stopped(work: Coroutine[object, object, None]) -> None:
    """Run to the end, or until Ctrl-C, SIGTERM or a closed terminal cancels it: then it clears up and returns."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_until_stopped(work))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where it is installed: it takes a good part of the time off every request."""
    if importlib.util.find_spec("uvloop") is None:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = importlib.import_module("uvloop").new_event_loop
    return factory


async def blocking(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking function in a thread. When cancelled it is awaited first: half done, it could not be undone."""
    running = asyncio.ensure_future(asyncio.to_thread(function, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        with suppress(Exception):
            await asyncio.wait([running])
        raise
