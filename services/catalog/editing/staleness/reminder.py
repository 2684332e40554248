"""Tells in the feed that the review of a record fell due: once for each record and day, whatever dies meanwhile."""

import asyncio
import logging
from contextlib import suppress
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.kinds import BY_NAME
from services.catalog.records.documents import written_of
from services.catalog.records.finding import lock
from services.catalog.records.kinds import Kind
from services.catalog.records.models import PUBLISHED, LoadedRow
from services.catalog.records.storage import Change, update_record
from services.catalog.records.writing import keep_former_version
from services.common.access.caller import ANONYMOUS
from services.common.clock import now
from services.common.database import Database
from services.common.problems import Problem

logger = logging.getLogger(__name__)

REVIEW_DUE = "record.review_due"

DUE = """
select kind, id from record
where status = 'published' and not review_told and review_due <= $1
order by review_due, id limit 1000
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
        while due := await self._database.pool.fetch(DUE, now().date()):
            before = told
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
            if told == before:
                break
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
    # The version is no person's edit: the row of a file that made the former one may go on changing the record.
    loaded = sa.update(LoadedRow).where(col(LoadedRow.kind) == kind.name, col(LoadedRow.slug) == locked.slug)
    former = col(LoadedRow.version) == locked.version
    await session.exec(loaded.where(former).values(version=locked.version + 1))
    return True
