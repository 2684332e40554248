"""A service's own PostgreSQL database: sessions for writes, a bare pool for hot reads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import asyncpg
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

IDLE_IN_TRANSACTION_MS = "10000"
"""A session that forgets its transaction is ended by the server: it would hold row locks and keep vacuum back."""

STATEMENT_TIMEOUT_MS = "30000"
"""No request waits longer for one statement; the loader and the snapshot lift it for themselves."""

CHECK_TIMEOUT_S = 2.0

SERVER_SETTINGS = {
    "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_MS,
    "statement_timeout": STATEMENT_TIMEOUT_MS,
    "timezone": "UTC",
    "jit": "off",  # compiling costs more than these short statements take
}


def sqlalchemy_url(url: str) -> str:
    """`postgresql://…` as SQLAlchemy wants it for asyncpg."""
    return make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


class Database:
    """Opened in an app's lifespan. `transaction()` is one unit of work: everything in it, or nothing."""

    def __init__(self, url: str, pool_size: int = 10) -> None:
        self.url = url
        self._pool_size = pool_size
        self._engine: AsyncEngine | None = None
        self._pool: asyncpg.Pool | None = None

    async def open(self) -> None:
        """Connect; raises OSError or asyncpg.PostgresError when the server cannot be reached."""
        self._pool = await asyncpg.create_pool(
            self.url, min_size=1, max_size=self._pool_size, server_settings=SERVER_SETTINGS
        )
        self._engine = create_async_engine(
            sqlalchemy_url(self.url),
            pool_size=self._pool_size,
            max_overflow=0,
            connect_args={"server_settings": SERVER_SETTINGS},
        )
        self._sessions = async_sessionmaker(self._engine, class_=AsyncSession, expire_on_commit=False)

    async def close(self) -> None:
        """Give every connection back to the server."""
        if self._engine is not None:
            await self._engine.dispose()
        if self._pool is not None:
            await self._pool.close()

    @property
    def pool(self) -> asyncpg.Pool:
        """The pool for reads; only between `open` and `close`."""
        if self._pool is None:
            message = "the database is not open"
            raise RuntimeError(message)
        return self._pool

    async def trouble(self) -> str | None:
        """Why the database cannot be used just now; None when it can."""
        try:
            await asyncio.wait_for(self.pool.fetchval("select 1"), CHECK_TIMEOUT_S)
        except (TimeoutError, OSError, RuntimeError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            return f"the database does not answer ({type(error).__name__})"
        return None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session in one transaction: committed at the end, rolled back on any error."""
        async with self._sessions() as session, session.begin():
            yield session


async def reads_of(session: AsyncSession) -> asyncpg.Connection:
    """The session's own connection, to read what its open transaction has written."""
    await session.flush()
    raw = await (await session.connection()).get_raw_connection()
    return cast("asyncpg.Connection", raw.driver_connection)
