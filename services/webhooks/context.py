"""What webhooks' routes work with, opened in the app's lifespan."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, cast

import httpx
from fastapi import Depends, Request
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.access.requires import CallerDep
from services.common.database import Database
from services.common.idempotency.once import Once
from services.common.idempotency.requests import IdempotencyKeyHeader
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


async def transaction_of(webhooks: WebhooksDep) -> AsyncIterator[AsyncSession]:
    """FastAPI dependency: the request's one transaction."""
    async with webhooks.database.transaction() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(transaction_of, scope="function")]
"""Committed before the answer is sent, so that a failed commit is still an error answer."""


async def once_of(
    request: Request, session: SessionDep, caller: CallerDep, idempotency_key: IdempotencyKeyHeader = None
) -> Once:
    """FastAPI dependency: the creation that this request asks for, in the request's transaction."""
    return await Once.begin(session, request, caller.key or "", idempotency_key)


OnceDep = Annotated[Once, Depends(once_of)]
"""Of every POST that creates; it ends with `return await once.keep(answer)`."""
