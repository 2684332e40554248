"""From the data set's rows to records: its codes through the crosswalk, its texts with language and origin.

Pure: what a row becomes depends on the row, its translations and the crosswalk alone.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.catalog.loading.rows import (
    CooperationRow,
    CrosswalkRow,
    InitiativeRow,
    NetworkRow,
    SourceRow,
    TerritoryRow,
    TranslationRow,
)
from services.catalog.territories.service import sort_name
from services.common.languages import Text, TextEntry


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that holds the id of another record, named here by its slug."""

    table: str
    slug: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A record as a row says it is: its columns, and the rows that belong to it in other tables."""

    kind: str
    slug: str
    columns: Mapping[str, Any]
    children: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    def digest(self) -> str:
        """What tells whether the row still says the same."""
        content = orjson.dumps([self.columns, self.children], default=_reference, option=orjson.OPT_SORT_KEYS)
        return hashlib.blake2b(content, digest_size=16).hexdigest()

    def references(self) -> set[Reference]:
        """Every other record that this one names."""
        rows = [self.columns, *(row for rows in self.children.values() for row in rows)]
        return {value for row in rows for value in row.values() if isinstance(value, Reference)}


def _reference(value: object) -> str:
    if isinstance(value, Reference):
        return f"{value.table}/{value.slug}"
    raise TypeError(type(value).__name__)


class UnmappedCode(Exception):
    """The crosswalk has no row for a code: nothing is dropped silently."""

    def __init__(self, name: str, vocabulary: str, code: str) -> None:
        super().__init__(f"'{code}' meets no term of '{vocabulary}' in the crosswalk")
        self.name = name


class Crosswalk:
    """From the data set's codes to the vocabularies'."""

    def __init__(self, rows: Sequence[CrosswalkRow]) -> None:
        self._targets = {(row.vocabulary, row.code): row.target for row in rows}

    def code(self, name: str, vocabulary: str, code: str | None) -> str | None:
        """Our code, None where the crosswalk says that there is none; raises `UnmappedCode` when it says nothing."""
        if code is None:
            return None
        if (vocabulary, code) not in self._targets:
            raise UnmappedCode(name, vocabulary, code)
        return self._targets[vocabulary, code]

    def required(self, name: str, vocabulary: str, code: str) -> str:
        """Our code where a record cannot be without; raises `UnmappedCode` also when there is none."""
        target = self.code(name, vocabulary, code)
        if target is None:
            raise UnmappedCode(name, vocabulary, code)
        return target

    def codes(self, name: str, vocabulary: str, codes: Sequence[str]) -> list[str]:
        """Our codes, each once, in their order."""
        found = (self.code(name, vocabulary, code) for code in codes)
        return list(dict.fromkeys(code for code in found if code is not None))


def _original(lang: str, text: str) -> dict[str, TextEntry]:
    return {lang: TextEntry(text=text, origin="original")}


def _sources(rows: Sequence[SourceRow]) -> list[dict[str, Any]]:
    empty = {"passage": None, "retrieved_at": None, "licence": None}
    return [{"title": row.title, "address": row.address, **empty} for row in rows]


def territory_draft(row: TerritoryRow, crosswalk: Crosswalk) -> Draft:
    """A territory. Its names are names, not translations of one another: none is the original."""
    names = {"fr": row.name_fr, "en": row.name_en, "ar": row.name_ar}
    name: Text = {lang: TextEntry(text=text, origin="human") for lang, text in names.items() if text}
    problems = [
        {
            "position": position,
            "problem": crosswalk.code(f"challenges.{position}.problem", "problems", challenge.problem),
            "theme": crosswalk.code(f"challenges.{position}.theme", "themes", challenge.theme),
            "severity": challenge.severity,
            "evidence": _original(challenge.evidence_lang, challenge.evidence),
            "stated_by": challenge.source.title,
            "year": None,
            "sources": _sources([challenge.source]),
        }
        for position, challenge in enumerate(row.challenges)
    ]
    memberships = [
        {"network_id": Reference("network", network), "since": None, "until": None, "sources": _sources(row.sources)}
        for network in dict.fromkeys(row.networks)
    ]
    columns = {
        "name": name,
        "display_name": row.name,
        "sort_name": sort_name(name),
        "kind": crosswalk.required("kind", "territory_kinds", row.kind),
        "local_level": None,
        "country_code": row.country_code,
        "subdivision_code": None,
        "lon": row.lon,
        "lat": row.lat,
        "point_note": row.coord_note,
        "population": row.population,
        "population_year": row.population_year,
        "population_scope": row.population_scope,
        "population_source": row.population_source,
        "has_food_project": row.has_pat,
        "external_ids": [],
        "sources": _sources(row.sources),
    }
    return Draft("territory", row.slug, columns, {"territory_problem": problems, "network_membership": memberships})


def initiative_draft(row: InitiativeRow, translations: Sequence[TranslationRow], crosswalk: Crosswalk) -> Draft:
    """An initiative with its title and summary in every language there is."""
    title, summary = _original(row.summary_lang, row.title), _original(row.summary_lang, row.summary)
    for translation in translations:
        title[translation.lang] = TextEntry(text=translation.title, origin=translation.origin)
        summary[translation.lang] = TextEntry(text=translation.summary, origin=translation.origin)
    results = []
    if row.results:
        statement = _original(row.results_lang or row.summary_lang, row.results)
        results.append({"statement": statement, "sources": _sources(row.sources)})
    columns = {
        "title": title,
        "summary": summary,
        "territory_id": Reference("territory", row.territory),
        "themes": crosswalk.codes("themes", "themes", row.themes),
        "carrier_name": row.actor_name,
        "carrier_sector": crosswalk.code("actor_type", "sectors", row.actor_type),
        "carrier_kind": crosswalk.code("actor_type", "actor_kinds", row.actor_type),
        "start_year": row.start_year,
        "end_year": row.end_year,
        "maturity": crosswalk.code("status", "maturities", row.status),
        "results": results,
        "mufpp_category": crosswalk.code("mufpp_category", "mufpp_categories", row.mufpp_category),
        "url": row.url,
        "sources": _sources(row.sources),
    }
    return Draft("initiative", row.slug, columns)


def cooperation_draft(row: CooperationRow, names: Mapping[str, Text], crosswalk: Crosswalk) -> Draft:
    """A cooperation, titled by its parties' names; `names` are the territories' by slug."""
    parties = [slug for slug in (row.a, row.b) if slug]
    device = crosswalk.code("device", "devices", row.device)
    columns = {
        "title": _joined([names.get(slug, {}) for slug in parties]),
        "themes": crosswalk.codes("themes", "themes", row.themes),
        "devices": [{"device": device, "sources": _sources(row.sources)}] if device else [],
        "stage": crosswalk.code("status", "cooperation_stages", row.status),
        "start_year": row.start_year,
        "end_year": row.end_year,
        "description": _original(row.note_lang, row.note),
        "sources": _sources(row.sources),
    }
    members = [
        {"territory_id": Reference("territory", slug), "position": position, "role": None}
        for position, slug in enumerate(parties)
    ]
    return Draft("cooperation", row.slug, columns, {"cooperation_party": members})


def _joined(names: Sequence[Text]) -> dict[str, TextEntry]:
    shared = [lang for lang in ("fr", "en", "ar") if all(lang in name for name in names)]
    return {lang: TextEntry(text=" – ".join(name[lang]["text"] for name in names), origin="human") for lang in shared}


def network_draft(row: NetworkRow, crosswalk: Crosswalk) -> Draft:
    """A network."""
    columns = {
        "name": row.name,
        "description": _original(row.description_lang, row.description),
        "kind": crosswalk.required("kind", "network_kinds", row.kind),
        "start_year": row.start_year,
        "sources": _sources(row.sources),
    }
    return Draft("network", row.slug, columns)
