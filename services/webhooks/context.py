"""What webhooks' routes work with, opened in the app's lifespan."""

from dataclasses import dataclass
from typing import Annotated, cast

import httpx
from fastapi import Depends, Request

from services.common.database import Database
from services.webhooks.endpoints.vault import Vault
from services.webhooks.outbound.policy import Policy
from services.webhooks.outbound.resolving import Resolver
from services.webhooks.settings import WebhooksSettings


@dataclass(frozen=True)
class Webhooks:
    """The open database, what seals secrets, where deliveries may go, and the way to the catalog."""

    settings: WebhooksSettings
    database: Database
    vault: Vault
    policy: Policy
    resolve: Resolver
    catalog: httpx.AsyncClient


async def webhooks_of(request: Request) -> Webhooks:
    """FastAPI dependency: the running service."""
    return cast("Webhooks", request.app.state.webhooks)


WebhooksDep = Annotated[Webhooks, Depends(webhooks_of)]
