"""Loading a data set folder into the catalog: what is new or changed, with every error named."""

import asyncio
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import orjson
from pydantic import BaseModel

from services.catalog.loading import drafts as make
from services.catalog.loading.drafts import Crosswalk, Draft, Reference, UnmappedCode
from services.catalog.loading.files import RowError, Rows, read_rows, read_vocabularies
from services.catalog.loading.rows import (
    CooperationRow,
    CrosswalkRow,
    InitiativeRow,
    NetworkRow,
    TerritoryRow,
    TranslationRow,
)
from services.catalog.loading.store import Ids, known_ids, store
from services.catalog.loading.vocabularies import store_crosswalk, store_vocabularies
from services.common.languages import Text

M = TypeVar("M", bound=BaseModel)

CHUNK = 200
"""Rows between two steps of the progress bar."""

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


@dataclass(frozen=True)
class DataSet:
    """The folder's files, read and validated."""

    vocabularies: Rows[Any]
    crosswalk: Rows[CrosswalkRow]
    networks: Rows[NetworkRow]
    territories: Rows[TerritoryRow]
    initiatives: Rows[InitiativeRow]
    translations: Rows[TranslationRow]
    cooperations: Rows[CooperationRow]

    def files(self) -> Sequence[Rows[Any]]:
        """Every file, in the order of loading."""
        return (
            self.vocabularies,
            self.crosswalk,
            self.networks,
            self.territories,
            self.initiatives,
            self.translations,
            self.cooperations,
        )


def read_data_set(folder: Path) -> DataSet:
    """Read the folder; raises FileNotFoundError when it is none."""
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    return DataSet(
        read_vocabularies(folder / "vocabularies"),
        read_rows(folder / "crosswalk.jsonl", CrosswalkRow, ("scheme", "vocabulary", "code")),
        read_rows(folder / "networks.jsonl", NetworkRow, ("slug",)),
        read_rows(folder / "territories.jsonl", TerritoryRow, ("slug",)),
        read_rows(folder / "initiatives.jsonl", InitiativeRow, ("slug",)),
        read_rows(folder / "translations.jsonl", TranslationRow, ("slug", "lang")),
        read_rows(folder / "cooperations.jsonl", CooperationRow, ("slug",)),
    )


async def load(
    url: str, folder: Path, progress: Progress = lambda *_: None, *, skip_invalid: bool = False
) -> LoadReport:
    """Load the folder into the database at `url`. Loading the same again changes nothing.

    A file with an error is not loaded at all, unless `skip_invalid` leaves out its wrong rows only.
    """
    connection = await asyncpg.connect(url, server_settings={"statement_timeout": "0"})
    try:
        digests = await asyncio.to_thread(_digests, folder)
        if digests and digests == await _loaded_digests(connection):
            return LoadReport(up_to_date=True)
        report = LoadReport()
        data = await asyncio.to_thread(read_data_set, folder)
        # From here on the database may hold something else than what was remembered: also if this is killed.
        await _remember_digests(connection, {})
        await _load(connection, data, report, progress, skip_invalid=skip_invalid)
        report.errors = [error for file in data.files() for error in file.errors]
        if not report.errors and not report.edited:
            await _remember_digests(connection, digests)
        return report
    finally:
        await connection.close()


async def _load(
    connection: asyncpg.Connection, data: DataSet, report: LoadReport, progress: Progress, *, skip_invalid: bool
) -> None:
    _check_translations(data)
    vocabularies = [row for _, row in data.vocabularies.accepted(skip_invalid=skip_invalid)]
    report.counts["vocabularies"] = Counter(changed=await store_vocabularies(connection, vocabularies))
    await _check_crosswalk(connection, data.crosswalk)
    mapped = [row for _, row in data.crosswalk.accepted(skip_invalid=skip_invalid)]
    await store_crosswalk(connection, mapped)
    crosswalk = Crosswalk(mapped)
    translations: dict[str, list[TranslationRow]] = defaultdict(list)
    for _, translation in data.translations.accepted(skip_invalid=skip_invalid):
        translations[translation.slug].append(translation)

    async def put(file: Rows[M], kind: str, draft: Callable[[M], Draft]) -> None:
        ids = await known_ids(connection)
        found = await _drafts(file, draft, ids, progress)
        # An initiative is loaded with its translations: without them, those it has would be taken away.
        withheld = kind == "initiative" and data.translations.errors and not skip_invalid
        accepted = set() if withheld else {line for line, _ in file.accepted(skip_invalid=skip_invalid)}
        stored = await store(connection, kind, [item for line, item in found if line in accepted], ids)
        report.counts[file.file] = stored.counts
        report.edited += [f"{kind}/{slug}" for slug in stored.edited]

    await put(data.networks, "network", lambda row: make.network_draft(row, crosswalk))
    await put(data.territories, "territory", lambda row: make.territory_draft(row, crosswalk))
    await put(data.initiatives, "initiative", lambda row: make.initiative_draft(row, translations[row.slug], crosswalk))
    names = await _territory_names(connection)
    await put(data.cooperations, "cooperation", lambda row: make.cooperation_draft(row, names, crosswalk))


async def _territory_names(connection: asyncpg.Connection) -> dict[str, Text]:
    """The names that cooperations are titled by, as they are stored: a wrong row changes no title."""
    rows = await connection.fetch("select slug, name from territory")
    return {row["slug"]: orjson.loads(row["name"]) for row in rows}


async def _drafts(file: Rows[M], draft: Callable[[M], Draft], ids: Ids, progress: Progress) -> list[tuple[int, Draft]]:
    found = []
    for place, (line, row) in enumerate(file.rows, start=1):
        try:
            made = draft(row)
        except UnmappedCode as error:
            file.refuse(line, error.name, str(error))
        else:
            for missing in made.references() - ids.keys():
                file.refuse(line, _field_of(made, missing), f"no such {missing.table}: '{missing.slug}'")
            found.append((line, made))
        if place % CHUNK == 0 or place == len(file.rows):
            progress(file.file, place, len(file.rows))
            await asyncio.sleep(0)
    return found


def _field_of(draft: Draft, reference: Reference) -> str:
    if reference.table == "network":
        return "networks"
    if draft.kind == "cooperation":
        position = next(row["position"] for row in draft.children["cooperation_party"] if reference in row.values())
        return "ab"[position]
    return reference.table


def _check_translations(data: DataSet) -> None:
    originals = {row.slug: row.summary_lang for _, row in data.initiatives.rows}
    for line, row in data.translations.rows:
        if row.slug not in originals:
            data.translations.refuse(line, "slug", f"no such initiative: '{row.slug}'")
        elif row.lang == originals[row.slug]:
            data.translations.refuse(line, "lang", f"'{row.lang}' is the language of the original")


async def _check_crosswalk(connection: asyncpg.Connection, crosswalk: Rows[CrosswalkRow]) -> None:
    terms = {(row["vocabulary"], row["code"]) for row in await connection.fetch("select * from vocabulary_term")}
    vocabularies = {vocabulary for vocabulary, _ in terms}
    for line, row in crosswalk.rows:
        if row.vocabulary not in vocabularies:
            crosswalk.refuse(line, "vocabulary", f"no such vocabulary: '{row.vocabulary}'")
        elif row.target is not None and (row.vocabulary, row.target) not in terms:
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
