"""Forgetting events, and with them their deliveries and attempts, once they are older than the settings say."""

import asyncio
import logging

import asyncpg

from services.common.database import Database

logger = logging.getLogger(__name__)

EVERY_S = 3600.0

DELIVERIES_AT_ONCE = 20_000
"""Deleted by one statement at most, with their events: it has to end within the time that the database gives it."""

ENDPOINTS = "select count(*) from endpoint"

PURGE = """
delete from event where id in (
  select id from event where received_at < now() - make_interval(days => $1)
  order by received_at limit $2 for update skip locked
)
"""
"""Deliveries and attempts go with them. A lane that loses its last delivery is cleared away by who leases it next."""

PURGE_ENDPOINTS = "delete from endpoint where deleted_at < now() - make_interval(days => $1)"
"""Until then they answer 410; their lanes and deliveries go with them."""


async def purge(database: Database, days: int) -> int:
    """Delete events taken in more than so many days ago, a few at a time; returns how many.

    Endpoints that were deleted as long ago go too, after what was delivered to them.
    """
    total, deleted = 0, 1
    at_once = max(1, DELIVERIES_AT_ONCE // max(1, await database.pool.fetchval(ENDPOINTS)))
    while deleted:
        deleted = int((await database.pool.execute(PURGE, days, at_once)).rpartition(" ")[2])
        total += deleted
    await database.pool.execute(PURGE_ENDPOINTS, days)
    return total


async def purge_now_and_then(database: Database, days: int) -> None:
    """Do so every hour, until cancelled."""
    while True:
        try:
            if deleted := await purge(database, days):
                logger.info("forgot %d events older than %d days", deleted, days)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            logger.warning("old events could not be deleted: %s", error)
        await asyncio.sleep(EVERY_S)
