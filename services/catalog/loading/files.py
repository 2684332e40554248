"""Reading the data set's files: every row validated, every error with its file, line and field."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from services.catalog.loading.rows import VocabularyFile

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong, and where."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.message}"


@dataclass
class Rows(Generic[M]):
    """The valid rows of a file with their line numbers, and the errors of the others."""

    file: str
    rows: list[tuple[int, M]] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    def refuse(self, line: int, name: str, message: str) -> None:
        """Note an error of a line."""
        self.errors.append(RowError(self.file, line, name, message))

    def accepted(self, *, skip_invalid: bool) -> list[tuple[int, M]]:
        """The rows to load: none when the file has an error, unless the wrong rows are to be passed over."""
        if self.errors and not skip_invalid:
            return []
        wrong = {error.line for error in self.errors}
        return [(line, row) for line, row in self.rows if line not in wrong]


def read_rows(path: Path, model: type[M], key: Sequence[str]) -> Rows[M]:
    """The rows of an NDJSON file; `key` names the fields that together name a row once. A missing file has none."""
    found: Rows[M] = Rows(path.name)
    if not path.exists():
        return found
    seen: dict[Hashable, int] = {}
    for line, text in enumerate(path.read_bytes().splitlines(), start=1):
        if not text.strip():
            continue
        row = _parse(found, line, text, model)
        if row is None:
            continue
        name = tuple(getattr(row, part) for part in key)
        if name in seen:
            found.refuse(line, key[0], f"line {seen[name]} has the same {', '.join(key)}")
            continue
        seen[name] = line
        found.rows.append((line, row))
    return found


def read_vocabularies(folder: Path) -> Rows[VocabularyFile]:
    """The vocabularies, one file each; an error's line is the term's place in its file."""
    found: Rows[VocabularyFile] = Rows("vocabularies")
    names: set[str] = set()
    for place, path in enumerate(sorted(folder.glob("*.json")), start=1):
        vocabulary = _parse(found, place, path.read_bytes(), VocabularyFile, f"{path.name}: ")
        if vocabulary is None:
            continue
        codes = Counter(term.code for term in vocabulary.terms)
        if twice := [code for code, times in codes.items() if times > 1]:
            found.refuse(place, f"{path.name}: code", f"more than once: {', '.join(twice)}")
        if vocabulary.name in names:
            found.refuse(place, f"{path.name}: name", f"another file has the name '{vocabulary.name}'")
        names.add(vocabulary.name)
        for term in vocabulary.terms:
            if unknown := [code for code in term.broader if code not in codes]:
                found.refuse(place, f"{path.name}: {term.code}.broader", f"no such term: {', '.join(unknown)}")
            if missing := [lang for lang in ("fr", "en", "ar") if lang not in term.label]:
                found.refuse(place, f"{path.name}: {term.code}.label", f"no label in {', '.join(missing)}")
        found.rows.append((place, vocabulary))
    return found


def _parse(found: Rows[M], line: int, text: bytes, model: type[M], prefix: str = "") -> M | None:
    try:
        return model.model_validate(orjson.loads(text))
    except orjson.JSONDecodeError as error:
        found.refuse(line, f"{prefix}column {error.colno}", f"not JSON: {error.msg}")
    except ValidationError as error:
        for item in error.errors():
            name = ".".join(str(part) for part in item["loc"]) or "row"
            found.refuse(line, prefix + name, item["msg"])
    return None
