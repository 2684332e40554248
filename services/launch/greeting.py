"""Telling whoever started it when everything answers, and what to try."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

import httpx
from rich.progress import Progress, SpinnerColumn, TextColumn

from services.launch.machine import Machine, console

POLL_S = 0.05
FOLLOWERS = {"search": "search index", "matching": "matching profiles"}


async def greet(addresses: Mapping[str, str], place: Machine) -> None:
    """Wait until everything answers with all that there is, then say where it is. `addresses` are by service."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    async with httpx.AsyncClient() as client:
        with Progress(*columns, console=console, transient=True) as bars:
            for service, what in FOLLOWERS.items():
                task = bars.add_task(f"Building the {what}", total=None)
                await _caught_up(client, f"{addresses[service]}/{service}/v1/status")
                bars.remove_task(task)
        await _ready(client, f"{addresses['webhooks']}/webhooks/health/ready")
    console.print(_welcome(addresses, place))


async def _ready(client: httpx.AsyncClient, address: str) -> None:
    while True:
        with suppress(httpx.TransportError):
            if (await client.get(address)).is_success:
                return
        await asyncio.sleep(POLL_S)


async def _caught_up(client: httpx.AsyncClient, address: str) -> None:
    while True:
        with suppress(httpx.TransportError):  # not listening yet
            answer = await client.get(address)
            if answer.is_success and answer.json()["behind"] == 0:
                return
        await asyncio.sleep(POLL_S)


def _welcome(addresses: Mapping[str, str], place: Machine) -> str:
    catalog, search, matching, webhooks = (addresses[name] for name in ("catalog", "search", "matching", "webhooks"))
    one_address = len(set(addresses.values())) == 1
    documents = [f"{catalog}/docs"] if one_address else [f"{at}/{name}/docs" for name, at in addresses.items()]
    pages = "\n".join(f"  {address}" for address in documents)
    return (
        f"[bold]Serving[/bold] on {catalog}  (stop: Ctrl-C or make down)\n"
        f"Try\n"
        f"  {catalog}/catalog/v1/territories/montpellier?lang=fr\n"
        f"  {search}/search/v1/initiatives?q=food+waste&lang=en\n"
        f"  {matching}/matching/v1/territories/montpellier/matches\n"
        f"  {webhooks}/webhooks/v1/event-types\n"
        f"Read\n{pages}\n"
        f"The key that may write is in {place.state.folder / 'admin-key'}"
    )
