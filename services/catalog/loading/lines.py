"""A data set's file that may be too large to hold: where its lines begin is kept, a row is read when it is wanted."""

from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from services.catalog.loading.files import DataFile

M = TypeVar("M", bound=BaseModel)


class Lines(DataFile, Generic[M]):
    """An NDJSON file by its lines. `by_slug`: the lines that name a slug, in their order."""

    def __init__(self, path: Path, model: type[M], *, once: bool = True) -> None:
        """Look the file through; a missing one has no lines. `once`: a slug that comes again is refused."""
        super().__init__(path.name)
        self._model = model
        self._opened = path.open("rb") if path.exists() else None
        self._starts = array("Q", [0])
        self.by_slug: dict[str, tuple[int, ...]] = {}
        for line, text in self._scan():
            slug = self._slug(line, text)
            if slug is None:
                continue
            if once and slug in self.by_slug:
                self.refuse(line, "slug", f"line {self.by_slug[slug][0]} has the same slug")
                continue
            self.by_slug[slug] = (*self.by_slug.get(slug, ()), line)

    def __len__(self) -> int:
        return sum(map(len, self.by_slug.values()))

    def lines(self) -> Iterator[int]:
        """The lines that can be read, in the file's order."""
        return iter(sorted(line for lines in self.by_slug.values() for line in lines))

    def row(self, line: int) -> M:
        """The row of a line; raises `ValidationError`."""
        assert self._opened is not None  # noqa: S101 - it has this line
        self._opened.seek(self._starts[line - 1])
        return self._model.model_validate(orjson.loads(self._opened.readline()))

    def close(self) -> None:
        """Close the file; no row can be read any more."""
        if self._opened is not None:
            self._opened.close()

    def _scan(self) -> Iterator[tuple[int, bytes]]:
        for line, text in enumerate(self._opened or (), start=1):
            self._starts.append(self._starts[-1] + len(text))
            if text.strip():
                yield line, text

    def _slug(self, line: int, text: bytes) -> str | None:
        """The slug that a line names; without one, what is wrong with the line is noted."""
        try:
            row: Any = orjson.loads(text)
            slug = row.get("slug") if isinstance(row, dict) else None
            if not isinstance(slug, str):
                self._model.model_validate(row)
                return None
        except orjson.JSONDecodeError as error:
            self.refuse(line, f"column {error.colno}", f"not JSON: {error.msg}")
            return None
        except ValidationError as error:
            self.refuse_invalid(line, error)
            return None
        return slug
