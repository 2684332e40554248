"""How a change gets into the feed: in the transaction that makes it, or not at all."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.feed.tables import ChangeBatch, ChangeRow

_BATCH = "change_batch"


@dataclass
class _OpenBatch:
    batch_id: int
    last_ordinal: int = 0


async def record_change(
    session: AsyncSession, event: str, subject_id: UUID, version: int, *, kind: str | None = None
) -> ChangeRow:
    """Add one change to the session's transaction. `event` is `{kind}.{what}`, e.g. `initiative.updated`.

    `kind` is the subject's where the event is the same for all kinds.
    Returns its row, which has its id once the session is flushed.

    Call it once per session's transaction as often as needed, never inside a savepoint that may be rolled back.
    """
    batch: _OpenBatch | None = session.info.get(_BATCH)
    if batch is None:
        row = ChangeBatch()
        session.add(row)
        await session.flush()
        if row.id is None:
            message = "PostgreSQL gave the batch no number"
            raise RuntimeError(message)
        batch = session.info[_BATCH] = _OpenBatch(row.id)
    batch.last_ordinal += 1
    change = ChangeRow(
        batch_id=batch.batch_id,
        ordinal=batch.last_ordinal,
        type=event,
        kind=kind or event.partition(".")[0],
        subject_id=subject_id,
        version=version,
    )
    session.add(change)
    return change
