"""A process that tells what fell due for review, as the catalog does. It can die of kill -9 in the middle of it.

`python -m tests.integration.catalog.reminding_process <database url> <die after>`: it writes a line once it is ready,
begins when it reads one, and writes how many records it has told of. It kills itself within the transaction that tells
of one record more than `die after`; 0: never.
"""

import asyncio
import os
import signal
import sys
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.editing.staleness import reminder
from services.catalog.records.kinds import Kind
from services.common.database import Database


def dying_after(count: int) -> None:
    """Have the process die after this many records, when the next one is written and not committed."""
    tell_one, told = reminder._tell_one, 0

    async def tell_or_die(session: AsyncSession, kind: Kind, record_id: UUID) -> bool:
        nonlocal told
        done = await tell_one(session, kind, record_id)
        if told == count:
            await session.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        told += done
        return done

    reminder._tell_one = tell_or_die


async def main(url: str, die_after: int) -> None:
    if die_after:
        dying_after(die_after)
    database = Database(url, pool_size=2)
    await database.open()
    print("ready", flush=True)  # noqa: T201 - the test waits for it
    await asyncio.to_thread(sys.stdin.readline)
    print(await reminder.ReviewReminder(database, 600).tell(), flush=True)  # noqa: T201 - the test reads it
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
