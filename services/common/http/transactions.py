"""What routes that write work with: the request's one transaction, and a creation that happens once.

The app keeps its open `Database` as `app.state.database`.
"""

from collections.abc import AsyncIterator
from typing import Annotated, cast

from fastapi import Depends, Request
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.access.requires import CallerDep
from services.common.database import Database
from services.common.idempotency.once import Once
from services.common.idempotency.requests import IdempotencyKeyHeader


async def transaction_of(request: Request) -> AsyncIterator[AsyncSession]:
    """FastAPI dependency: the request's one transaction."""
    async with cast("Database", request.app.state.database).transaction() as session:
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
