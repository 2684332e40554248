"""Loading the data set: read, check, store; what cannot be loaded is reported by file, line and field."""

import asyncio
import gc
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from pydantic import ValidationError

from services.catalog.duplicates.storing import fill_blocks
from services.catalog.kinds import KINDS
from services.catalog.loading.data_set import DataSet, read_data_set
from services.catalog.loading.documents import Crosswalk, UnmappedCode
from services.catalog.loading.files import RowError, Rows
from services.catalog.loading.sources import Make, Source, sources_of
from services.catalog.loading.store import SLUGS, TAKEN, Loaded, Stored, Storing, known_names
from services.catalog.loading.vocabularies import store_crosswalk, store_vocabularies
from services.catalog.records.documents import document_errors
from services.catalog.records.kinds import Kind
from services.catalog.vocabularies.checks import Vocabularies
from services.catalog.vocabularies.repository import fetch_vocabularies
from services.common.ids import new_id
from services.common.languages import Text

BATCH = 500
"""Rows that are made, checked and stored in one go: what is held of a file is a few of these."""

MANY = 10_000
"""New records from which on PostgreSQL is told to look at its tables anew: its own turn comes a minute late, and until
then it plans for what was there before."""

Progress = Callable[[str, int, int], None]
"""Called with a file's name, the rows done and the rows in all."""


