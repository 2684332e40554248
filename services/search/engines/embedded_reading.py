"""The embedded index that answers now, whichever process wrote it."""

import logging
import os
import threading
from dataclasses import dataclass
from pathlib import Path

import tantivy

from services.search.engines.embedded_schema import register_tokenizers
from services.search.engines.generations import Generation, Generations
from services.search.engines.port import EngineUnavailableError

logger = logging.getLogger(__name__)
_Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """An index to read. One that an earlier release wrote has the fields that it was written with."""

    index: tantivy.Index
    generation: Generation

    @property
    def schema(self) -> tantivy.Schema:
        """The fields that are there."""
        return self.index.schema


class CurrentIndex:
    """Follows the pointer to the current index and what is committed to it. It blocks: call it in a thread."""

    def __init__(self, generations: Generations, schema: tantivy.Schema) -> None:
        self._generations = generations
        self._schema = schema
        self._reading: Reading | None = None
        self._seen: tuple[_Stamp | None, _Stamp | None] = (None, None)
        self._lock = threading.Lock()

    def refreshed(self) -> Reading | None:
        """The current index as last committed; None while there is none."""
        with self._lock:
            pointer = _stamp(self._generations.pointer)
            if pointer != self._seen[0]:
                generation = self._generations.current()
                self._reading = None if generation is None else _open_or_none(self._schema, generation)
                self._seen = (pointer, None)
            if self._reading is None:
                return None
            committed = _stamp(self._reading.generation.folder / "meta.json")
            if committed != self._seen[1]:
                self._reading.index.reload()
                self._seen = (pointer, committed)
            return self._reading

    def required(self) -> Reading:
        """The same; raises `EngineUnavailableError` while there is none."""
        reading = self.refreshed()
        if reading is None:
            message = "the search index has not been built yet"
            raise EngineUnavailableError(message)
        return reading

    def forget(self) -> None:
        """Let go of its files."""
        with self._lock:
            self._reading = None
            self._seen = (None, None)


def configured(index: tantivy.Index) -> tantivy.Index:
    """`index`, ready to read and to write: what it does not keep itself is told it again."""
    register_tokenizers(index)
    index.config_reader("manual")
    return index


def _open_or_none(schema: tantivy.Schema, generation: Generation) -> Reading | None:
    """The index of `generation`; None when it cannot be read, which a rebuild mends."""
    folder = os.fspath(generation.folder)
    try:
        index = tantivy.Index.open(folder) if generation.outdated else tantivy.Index(schema, folder)
    except ValueError:  # What tantivy raises for a damaged, foreign or vanished index alike.
        logger.exception("the index in %s cannot be read", folder)
        return None
    return Reading(configured(index), generation)


def _stamp(path: Path) -> _Stamp | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size
