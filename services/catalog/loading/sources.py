"""Which rows make the records of a kind: a row with its translations and with what a further file says of it."""

import re
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from services.catalog.loading import documents as make
from services.catalog.loading.data_set import DataSet
from services.catalog.loading.documents import Crosswalk
from services.catalog.loading.files import DataFile, Rows
from services.catalog.loading.lines import Lines
from services.catalog.loading.rows import InitiativeRow, TerritoryRow, TranslationRow
from services.catalog.records.kinds import Document, Kind
from services.common.languages import Text

M = TypeVar("M", bound=BaseModel)

Make = Callable[[], Document]

_FIELDS = (
    (re.compile(r"^parties\.0\.territory$"), "a"),
    (re.compile(r"^parties\.1\.territory$"), "b"),
    (re.compile(r"^networks\.(\d+)\.network$"), r"networks.\1"),
)
"""Members whose column in the file is called otherwise."""


@dataclass(frozen=True)
class Source:
    """A file's rows as documents to be made; `further` are files that their documents are made of besides."""

    file: DataFile
    slugs: Collection[str]
    """In the order of the file."""
    rows: Iterable[tuple[int, Make]]
    """Each line with what makes its document; that raises `ValidationError` and `UnmappedCode`."""
    further: Sequence[DataFile] = ()

    def withheld(self, *, skip_invalid: bool) -> bool:
        """Whether nothing of it may be loaded: with a further file broken, what it said would be taken away."""
        return not skip_invalid and any(file.errors for file in (self.file, *self.further))

    def field(self, name: str) -> str:
        """What the member is called in the file."""
        for pattern, called in _FIELDS:
            name = pattern.sub(called, name)
        return name


def _source(file: Rows[M], make_one: Callable[[M], Document], further: Sequence[DataFile] = ()) -> Source:
    rows = [(line, partial(make_one, row)) for line, row in file.rows]
    return Source(file, [getattr(row, "slug") for _, row in file.rows], rows, further)  # noqa: B009 - rows of any model


def _source_of_lines(file: Lines[M], make_one: Callable[[M], Document], further: Sequence[DataFile] = ()) -> Source:
    return Source(file, file.by_slug.keys(), _Made(file, make_one), further)


@dataclass(frozen=True)
class _Made(Generic[M]):
    """A large file's rows, each read when its document is made."""

    file: Lines[M]
    make_one: Callable[[M], Document]

    def __iter__(self) -> Iterator[tuple[int, Make]]:
        return ((line, partial(self._document, line)) for line in self.file.lines())

    def _document(self, line: int) -> Document:
        return self.make_one(self.file.row(line))


def sources_of(
    kind: Kind, data: DataSet, crosswalk: Crosswalk, names: Mapping[str, Text], *, skip_invalid: bool
) -> Iterator[Source]:
    """The sources of a kind's records; `names` are those of the territories, by slug."""

    def by_slug(file: Rows[M]) -> dict[str, M]:
        return {getattr(row, "slug"): row for _, row in file.accepted(skip_invalid=skip_invalid)}  # noqa: B009 - rows of any model

    match kind.name:
        case "network":
            yield _source(data.networks, lambda row: make.network_document(row, crosswalk))
        case "territory":
            _refuse_unknown(data.more_of_territories, data.territories, data.territories.by_slug)
            yield _territories(data, crosswalk)
        case "initiative":
            yield from _initiatives(data, crosswalk)
        case "cooperation":
            more = by_slug(data.more_of_cooperations)

            def cooperation(row: Any) -> Document:  # noqa: ANN401 - a row of the file
                document = make.cooperation_document(row, names, crosswalk)
                return make.supplemented_cooperation(document, more[row.slug]) if row.slug in more else document

            _refuse_unknown(
                data.more_of_cooperations, data.cooperations, {row.slug for _, row in data.cooperations.rows}
            )
            yield _source(data.cooperations, cooperation, [data.more_of_cooperations])
        case _:
            yield _source(data.written[kind.name], _as_given)


def _territories(data: DataSet, crosswalk: Crosswalk) -> Source:
    more = {row.slug: row for _, row in data.more_of_territories.rows}

    def territory(row: TerritoryRow) -> Document:
        document = make.territory_document(row, crosswalk)
        if row.slug in more:
            return make.supplemented_territory(document, _as_given(more[row.slug]))
        return document

    return _source_of_lines(data.territories, territory, [data.more_of_territories])


def _initiatives(data: DataSet, crosswalk: Crosswalk) -> Iterator[Source]:
    more = {row.slug: row for _, row in data.more_of_initiatives.rows}

    def initiative(row: InitiativeRow) -> Document:
        document = make.initiative_document(row, _translations(data.translations, row), crosswalk)
        return make.supplemented_initiative(document, more[row.slug]) if row.slug in more else document

    # The further file's own first: rows of the other may name them.
    own = [(line, row) for line, row in data.more_of_initiatives.rows if row.slug not in data.initiatives.by_slug]
    alone = [(line, partial(make.supplemented_initiative, {"slug": row.slug}, row)) for line, row in own]
    yield Source(data.more_of_initiatives, [row.slug for _, row in own], alone)
    for slug, lines in data.translations.by_slug.items():
        if slug not in data.initiatives.by_slug:
            for line in lines:
                data.translations.refuse(line, "slug", f"no such initiative: '{slug}'")
    yield _source_of_lines(data.initiatives, initiative, [data.translations, data.more_of_initiatives])


def _translations(file: Lines[TranslationRow], original: InitiativeRow) -> list[TranslationRow]:
    """The translations of an initiative; what is wrong with one is noted with its line."""
    found: dict[str, tuple[int, TranslationRow]] = {}
    for line in file.by_slug.get(original.slug, ()):
        try:
            row = file.row(line)
        except ValidationError as error:
            file.refuse_invalid(line, error)
            continue
        if row.lang == original.summary_lang:
            file.refuse(line, "lang", f"'{row.lang}' is the language of the original")
        elif row.lang in found:
            file.refuse(line, "slug", f"line {found[row.lang][0]} has the same slug, lang")
        else:
            found[row.lang] = (line, row)
    return [row for _, row in found.values()]


def _refuse_unknown(file: Rows[Any], main: DataFile, known: Container[str]) -> None:
    """Refuse rows that say more of what the main file does not have; with an error there, the row may be that one."""
    for line, row in file.rows if not main.errors else ():
        if row.slug not in known:
            file.refuse(line, "slug", f"the main file has no '{row.slug}'")


def _as_given(row: BaseModel) -> Document:
    """A row as it was given: what it does not say, it does not say."""
    return row.model_dump(mode="json", exclude_unset=True)
