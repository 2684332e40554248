"""The files of a data set: the small ones read and validated, the three large ones looked through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.catalog.kinds import BY_NAME
from services.catalog.loading.files import DataFile, Rows, read_rows, read_vocabularies
from services.catalog.loading.lines import Lines
from services.catalog.loading.rows import (
    CooperationRow,
    CooperationSupplement,
    CrosswalkRow,
    InitiativeRow,
    InitiativeSupplement,
    NetworkRow,
    TerritoryRow,
    TerritorySupplement,
    TranslationRow,
    VocabularyFile,
)
from services.catalog.records.schemas import RecordWrite

WRITTEN = {
    "organization": "organizations.jsonl",
    "programme": "programmes.jsonl",
    "census": "censuses.jsonl",
    "learning_resource": "learning_resources.jsonl",
    "funding_call": "funding_calls.jsonl",
    "offer": "offers.jsonl",
    "diagnosis": "diagnoses.jsonl",
    "workshop": "workshops.jsonl",
    "priority_action": "priority_actions.jsonl",
}
"""Kind → the file whose rows are records as they are written."""


@dataclass(frozen=True)
class DataSet:
    """The folder's files."""

    vocabularies: Rows[VocabularyFile]
    crosswalk: Rows[CrosswalkRow]
    networks: Rows[NetworkRow]
    territories: Lines[TerritoryRow]
    more_of_territories: Rows[TerritorySupplement]
    initiatives: Lines[InitiativeRow]
    translations: Lines[TranslationRow]
    more_of_initiatives: Rows[InitiativeSupplement]
    cooperations: Rows[CooperationRow]
    more_of_cooperations: Rows[CooperationSupplement]
    written: Mapping[str, Rows[RecordWrite]]

    def files(self) -> Sequence[DataFile]:
        """Every file, in the order of loading."""
        others = dict(self.written)
        return (
            self.vocabularies,
            self.crosswalk,
            self.networks,
            self.territories,
            self.more_of_territories,
            others.pop("organization"),  # initiatives name them
            self.initiatives,
            self.translations,
            self.more_of_initiatives,
            self.cooperations,
            self.more_of_cooperations,
            *others.values(),
        )

    def close(self) -> None:
        """Close the files that were kept open."""
        for file in (self.territories, self.initiatives, self.translations):
            file.close()


def read_data_set(folder: Path) -> DataSet:
    """Read the folder; raises FileNotFoundError when it is none, `MissingFileError` for a file that it needs."""
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    return DataSet(
        vocabularies=read_vocabularies(folder / "vocabularies"),
        crosswalk=read_rows(folder / "crosswalk.jsonl", CrosswalkRow, ("scheme", "vocabulary", "code")),
        networks=read_rows(folder / "networks.jsonl", NetworkRow, ("slug",)),
        territories=Lines(folder / "territories.jsonl", TerritoryRow),
        more_of_territories=read_rows(folder / "territories_seed.jsonl", TerritorySupplement, ("slug",)),
        initiatives=Lines(folder / "initiatives.jsonl", InitiativeRow),
        translations=Lines(folder / "translations.jsonl", TranslationRow, once=False),
        more_of_initiatives=read_rows(folder / "initiatives_seed.jsonl", InitiativeSupplement, ("slug",)),
        cooperations=read_rows(folder / "cooperations.jsonl", CooperationRow, ("slug",)),
        more_of_cooperations=read_rows(folder / "cooperations_seed.jsonl", CooperationSupplement, ("slug",)),
        written={kind: read_rows(folder / file, BY_NAME[kind].write, ("slug",)) for kind, file in WRITTEN.items()},
    )
