"""The tables of the change feed, and what a migration creates besides them.

A writing transaction inserts its changes, numbered within it, and one batch row whose `seq` is null. A deferred
trigger on that one row runs at COMMIT, takes a lock and stamps the next number; the lock is given back only after
the transaction is visible. So a visible `seq` implies that every smaller one is visible, and a reader that goes
forward never passes over a transaction still open. `SET CONSTRAINTS ALL IMMEDIATE` would hold the lock for the rest
of the transaction: it is forbidden.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Identity, text
from sqlmodel import Field, SQLModel

CHANNEL = "change_feed"
"""The notification channel on which a commit wakes those who wait for changes."""


class ChangeBatch(SQLModel, table=True):
    """One writing transaction."""

    __tablename__ = "change_batch"

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    seq: int | None = Field(default=None, sa_column=Column(BigInteger, unique=True, nullable=True))


class ChangeRow(SQLModel, table=True):
    """One change of one record, at its place in its transaction."""

    __tablename__ = "change"

    batch_id: int = Field(sa_column=Column(BigInteger, ForeignKey("change_batch.id"), primary_key=True))
    ordinal: int = Field(primary_key=True)
    id: UUID | None = Field(
        default=None, nullable=False, sa_column_kwargs={"server_default": text("gen_random_uuid()")}
    )
    type: str
    kind: str
    subject_id: UUID
    version: int
    occurred_at: datetime | None = Field(
        default=None,
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    )


GENESIS = """
with batch as (insert into change_batch (seq) values (0) returning id)
insert into change (batch_id, ordinal, type, kind, subject_id, version)
select id, 0, 'feed.opened', 'feed', gen_random_uuid(), 0 from batch
"""
"""Position 0, so that a cursor from before the first change also names this database and no other."""

STAMP = (
    "create sequence change_seq as bigint",
    """
    create function stamp_change_batch() returns trigger language plpgsql as $$
    begin
        -- What a large transaction has written reaches the disk before it takes the lock, not while it holds it.
        if exists (select from change where batch_id = new.id and ordinal > 1000) then
            if current_setting('server_version_num')::integer >= 170000 then
                perform pg_logical_emit_message(false, 'change_feed', '', true);
            else
                perform pg_sleep(0.5);  -- the WAL writer's turn: it flushes every 200 ms
            end if;
        end if;
        -- The key is the table's own number: another table or database uses another lock.
        perform pg_advisory_xact_lock('change_batch'::regclass::bigint);
        update change_batch set seq = nextval('change_seq') where id = new.id;
        perform pg_notify('change_feed', '');
        return null;
    end $$
    """,
    """
    create constraint trigger stamp_change_batch after insert on change_batch
    deferrable initially deferred for each row execute function stamp_change_batch()
    """,
)
"""Run by the migration after `GENESIS`, statement by statement. Released migrations run these: a change of them is a
new constant in a new migration."""

UNSTAMP = (
    "drop trigger stamp_change_batch on change_batch",
    "drop function stamp_change_batch()",
    "drop sequence change_seq",
)
