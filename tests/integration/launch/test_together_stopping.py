"""All services in one process: when it ends, the followers in it do not go on asking the feed beside them."""

import asyncio
from pathlib import Path

import httpx
from cryptography.fernet import Fernet
from pydantic import SecretStr

from services.catalog.settings import CatalogSettings
from services.matching.settings import MatchingSettings
from services.search.settings import SearchSettings
from services.standalone import StandaloneSettings, create_app
from services.webhooks.settings import WebhooksSettings

LIMIT_S = 30
POLLS = 'letsfood_http_requests_total{method="GET",route="/catalog/v1/changes",status="200"}'


async def polls(client: httpx.AsyncClient) -> float:
    lines = (await client.get("/catalog/metrics")).text.splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(POLLS))


async def test_followers_stop_with_the_process(
    empty_catalog_database: str, matching_database: str, webhooks_database: str, tmp_path: Path
) -> None:
    app = create_app(
        StandaloneSettings(
            CatalogSettings(database_url=empty_catalog_database, environment="development"),
            SearchSettings(index_folder=tmp_path / "index", environment="development"),
            MatchingSettings(database_url=matching_database, environment="development"),
            WebhooksSettings(
                database_url=webhooks_database,
                secret_keys=(SecretStr(Fernet.generate_key().decode()),),
                environment="development",
            ),
        )
    )
    transport = httpx.ASGITransport(app)
    async with (
        app.pages.router.lifespan_context(app.pages),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
        asyncio.timeout(LIMIT_S),
    ):
        await app.services["search"].state.follower.caught_up()
        await app.services["matching"].state.matching.follower.caught_up()
        await app.services["webhooks"].state.engine.follower.caught_up()
        await asyncio.sleep(0.3)  # all have asked once more and wait
        before = await polls(client)
        app.begin_stopping()
        await asyncio.sleep(0.6)
        assert await polls(client) == before + 3  # those three, answered
        for service in app.services:
            assert (await client.get(f"/{service}/health/ready")).json()["waiting_for"] == {"process": "it is stopping"}
