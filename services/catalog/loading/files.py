"""Reading the data set's files: every row validated, every error with its file, line and field."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from services.catalog.loading.rows import VocabularyFile

M = TypeVar("M", bound=BaseModel)


NEEDED = frozenset({"crosswalk.jsonl"})
"""Files without which no other one can be read: every code would be unknown, in thousands of rows."""

VALIDATORS_PREFIX = "Value error, "


class MissingFileError(Exception):
    """The folder lacks something that every row's codes depend on."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is missing, and no row's codes can be read without it.")


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
class DataFile:
    """A file and what is wrong with it."""

    file: str
    errors: list[RowError] = field(default_factory=list)
    wrong: set[int] = field(default_factory=set)
    """The lines with an error."""

    def refuse(self, line: int, name: str, message: str) -> None:
        """Note an error of a line, once however often it is met."""
        error = RowError(self.file, line, name, message)
        if line not in self.wrong or error not in self.errors:
            self.wrong.add(line)
            self.errors.append(error)

    def refuse_invalid(self, line: int, error: ValidationError, called: Callable[[str], str] = str) -> None:
        """Note what pydantic finds wrong with a line; `called` says what the file calls a field."""
        for item in error.errors(include_url=False, include_input=False):
            name = ".".join(str(part) for part in item["loc"]) or "row"
            self.refuse(line, called(name), item["msg"].removeprefix(VALIDATORS_PREFIX))


@dataclass
class Rows(DataFile, Generic[M]):
    """The valid rows of a file with their line numbers, and the errors of the others."""

    rows: list[tuple[int, M]] = field(default_factory=list)

    def accepted(self, *, skip_invalid: bool) -> list[tuple[int, M]]:
        """The rows to load: none when the file has an error, unless the wrong rows are to be passed over."""
        if self.errors and not skip_invalid:
            return []
        return [(line, row) for line, row in self.rows if line not in self.wrong]


def read_rows(path: Path, model: type[M], key: Sequence[str]) -> Rows[M]:
    """The rows of an NDJSON file; `key` names the fields that together name a row once.

    A missing file has none; raises `MissingFileError` for one that the others need.
    """
    found: Rows[M] = Rows(path.name)
    if not path.exists():
        if path.name in NEEDED:
            raise MissingFileError(path)
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
    """The vocabularies, one file each; an error's line is the file's place among them.

    Raises `MissingFileError` where there is none.
    """
    found: Rows[VocabularyFile] = Rows("vocabularies")
    names: set[str] = set()
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise MissingFileError(folder / "*.json")
    for place, path in enumerate(paths, start=1):
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


def _parse(found: DataFile, line: int, text: bytes, model: type[M], prefix: str = "") -> M | None:
    try:
        return model.model_validate(orjson.loads(text))
    except orjson.JSONDecodeError as error:
        found.refuse(line, f"{prefix}column {error.colno}", f"not JSON: {error.msg}")
    except ValidationError as error:
        found.refuse_invalid(line, error, prefix.__add__)
    return None
