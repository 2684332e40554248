"""Webhooks' migrations: what the models describe, forwards and backwards, beside the previous release."""

import asyncio
from uuid import UUID

import asyncpg
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from services.common.database import sqlalchemy_url
from services.common.ids import new_id
from services.common.migrations import current_revision, migration_config
from services.webhooks.app import MIGRATIONS
from services.webhooks.tables import webhooks_metadata


async def differences(url: str) -> list[object]:
    engine = create_async_engine(sqlalchemy_url(url))
    try:
        async with engine.connect() as connection:
            found: list[object] = await connection.run_sync(
                lambda sync: compare_metadata(MigrationContext.configure(sync), webhooks_metadata())
            )
    finally:
        await engine.dispose()
    return found


async def test_the_migrations_make_the_tables_that_the_models_describe(webhooks_database: str) -> None:
    assert await differences(webhooks_database) == []


async def test_they_go_back_to_nothing_and_forth_again(webhooks_database: str) -> None:
    config = migration_config(MIGRATIONS, webhooks_database)
    await asyncio.to_thread(command.downgrade, config, "base")
    assert await current_revision(webhooks_database) is None
    await asyncio.to_thread(command.upgrade, config, "head")
    assert await differences(webhooks_database) == []


KEEP = """
insert into event (id, feed, change_id, type, subject_kind, subject_id, subject_version, occurred_at, received_at,
                   api_version, state, facts)
values (gen_random_uuid(), 'catalog', gen_random_uuid(), 'territory.' || $2, 'territory', $1, 1, now(), now(), '1',
        case when $2 <> 'archived' then '{"slug": "fes"}'::jsonb end, '{}')
"""
KNOW = (
    "insert into event_subject (kind, id, feed, version, published, facts) values ('territory', $1, 'c', 1, $2, '{}')"
)


async def test_what_had_left_before_the_upgrade_and_what_the_previous_release_still_takes_in_keeps_no_state(
    webhooks_database: str,
) -> None:
    there, gone, back, archived_long_ago, leaving = [new_id() for _ in range(5)]
    told = {
        there: ["created", "updated"],
        gone: ["created", "archived", "created", "updated", "archived"],
        back: ["created", "updated", "archived", "created", "updated"],
        archived_long_ago: ["created"],
        leaving: ["created"],
    }
    config = migration_config(MIGRATIONS, webhooks_database)
    await asyncio.to_thread(command.downgrade, config, "0003")
    connection = await asyncpg.connect(webhooks_database)
    try:
        for subject, types in told.items():
            await connection.execute(KNOW, subject, subject not in (gone, archived_long_ago))
            for one in types:
                await connection.execute(KEEP, subject, one)
        await asyncio.to_thread(command.upgrade, config, "0004")
        await connection.execute(KEEP, leaving, "archived")
        rows = await connection.fetch("select subject_id, state is not null as there from event order by seq")
    finally:
        await connection.close()
    found: dict[UUID, list[bool]] = {}
    for row in rows:
        found.setdefault(row["subject_id"], []).append(row["there"])
    assert found == {
        there: [True, True],
        gone: [False] * 5,
        back: [False, False, False, True, True],
        archived_long_ago: [False],
        leaving: [False, False],
    }
