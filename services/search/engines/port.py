"""What search asks of an engine. Both engines keep this contract, and one suite holds them to it.

What a query finds, on either engine: a document is found when **every** word of the query finds a word of it
(`services.search.words.matches`), and when it passes every filter. An engine may find more by what it knows of a
language: the embedded one by stems, Meilisearch by splitting and joining words. It never finds less.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Final, Protocol

from services.common.geo import BoundingBox
from services.common.words import Word
from services.search.vocabularies import Vocabularies

MAX_DEPTH: Final = 1000
"""Neither engine is asked for hits beyond this place: the change feed, not search, is for reading everything."""

MAX_WORDS: Final = 10
"""Words of one query that count: Meilisearch reads no more."""

FACETS: Final = ("theme", "country", "mufpp_category", "sector", "carrier_kind", "maturity")
"""What can be counted. `theme` counts a document under its themes and every broader one."""

TERRITORY: Final = "territory"
"""The one filter that is no facet: there are too many territories to count."""

Texts = Mapping[str, Sequence[str]]
"""Language tag → texts in it."""


class EngineError(Exception):
    """The engine did not do what it was asked; nothing of it is half done. `code` is the engine's own, if any."""

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


class EngineUnavailableError(EngineError):
    """The engine cannot answer now. `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: int = 1, code: str | None = None) -> None:
        super().__init__(message, code)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Document:
    """One initiative as it is indexed. `card` is the state it was built from and is answered from."""

    id: str
    version: int
    territory_id: str
    titles: Texts
    labels: Texts
    """Names of its themes and MUFPP category, of its territory and its carrier."""
    summaries: Texts
    facets: Mapping[str, Sequence[str]]
    """Codes per name of `FACETS`: what is filtered by and counted."""
    territory: Sequence[str]
    """Id and slug of its territory."""
    point: tuple[float, float] | None
    """Longitude and latitude (WGS 84, degrees), in range."""
    recency: int
    """Higher is newer, and no two documents are equal: the order of an answer to no words."""
    card: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is kept with the index: where the feed was read to, and the labels of every code."""

    cursor: str
    vocabularies: Vocabularies
    outdated: bool = False
    """Written by an earlier release: it answers until a rebuild has replaced it, all but what it does not hold."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Any of `values` under a name of `FACETS` (codes) or under `territory` (ids or slugs)."""

    name: str
    values: Sequence[str]


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for. No words: everything, newest first. Each filter is any-of; all filters must pass."""

    words: Sequence[Word] = ()
    last_is_prefix: bool = True
    """Whether the last word may be the beginning of one."""
    filters: Sequence[Filter] = ()
    facets: Sequence[str] = ()
    limit: int = 20
    offset: int = 0
    bbox: BoundingBox | None = None
    """What lies in it, edges included; a document without a point lies nowhere."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found; `score` compares hits of one answer only, and is None for a query without words."""

    card: Mapping[str, Any]
    score: float | None


@dataclass(frozen=True, slots=True)
class Page:
    """Hits, best first; how many there are in all (`estimated` when the engine says about); counts by code."""

    hits: Sequence[Hit]
    total: int
    estimated: bool
    facets: Mapping[str, Mapping[str, int]]


class Rebuild(Protocol):
    """A whole index being written beside the one that answers."""

    async def add(self, documents: Sequence[Document]) -> None:
        """Write these into the index aside."""

    async def finish(self, metadata: Metadata) -> None:
        """Put the index aside in the place of the one that answers, at once and durably."""


class Engine(Protocol):
    """An index of initiatives. Methods raise `EngineError`, and `EngineUnavailableError` where trying again helps."""

    name: str

    async def open(self) -> None:
        """Make ready to search and to write; changes nothing in an index that is as it should be."""

    async def close(self) -> None:
        """Let go of files, locks and connections."""

    async def acquire_writer(self) -> bool:
        """Whether this process may write from now on; False while another one does."""

    async def metadata(self) -> Metadata | None:
        """None where there is no index yet, or one that this release cannot read; either has to be built anew."""

    async def count(self) -> int:
        """How many documents can be found."""

    async def versions(self, ids: Sequence[str]) -> dict[str, int]:
        """The version of each of these documents that is in the index."""

    async def cards_of(self, territory_ids: Sequence[str]) -> list[Mapping[str, Any]]:
        """The cards of every document of these territories."""

    async def apply(self, upserts: Sequence[Document], deletes: Sequence[str], cursor: str) -> None:
        """Write and delete by id. When it returns all is durable and findable; the cursor never goes first.

        An outdated index is not written to: it is built anew.
        """

    def rebuild(self) -> AbstractAsyncContextManager[Rebuild]:
        """Write everything anew aside. Searches go on; leaving without `finish` drops what was written."""

    async def search(self, query: Query) -> Page:
        """One page of what the query finds; `offset + limit` is at most `MAX_DEPTH`.

        Raises `EngineError` for a box while the index is outdated and holds no places.
        """
