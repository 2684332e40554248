"""The vocabularies in memory: every answer needs labels, and they hardly ever change."""

import time
from collections.abc import Callable, Mapping

import asyncpg
import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.vocabularies.repository import VocabularyState, fetch_versions, fetch_vocabularies

MAX_AGE_S = 2.0
"""Another process may have changed a label: how long this one may answer with the former."""


class VocabularyCache:
    """Looks at most once in `MAX_AGE_S` whether the vocabularies have changed, and then reads them."""

    def __init__(self, pool: Callable[[], asyncpg.Pool]) -> None:
        self._pool = pool
        self._vocabularies: Mapping[str, VocabularyState] = {}
        self._read_at = -MAX_AGE_S

    async def get(self) -> Mapping[str, VocabularyState]:
        """Every vocabulary by name."""
        if time.monotonic() - self._read_at >= MAX_AGE_S:
            if await fetch_versions(self._pool()) != {name: each.version for name, each in self._vocabularies.items()}:
                self._vocabularies = await fetch_vocabularies(self._pool())
            self._read_at = time.monotonic()
        return self._vocabularies

    def forget_after(self, session: AsyncSession) -> None:
        """Have them read anew once the session's transaction is committed."""

        def forget(_: object) -> None:
            self._read_at = -MAX_AGE_S

        sa.event.listen(session.sync_session, "after_commit", forget, once=True)
