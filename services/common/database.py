"""A service's own PostgreSQL database: sessions for writes, a bare pool for hot reads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import asyncpg
from asyncpg.pool import PoolAcquireContext
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.pool import QueuePool
from sqlmodel.ext.asyncio.session import AsyncSession

IDLE_IN_TRANSACTION_MS = "10000"
"""A session that forgets its transaction is ended by the server: it would hold row locks and keep vacuum back."""

STATEMENT_TIMEOUT_MS = "30000"
"""No request waits longer for one statement; the loader and the snapshot lift it for themselves."""

CHECK_TIMEOUT_S = 2.0
CONNECT_TIMEOUT_S = 5.0

MIGRATED = "select to_regclass('alembic_version') is not null"

POOL_TIMEOUT_S = 5.0
"""How long a request waits for a connection, unless the settings say otherwise."""

SERVER_SETTINGS = {
    "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_MS,
    "statement_timeout": STATEMENT_TIMEOUT_MS,
    "timezone": "UTC",
    "jit": "off",  # compiling costs more than these short statements take
}


def sqlalchemy_url(url: str) -> str:
    """`postgresql://…` as SQLAlchemy wants it for asyncpg."""
    return make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


class ReadPool(asyncpg.Pool):
    """Connections for reads. Who finds none free waits at most `timeout_s` and then gets TimeoutError.

    Nothing that reads here changes its session, so that a connection is handed on as it is: setting it back would
    cost each read a second round trip. What a transaction sets, it sets for itself (`set local`).
    """

    timeout_s: float = POOL_TIMEOUT_S

    @classmethod
    async def open(cls, url: str, size: int, timeout_s: float) -> "ReadPool":
        """A pool of at most `size` connections."""
        pool = cls(
            url,
            connection_class=asyncpg.Connection,  # type: ignore[arg-type]  # the stubs mean an instance of it
            record_class=asyncpg.Record,
            min_size=1,
            max_size=size,
            max_queries=50_000,
            loop=None,
            setup=None,
            init=None,
            reset=_leave_as_it_is,
            max_inactive_connection_lifetime=300.0,
            server_settings=SERVER_SETTINGS,
            timeout=CONNECT_TIMEOUT_S,
        )
        pool.timeout_s = timeout_s
        await pool
        return pool

    def acquire(self, *, timeout: float | None = None) -> PoolAcquireContext:
        """A connection for the length of the block. The wait is only timed where there is one: timing costs a task."""
        if timeout is None and self.get_size() >= self.get_max_size() and self.get_idle_size() == 0:
            timeout = self.timeout_s
        return super().acquire(timeout=timeout)


async def _leave_as_it_is(connection: object) -> None:
    """In the place of asyncpg's own reset."""


class Database:
    """Opened in an app's lifespan. `transaction()` is one unit of work: everything in it, or nothing."""

    def __init__(self, url: str, pool_size: int = 10, pool_timeout_s: float = POOL_TIMEOUT_S) -> None:
        self.url = url
        self._pool_size = pool_size
        self._pool_timeout_s = pool_timeout_s
        self._engine: AsyncEngine | None = None
        self._pool: asyncpg.Pool | None = None

    async def open(self) -> None:
        """Connect; raises OSError or asyncpg.PostgresError when the server cannot be reached."""
        self._pool = await ReadPool.open(self.url, self._pool_size, self._pool_timeout_s)
        self._engine = create_async_engine(
            sqlalchemy_url(self.url),
            pool_size=self._pool_size,
            pool_timeout=self._pool_timeout_s,
            max_overflow=0,
            connect_args={"server_settings": SERVER_SETTINGS},
            hide_parameters=True,  # what people wrote, and hashes of keys, have no place in a log
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

    def connections(self) -> dict[str, dict[str, int]]:
        """Per pool how many connections are open, in use, and may be; nothing while the database is not open."""
        if self._pool is None or self._engine is None:
            return {}
        reads, writes = self._pool, cast("QueuePool", self._engine.pool)
        used = reads.get_size() - reads.get_idle_size()
        limit = self._pool_size
        return {
            "reads": {"open": reads.get_size(), "used": used, "limit": limit},
            "writes": {"open": writes.checkedin() + writes.checkedout(), "used": writes.checkedout(), "limit": limit},
        }

    async def trouble(self) -> str | None:
        """Why the database cannot be used just now; None when it can."""
        try:
            migrated = await asyncio.wait_for(self.pool.fetchval(MIGRATED), CHECK_TIMEOUT_S)
        except (TimeoutError, OSError, RuntimeError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            return f"the database does not answer ({type(error).__name__})"
        return None if migrated else "the database has not been migrated"

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
