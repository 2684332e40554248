"""`letsfood up`: every service in this process, on one port."""

import asyncio
import os
from pathlib import Path

from services.catalog.settings import CatalogSettings
from services.common.telemetry.logs import configure_logging
from services.common.telemetry.settings import ProcessSettings
from services.launch.greeting import greet
from services.launch.machine import SERVICES, machine, prepare
from services.launch.safety import read_settings
from services.launch.server import HOST, listening, serve_app
from services.launch.stopping import blocking
from services.local.state import refuse_running
from services.matching.settings import MatchingSettings
from services.search.settings import SearchSettings
from services.standalone import StandaloneSettings, create_app
from services.webhooks.settings import WebhooksSettings


async def up(state_dir: Path, port: int) -> None:
    """Prepare and serve everything until cancelled; raises `LocalError` for what is in the way."""
    configure_logging(read_settings(ProcessSettings), development=True)
    await blocking(refuse_running, state_dir)
    with listening(port) as listener:
        address = f"http://{HOST}:{port}"
        async with machine(state_dir, address) as place:
            await prepare(place)
            addresses = dict.fromkeys(SERVICES, address)
            os.environ.update(place.environment(addresses))
            settings = StandaloneSettings(
                read_settings(CatalogSettings),
                read_settings(SearchSettings),
                read_settings(MatchingSettings),
                read_settings(WebhooksSettings),
            )
            app = create_app(settings)
            greeting = asyncio.create_task(greet(addresses, place))
            try:
                await serve_app(app, listener, app.begin_stopping)
            finally:
                greeting.cancel()