@dataclass
class LoadReport:
    """What was loaded, and what was not."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    """Records edited here since they were loaded, whose row has changed as well: the edit was kept."""
    up_to_date: bool = False
    """Every file is the one that was loaded before; nothing was looked at further."""


async def load(
    url: str, folder: Path, progress: Progress = lambda *_: None, *, skip_invalid: bool = False
) -> LoadReport:
    """Load the folder into the database at `url`. Loading the same again changes nothing.

    A file with an error is not loaded at all, unless `skip_invalid` leaves out its wrong rows only.
    """
    connection = await asyncpg.connect(url, server_settings={"statement_timeout": "0"})
    try:
        await fill_blocks(connection, KINDS)
        digests = await asyncio.to_thread(_digests, folder)
        if digests and digests == await _loaded_digests(connection):
            return LoadReport(up_to_date=True)
        report = LoadReport()
        data = await asyncio.to_thread(read_data_set, folder)
        # From here on the database may hold something else than what was remembered: also if this is killed.
        await _remember_digests(connection, {})
        with closing(data), _rarely_collected():
            await _load(connection, data, report, progress, skip_invalid=skip_invalid)
        report.errors = [error for file in data.files() for error in file.errors]
        if not report.errors and not report.edited:
            await _remember_digests(connection, digests)
        return report
    finally:
        await connection.close()


COLLECTED_AFTER = (200_000, 50, 100)
"""Objects and rounds between two looks for garbage: rows come and go in their thousands, and hardly any is a cycle."""


@contextmanager
def _rarely_collected() -> Iterator[None]:
    thresholds = gc.get_threshold()
    gc.set_threshold(*COLLECTED_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


async def _load(
    connection: asyncpg.Connection, data: DataSet, report: LoadReport, progress: Progress, *, skip_invalid: bool
) -> None:
    vocabularies = [row for _, row in data.vocabularies.accepted(skip_invalid=skip_invalid)]
    report.counts["vocabularies"] = Counter(changed=await store_vocabularies(connection, vocabularies))
    await _check_crosswalk(connection, data.crosswalk)
    mapped = [row for _, row in data.crosswalk.accepted(skip_invalid=skip_invalid)]
    await store_crosswalk(connection, mapped)
    crosswalk = Crosswalk(mapped)
    known_codes = await fetch_vocabularies(connection)
    names = await known_names(connection)
    for kind in KINDS:
        titles = await _territory_names(connection) if kind.name == "cooperation" else {}
        for source in sources_of(kind, data, crosswalk, titles, skip_invalid=skip_invalid):
            loading = _Loading(connection, kind, source, known_codes, names, progress, skip_invalid)
            stored = await loading.run()
            report.counts[source.file.file] = stored.counts
            report.edited += [f"{kind.name}/{slug}" for slug in stored.edited]
    if sum(counts["new"] for counts in report.counts.values()) > MANY:
        await connection.execute("analyze")


class _WithheldError(Exception):
    """Something is wrong with the file: nothing of it is stored."""


@dataclass(frozen=True)
class _Batch:
    """So many rows, and the documents of those that are right."""

    rows: int
    found: list[Loaded]


@dataclass(frozen=True)
class _Loading:
    """Loads one file, batch by batch in one transaction. `names` gains those of the records that it stores."""

    connection: asyncpg.Connection
    kind: Kind
    source: Source
    vocabularies: Vocabularies
    names: dict[tuple[str, str], UUID]
    progress: Progress
    skip_invalid: bool

    async def run(self) -> Stored:
        """Load it; what is wrong with its rows is noted with them."""
        rows = await self.connection.fetch(TAKEN, self.kind.name)
        expected = set(self.source.slugs) - {row["slug"] for row in rows}
        # Rows of the file may name one another, whichever comes first; ids are in the order of the file, as lists are.
        self.names.update({(self.kind.name, slug): new_id() for slug in self.source.slugs if slug in expected})
        stored = Stored()
        try:
            if self.skip_invalid:
                await asyncio.to_thread(self._leave_out_wrong, expected)
            stored = await self._store()
        except _WithheldError:
            pass
        finally:
            self._forget(expected - stored.new)
        return stored

    def _leave_out_wrong(self, expected: set[str]) -> None:
        """Find every wrong row before any is stored: a row that names a wrong one is wrong as well."""
        wrong = None
        while wrong is None or wrong:
            wrong = expected - {each.slug for batch in self._batches() for each in batch.found}
            expected -= wrong
            self._forget(wrong)

    def _forget(self, slugs: Collection[str]) -> None:
        for slug in slugs:
            self.names.pop((self.kind.name, slug), None)

    async def _store(self) -> Stored:
        async with self.connection.transaction():
            storing = Storing(self.connection, self.kind, self.names, self.source.file.file)
            batches, done = self._batches(), 0
            upcoming = asyncio.create_task(asyncio.to_thread(next, batches, None))
            try:
                while (batch := await upcoming) is not None:
                    # The next one is made in a thread while PostgreSQL stores this one.
                    upcoming = asyncio.create_task(asyncio.to_thread(next, batches, None))
                    if not self._withheld():
                        await storing.add(batch.found)
                    done += batch.rows
                    self.progress(self.source.file.file, done, len(self.source.slugs))
            finally:
                await asyncio.wait([upcoming])
            if self._withheld():
                raise _WithheldError
            return await storing.finish()

    def _withheld(self) -> bool:
        return self.source.withheld(skip_invalid=self.skip_invalid)

    def _batches(self) -> Iterator[_Batch]:
        rows = iter(self.source.rows)
        while taken := list(islice(rows, BATCH)):
            made = (self._loaded(line, make) for line, make in taken)
            yield _Batch(len(taken), [each for each in made if each is not None])

    def _loaded(self, line: int, make: Make) -> Loaded | None:
        """The document of a row; None for a wrong one, what is wrong with it being noted."""
        file = self.source.file
        try:
            given = make()
            document = self.kind.write.model_validate(given).model_dump(mode="json")
        except UnmappedCode as error:
            file.refuse(line, error.name, str(error))
        except ValidationError as error:
            file.refuse_invalid(line, error, self.source.field)
        else:
            for wrong in document_errors(self.kind, document, self.vocabularies, self.names):
                file.refuse(line, self.source.field(wrong["pointer"].lstrip("/").replace("/", ".")), wrong["detail"])
        return None if line in file.wrong else Loaded(document, _digest(given))


def _digest(raw: Mapping[str, Any]) -> str:
    """What tells whether a row still says the same."""
    return hashlib.blake2b(orjson.dumps(raw, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


async def _territory_names(connection: asyncpg.Connection) -> dict[str, Text]:
    """The names that cooperations are titled by, as they are stored: a wrong row changes no title."""
    query = f"select s.slug, t.name from ({SLUGS}) s join territory t on t.id = s.id"  # noqa: S608 - constants
    rows = await connection.fetch(query)
    return {row["slug"]: orjson.loads(row["name"]) for row in rows}


async def _check_crosswalk(connection: asyncpg.Connection, crosswalk: Rows[Any]) -> None:
    terms: defaultdict[str, set[str]] = defaultdict(set)
    for row in await connection.fetch("select vocabulary, code from vocabulary_term"):
        terms[row["vocabulary"]].add(row["code"])
    for line, row in crosswalk.rows:
        if row.vocabulary not in terms:
            crosswalk.refuse(line, "vocabulary", f"no such vocabulary: '{row.vocabulary}'")
        elif row.target is not None and row.target not in terms[row.vocabulary]:
            crosswalk.refuse(line, "target", f"no such term: '{row.target}'")


def _digests(folder: Path) -> dict[str, str]:
    paths = sorted([*folder.glob("*.jsonl"), *folder.glob("vocabularies/*.json")])
    return {
        str(path.relative_to(folder)): hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest() for path in paths
    }


async def _loaded_digests(connection: asyncpg.Connection) -> dict[str, str]:
    return {row["name"]: row["digest"] for row in await connection.fetch("select name, digest from loaded_file")}


async def _remember_digests(connection: asyncpg.Connection, digests: Mapping[str, str]) -> None:
    async with connection.transaction():
        await connection.execute("delete from loaded_file")
        await connection.copy_records_to_table("loaded_file", columns=["name", "digest"], records=list(digests.items()))
