"""`letsfood up-services`: each service in a process of its own, and `letsfood serve`, which is one of them."""

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from services.common.settings import ServiceSettings
from services.common.telemetry.logs import configure_logging
from services.common.telemetry.settings import ProcessSettings
from services.launch.databases import require_migrated
from services.launch.greeting import greet
from services.launch.machine import Machine, machine, migrations_of, prepare
from services.launch.safety import read_service_settings, read_settings, variable
from services.launch.server import HOST, listening, serve_app
from services.launch.stopping import blocking
from services.local.errors import LocalError
from services.local.state import refuse_running


def _catalog() -> tuple[ServiceSettings, FastAPI]:
    from services.catalog.app import create_app
    from services.catalog.settings import CatalogSettings

    settings = read_service_settings(CatalogSettings)
    return settings, create_app(settings)


def _search() -> tuple[ServiceSettings, FastAPI]:
    from services.search.app import create_app
    from services.search.settings import SearchSettings

    settings = read_service_settings(SearchSettings)
    return settings, create_app(settings)


def _matching() -> tuple[ServiceSettings, FastAPI]:
    from services.matching.app import create_app
    from services.matching.settings import MatchingSettings

    settings = read_service_settings(MatchingSettings)
    return settings, create_app(settings)


def _webhooks() -> tuple[ServiceSettings, FastAPI]:
    from services.webhooks.app import create_app
    from services.webhooks.settings import WebhooksSettings

    settings = read_service_settings(WebhooksSettings)
    return settings, create_app(settings)


APPS: Mapping[str, Callable[[], tuple[ServiceSettings, FastAPI]]] = {
    "catalog": _catalog,
    "search": _search,
    "matching": _matching,
    "webhooks": _webhooks,
}
"""The services, each made from the settings in the environment."""


ENDING_S = 15
"""For what a process does after its requests: giving back connections, and sending the last traces (at most 10 s)."""


async def up_services(state_dir: Path, port: int) -> None:
    """Serve each service on a port of its own, `port` and those after it, until cancelled or one of them ends."""
    ports = {name: port + place for place, name in enumerate(APPS)}
    await blocking(refuse_running, state_dir)
    for number in ports.values():
        with listening(number):
            continue
    addresses = {name: f"http://{HOST}:{number}" for name, number in ports.items()}
    async with machine(state_dir, addresses["catalog"]) as place:
        await prepare(place)
        async with AsyncExitStack() as stack:
            environment = os.environ | environment_apart(place, addresses)
            processes = [await stack.enter_async_context(_process(name, ports[name], environment)) for name in APPS]
            greeting = asyncio.create_task(greet(addresses, place))
            stack.callback(greeting.cancel)
            ends = [asyncio.create_task(process.wait()) for process in processes]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            raise LocalError("A service ended by itself; its last words stand above.")


def environment_apart(place: Machine, addresses: Mapping[str, str]) -> dict[str, str]:
    """The settings of services that each have an address of their own; `addresses` are by service."""
    settings = place.environment(addresses)
    public = "WEBHOOKS_CATALOG_PUBLIC_URL"
    return {
        **settings,
        **{f"{service}_CATALOG_URL": addresses["catalog"] for service in ("SEARCH", "MATCHING", "WEBHOOKS")},
        public: os.environ.get(public) or settings["CATALOG_PUBLIC_URL"],
    }


@asynccontextmanager
async def _process(name: str, port: int, environment: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """A running service; it is asked to stop at the end of the block, and stops by itself when this process is gone."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "services.cli", "serve", name, "--port", str(port), "--with-parent"),
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), ProcessSettings().shutdown_seconds + ENDING_S)
            except TimeoutError:
                process.kill()
                await process.wait()


async def serve(name: str, port: int, *, with_parent: bool) -> None:
    """Serve one service until cancelled; `with_parent`: also until standard input ends, as it does with the parent."""
    with listening(port) as listener:
        development = os.environ.get(f"{name.upper()}_ENVIRONMENT") == "development"
        configure_logging(read_settings(ProcessSettings), development=development)
        settings, app = APPS[name]()
        url: str | None = getattr(settings, "database_url", None)
        if url is not None:
            await require_migrated(variable(type(settings), "database_url"), url, migrations_of(name))
        serving = asyncio.ensure_future(serve_app(app, listener, app.state.stopping.begin))
        if with_parent:
            loop = asyncio.get_running_loop()
            threading.Thread(target=_await_end_of_input, args=(loop, serving), daemon=True).start()
        try:
            await serving
        except asyncio.CancelledError:
            serving.cancel()
            await asyncio.wait([serving])
            raise


def _await_end_of_input(loop: asyncio.AbstractEventLoop, serving: asyncio.Future[None]) -> None:
    while os.read(sys.stdin.fileno(), 4096):  # not through the buffer: its lock would be held at the interpreter's end
        continue
    loop.call_soon_threadsafe(serving.cancel)
