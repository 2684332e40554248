"""The profiles of this process: one index that the follower updates and requests read, each in a thread."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from services.matching.domain.index import Index
from services.matching.domain.themes import Themes
from services.matching.profiles.facts import Facts
from services.matching.profiles.repository import Row


def this_year() -> int:
    """The year to which the age of initiatives is counted."""
    return datetime.now(UTC).year


class ProfileStore:
    """Facts and the index over them. Its methods block: call them with `asyncio.to_thread`."""

    def __init__(self, year: Callable[[], int] = this_year) -> None:
        self._year = year
        self._lock = threading.Lock()
        self._facts = Facts()
        self._index = Index(Themes(), year())
        self.loaded = False
        """Whether the catalog has been taken in at all: without that, an unknown territory means nothing."""

    def adopt(self, facts: Facts, *, loaded: bool) -> None:
        """Begin anew with these facts; who reads meanwhile still sees the former content.

        `loaded`: whether they are those of a whole snapshot.
        """
        index = self._new_index(facts)
        with self._lock:
            self._facts, self._index, self.loaded = facts, index, loaded

    def apply(self, rows: Iterable[Row]) -> None:
        """Take in changed records; only the profiles that they touch are made anew."""
        with self._lock:
            touched: set[str] = set()
            for row in rows:
                touched |= self._facts.put(row.kind, row.id, row.state)
            themes = self._facts.themes()
            if themes != self._index.themes or self._year() != self._index.year:
                self._index = self._new_index(self._facts)
                return
            profiles = {territory_id: self._facts.profile(territory_id) for territory_id in touched}
            self._index.update(
                [profile for profile in profiles.values() if profile is not None],
                removed=[territory_id for territory_id, profile in profiles.items() if profile is None],
            )

    @contextmanager
    def reading(self) -> Iterator[tuple[Index, Facts]]:
        """The index and the facts, which do not change until the end of the block: keep it short."""
        with self._lock:
            yield self._index, self._facts

    def _new_index(self, facts: Facts) -> Index:
        index = Index(facts.themes(), self._year())
        index.update(facts.profiles())
        return index
