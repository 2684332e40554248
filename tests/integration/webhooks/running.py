"""Webhooks beside a catalog, both in this process, with partners that have keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from cryptography.fernet import Fernet
from fastapi import FastAPI
from pydantic import SecretStr

from services.webhooks.app import create_app
from services.webhooks.settings import WebhooksSettings
from tests.conftest import running
from tests.integration.catalog.partners import Headers, Partner, bearer, make, make_partner

V1 = "/webhooks/v1"
ENDPOINTS = f"{V1}/endpoints"
SEALING_KEY = Fernet.generate_key().decode()
NOWHERE = "http://127.0.0.1:9/hook"
"""A URL that an endpoint may have here; nothing listens there."""

LOOPBACK = ("127.0.0.0/8",)


@dataclass(frozen=True)
class Beside:
    """A client of webhooks, one of the catalog that it follows, and two partners."""

    client: httpx.AsyncClient
    catalog: httpx.AsyncClient
    app: FastAPI
    a: Partner
    b: Partner
    url: str
    """Of webhooks' database."""

    async def make(self, who: Headers | None = None, **written: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
        """A new endpoint, of partner A unless `who` are another one's."""
        answer = await self.client.post(ENDPOINTS, json={"url": NOWHERE} | written, headers=who or self.a.headers)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


def settings_for(database: str, service_key: str, **changes: Any) -> WebhooksSettings:  # noqa: ANN401 - any setting
    """Settings that let endpoints be on loopback."""
    given: dict[str, Any] = {
        "environment": "development",
        "catalog_key": SecretStr(service_key),
        "secret_keys": (SecretStr(SEALING_KEY),),
        "allowed_subnets": LOOPBACK,
    }
    return WebhooksSettings(database_url=database, **(given | changes))


@asynccontextmanager
async def beside(
    catalog: httpx.AsyncClient,
    admin: Headers,
    database: str,
    **changes: Any,  # noqa: ANN401 - any setting
) -> AsyncIterator[Beside]:
    """Webhooks as long as the block runs; `changes` are of its settings."""
    service = await make(catalog, "api-keys", {"name": "webhooks", "scopes": ["introspect"]}, admin)
    a, b = [await make_partner(catalog, admin, slug, ["records:write", "webhooks:manage"]) for slug in ("a", "b")]
    app = create_app(settings_for(database, service["key"], **changes), catalog=catalog)
    async with running(app) as client:
        yield Beside(client, catalog, app, a, b, database)


async def another_key(catalog: httpx.AsyncClient, admin: Headers, partner: Partner, *scopes: str) -> Headers:
    """Headers with another key of the partner."""
    made = await make(catalog, "api-keys", {"name": "another", "partner": partner.slug, "scopes": list(scopes)}, admin)
    return bearer(made["key"])
