"""Holding what goes to partners that are suspended in the catalog, until they are active again.

A held endpoint is as its partner left it: enabled or not, with its deliveries, old and new, waiting in their order.
Nothing is tried meanwhile, so that no attempt is used up and nothing is given up.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import httpx
from pydantic import BaseModel, SecretStr

from services.common.clock import now
from services.common.database import Database
from services.common.feed.reader import Reads
from services.webhooks.events.fanout import CHANNEL

logger = logging.getLogger(__name__)

ADDRESS = "/catalog/v1/suspended-partners"
LIMIT = 200

TIMEOUT_S = 5.0
"""For all pages together: a transaction is open meanwhile, which the database ends after ten seconds."""

MINE = "select pg_try_advisory_xact_lock(hashtextextended('hold endpoints', 0))"
MY_TURN = "select true from pg_advisory_xact_lock(hashtextextended('hold endpoints', 0))"
"""Held from the question until its answer is written down: of two processes, no older answer comes last."""

PATIENCE = "set local lock_timeout = '10s'"
"""Whoever waits for its turn begins to deliver after that, whatever the others do."""

HOLD = """
with fresh as (
  select id from endpoint where held_at is null and deleted_at is null and partner_id = any($1)
  order by id for no key update
)
update endpoint set held_at = clock_timestamp() from fresh where endpoint.id = fresh.id returning endpoint.id
"""

RELEASE = """
with held as (
  select id from endpoint where held_at is not null and partner_id <> all($1) order by id for no key update
)
update endpoint
set held_at = null, failing_since = failing_since + (clock_timestamp() - greatest(held_at, failing_since))
from held where endpoint.id = held.id returning endpoint.id
"""
"""The clock of the automatic disabling has stood still meanwhile: nothing could arrive."""

WAKE = f"select pg_notify('{CHANNEL}', '')"


class _Partner(BaseModel):
    id: UUID


class _Page(BaseModel):
    items: list[_Partner]
    next: str | None


class Suspensions:
    """Asks the catalog every `interval_s`, with a key of the scope `introspect`; without a key it cannot.

    While the catalog does not answer, or not as it should, nothing changes: who was held stays so, all others get
    their deliveries.
    """

    def __init__(
        self, database: Database, catalog: httpx.AsyncClient, key: SecretStr | None, interval_s: float
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._key = key
        self._interval_s = interval_s
        self.read_at: datetime | None = None
        """When this process last had an answer."""

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(self._interval_s)
            await self.look()

    async def look(self, *, wait: bool = False) -> None:
        """Hold and release by what the catalog says now; while another process is at it, `wait` or leave it to that.

        Never raises.
        """
        if self._key is None:
            return
        try:
            async with self._database.pool.acquire() as connection, connection.transaction():
                await connection.execute(PATIENCE)
                if not await connection.fetchval(MY_TURN if wait else MINE):
                    return
                async with asyncio.timeout(TIMEOUT_S):
                    suspended = await self._suspended(self._key)
                await _apply(connection, suspended)
            self.read_at = now()
        except Exception as error:  # noqa: BLE001 - whatever it is, deliveries must go on
            logger.warning("which partners are suspended is not known: %s: %s", type(error).__name__, error)

    async def _suspended(self, key: SecretStr) -> list[UUID]:
        headers = {"Authorization": f"Bearer {key.get_secret_value()}"}
        suspended: list[UUID] = []
        page = _Page(items=[], next="")
        while page.next is not None:
            params = {"limit": str(LIMIT)} | ({"cursor": page.next} if page.next else {})
            answer = await self._catalog.get(ADDRESS, params=params, headers=headers)
            page = _Page.model_validate_json(answer.raise_for_status().content)
            suspended += [partner.id for partner in page.items]
        return suspended


async def _apply(connection: Reads, suspended: Sequence[UUID]) -> None:
    if held := await connection.fetch(HOLD, suspended):
        logger.info("%d endpoint(s) are held: their partners are suspended", len(held))
    if released := await connection.fetch(RELEASE, suspended):
        await connection.fetchval(WAKE)
        logger.info("%d endpoint(s) go on: their partners are active again", len(released))
