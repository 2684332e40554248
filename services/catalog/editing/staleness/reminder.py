"""Tells in the feed that the review of a record fell due: once for each record and day, whatever dies meanwhile."""

import asyncio
import logging
from contextlib import suppress
from datetime import date
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.kinds import BY_NAME
from services.catalog.records.documents import written_of
from services.catalog.records.finding import lock
from services.catalog.records.kinds import Kind
from services.catalog.records.models import PUBLISHED
from services.catalog.records.storage import Change, update_record
from services.catalog.records.writing import keep_former_version, stay_as_loaded
from services.common.access.caller import ANONYMOUS
from services.common.clock import now
from services.common.database import Database
from services.common.problems import Problem

logger = logging.getLogger(__name__)

REVIEW_DUE = "record.review_due"

AT_ONCE = 1000

DUE = """
select kind, id, review_due from record
where status = 'published' and not review_told and review_due <= $1 and (review_due, id) > ($2, $3)
order by review_due, id limit $4
"""

MINE = sa.text("select pg_try_advisory_xact_lock(hashtextextended('tell reviews', 0))")
"""One process at a time: the others find the work done when they look next."""

STILL_DUE = sa.text("select not review_told and review_due <= :today from record where id = :id")


class ReviewReminder:
    """Looks every `interval_s` seconds. Each record is told of in a transaction of its own, which sets `review_told`:
    what a process that dies has not told, the next one does, and what it has told nobody tells again."""

    def __init__(self, database: Database, interval_s: float) -> None:
        self._database = database
        self._interval_s = interval_s
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Until stopped; a database that is away is waited for."""
        while not self._stopped.is_set():
            try:
                await self.tell()
            except (OSError, TimeoutError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                logger.warning("reviews that fell due were not told: %s", type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), self._interval_s)

    def stop(self) -> None:
        """End after the record at hand."""
        self._stopped.set()

    async def tell(self) -> int:
        """Tell of everything that is due now, unless another process does; returns of how many records."""
        told = 0
        last: tuple[date, UUID] = (date.min, UUID(int=0))
        while due := await self._database.pool.fetch(DUE, now().date(), *last, AT_ONCE):
            last = due[-1]["review_due"], due[-1]["id"]
            for row in due:
                if self._stopped.is_set():
                    return told
                try:
                    async with self._database.transaction() as session:
                        if not await (await session.connection()).scalar(MINE):
                            return told
                        told += await _tell_one(session, BY_NAME[row["kind"]], row["id"])
                except (Problem, ValidationError) as error:
                    # It is as the database holds it and cannot be written again: the others are told of all the same.
                    logger.error("the review of %s %s cannot be told: %s", row["kind"], row["id"], error)
        return told


async def _tell_one(session: AsyncSession, kind: Kind, record_id: UUID) -> bool:
    """Whether the record was told of; somebody may have confirmed, changed or archived it just now."""
    locked = await lock(session, kind, str(record_id), ANONYMOUS)
    due = await (await session.connection()).scalar(STILL_DUE, {"id": record_id, "today": now().date()})
    if locked.status != PUBLISHED or not due:
        return False
    await keep_former_version(session, kind, locked)
    columns = {"review_told": True, "updated_at": locked.state_at}  # nobody has changed what it says
    done = Change("review_due", PUBLISHED, columns=columns, event=REVIEW_DUE)
    document = written_of(kind, locked.state)
    await update_record(session, kind, record_id, locked.version, locked.status, document, done)
    await stay_as_loaded(session, kind, locked)
    return True
