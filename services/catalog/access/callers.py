"""Keys as the catalog's own database knows them: a revoked one works no more at once."""

import asyncio
import hmac
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import asyncpg

from services.catalog.access.models import SUSPENDED
from services.common.access.caller import Caller, CallersUnavailable, Ended
from services.common.access.keys import Key
from services.common.access.scopes import with_included
from services.common.clock import now
from services.common.database import Database

logger = logging.getLogger(__name__)

NOTED_EVERY = timedelta(minutes=1)
"""How precisely the last use of a key is known."""

FIND = """
select k.partner_id, k.digest, k.scopes, k.expires_at, k.revoked_at, k.last_used_at, p.status as partner_status
from api_key k join partner p on p.id = k.partner_id
where k.public_id = $1
"""

NOTE_USE = """
update api_key set last_used_at = $2 where public_id = $1 and (last_used_at is null or last_used_at < $2)
"""


class DatabaseCallers:
    """Looks every key up. When a key was used is written beside the request, not in it."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = now) -> None:
        self.clock = clock
        self._database = database
        self._noting: dict[str, asyncio.Task[None]] = {}

    async def resolve(self, key: Key) -> Caller | Ended | None:
        """Whose key it is, or why it is not valid any more; None for an unknown id and for a wrong secret alike."""
        try:
            row = await self._database.pool.fetchrow(FIND, key.public_id)
        except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise CallersUnavailable(type(error).__name__) from error
        if row is None or not hmac.compare_digest(row["digest"], key.digest):
            return None
        moment = self.clock()
        if (ended := _ended(row, moment)) is not None:
            return ended
        if row["last_used_at"] is None or row["last_used_at"] <= moment - NOTED_EVERY:
            self._note_use(key.public_id, moment)
        return Caller(key.public_id, row["partner_id"], with_included(row["scopes"]), row["expires_at"])

    async def close(self) -> None:
        """Until what is being written is written; before the database is closed."""
        await asyncio.gather(*self._noting.values())

    def _note_use(self, public_id: str, moment: datetime) -> None:
        if public_id not in self._noting:
            task = asyncio.create_task(self._write_use(public_id, moment), name="note the use of a key")
            self._noting[public_id] = task
            task.add_done_callback(lambda _: self._noting.pop(public_id, None))

    async def _write_use(self, public_id: str, moment: datetime) -> None:
        try:
            await self._database.pool.execute(NOTE_USE, public_id, moment)
        except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            logger.warning("the use of a key was not noted: %s", type(error).__name__)


def _ended(row: asyncpg.Record, moment: datetime) -> Ended | None:
    if row["revoked_at"] is not None:
        return Ended.REVOKED
    if row["expires_at"] is not None and row["expires_at"] <= moment:
        return Ended.EXPIRED
    return Ended.SUSPENDED if row["partner_status"] == SUSPENDED else None
