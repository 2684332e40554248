"""The vocabularies in memory: every answer needs labels, and they hardly ever change."""

import time
from collections.abc import Callable, Mapping

import asyncpg

from services.catalog.vocabularies.repository import VocabularyState, fetch_vocabularies

MAX_AGE_S = 2.0
"""Another process may have changed a label: how long this one may answer with the former."""


class VocabularyCache:
    """Reads the vocabularies at most once in `MAX_AGE_S`."""

    def __init__(self, pool: Callable[[], asyncpg.Pool]) -> None:
        self._pool = pool
        self._vocabularies: Mapping[str, VocabularyState] = {}
        self._read_at = -MAX_AGE_S

    async def get(self) -> Mapping[str, VocabularyState]:
        """Every vocabulary by name."""
        if time.monotonic() - self._read_at >= MAX_AGE_S:
            self._vocabularies = await fetch_vocabularies(self._pool())
            self._read_at = time.monotonic()
        return self._vocabularies
