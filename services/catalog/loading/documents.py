"""From the data set's rows to records as they are written: its codes through the crosswalk, its texts with origin.

Pure: what a row becomes depends on the row, its translations and the crosswalk alone. Rows of the newer files are
written records already.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.catalog.loading.rows import (
    CooperationRow,
    CooperationSupplement,
    CrosswalkRow,
    InitiativeRow,
    InitiativeSupplement,
    NetworkRow,
    SourceRow,
    TerritoryRow,
    TranslationRow,
)
from services.catalog.records.kinds import Document
from services.common.languages import Text, TextEntry


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
    return [{"title": row.title, "address": row.address} for row in rows]


def territory_document(row: TerritoryRow, crosswalk: Crosswalk) -> Document:
    """A territory. Its names are names, not translations of one another: none is the original."""
    names = {"fr": row.name_fr, "en": row.name_en, "ar": row.name_ar}
    population = {
        "value": row.population,
        "year": row.population_year,
        "scope": row.population_scope,
        "source": row.population_source,
    }
    return {
        "slug": row.slug,
        "name": {lang: TextEntry(text=text, origin="human") for lang, text in names.items() if text},
        "display_name": row.name,
        "kind": crosswalk.required("kind", "territory_kinds", row.kind),
        "country_code": row.country_code,
        "point": {"type": "Point", "coordinates": [row.lon, row.lat]},
        "point_note": row.coord_note,
        "population": population if row.population is not None else None,
        "has_food_project": row.has_pat,
        "networks": [{"network": network} for network in dict.fromkeys(row.networks)],
        "problems": [
            {
                "problem": crosswalk.code(f"challenges.{position}.problem", "problems", challenge.problem),
                "theme": crosswalk.code(f"challenges.{position}.theme", "themes", challenge.theme),
                "severity": challenge.severity,
                "evidence": _original(challenge.evidence_lang, challenge.evidence),
                "stated_by": challenge.source.title,
                "sources": _sources([challenge.source]),
            }
            for position, challenge in enumerate(row.challenges)
        ],
        "sources": _sources(row.sources),
    }


def initiative_document(row: InitiativeRow, translations: Sequence[TranslationRow], crosswalk: Crosswalk) -> Document:
    """An initiative with its title and summary in every language there is."""
    title, summary = _original(row.summary_lang, row.title), _original(row.summary_lang, row.summary)
    for translation in translations:
        title[translation.lang] = TextEntry(text=translation.title, origin=translation.origin)
        summary[translation.lang] = TextEntry(text=translation.summary, origin=translation.origin)
    results = []
    if row.results:
        statement = _original(row.results_lang or row.summary_lang, row.results)
        results.append({"statement": statement, "sources": _sources(row.sources)})
    carrier = {
        "name": row.actor_name,
        "sector": crosswalk.code("actor_type", "sectors", row.actor_type),
        "kind": crosswalk.code("actor_type", "actor_kinds", row.actor_type),
    }
    return {
        "slug": row.slug,
        "title": title,
        "summary": summary,
        "territory": row.territory,
        "themes": crosswalk.codes("themes", "themes", row.themes),
        "carrier": carrier if any(carrier.values()) else None,
        "start_year": row.start_year,
        "end_year": row.end_year,
        "maturity": crosswalk.code("status", "maturities", row.status),
        "results": results,
        "mufpp_category": crosswalk.code("mufpp_category", "mufpp_categories", row.mufpp_category),
        "url": row.url,
        "sources": _sources(row.sources),
    }


def supplemented_initiative(document: Document, more: InitiativeSupplement) -> Document:
    """An initiative with what a further file says of it; of the carriers, the first holder is the carrier."""
    holder = next((actor for actor in more.carriers if actor.role == "holder"), None)
    others = [actor.model_dump() for actor in more.carriers if actor is not holder]
    carrier = {
        **(document.get("carrier") or {}),
        **({"organization": holder.organization, "name": holder.name} if holder else {}),
        **{name: value for name, value in (("sector", more.sector), ("kind", more.kind)) if value},
    }
    given = more.model_dump(mode="json", exclude_unset=True, exclude={"carriers", "sector", "kind", "sources"})
    return {
        **document,
        **{name: value for name, value in given.items() if value not in (None, [])},
        "carrier": carrier if any(carrier.values()) else None,
        "actors": others,
        "sources": _joined_sources(document, more.sources),
    }


def cooperation_document(row: CooperationRow, names: Mapping[str, Text], crosswalk: Crosswalk) -> Document:
    """A cooperation, titled by its parties' names; `names` are the territories' by slug."""
    parties = [slug for slug in (row.a, row.b) if slug]
    device = crosswalk.code("device", "devices", row.device)
    return {
        "slug": row.slug,
        "title": _joined([names.get(slug, {}) for slug in parties]) or {"und": " – ".join(parties)},
        "parties": [{"territory": slug} for slug in parties],
        "themes": crosswalk.codes("themes", "themes", row.themes),
        "devices": [{"device": device, "sources": _sources(row.sources)}] if device else [],
        "stage": crosswalk.code("status", "cooperation_stages", row.status),
        "start_year": row.start_year,
        "end_year": row.end_year,
        "description": _original(row.note_lang, row.note),
        "sources": _sources(row.sources),
    }


def supplemented_cooperation(document: Document, more: CooperationSupplement) -> Document:
    """A cooperation with what a further file says of it."""
    given = more.model_dump(mode="json", exclude_unset=True, exclude={"parties", "sources"})
    parties = [
        {"territory": party["territory"], "role": more.parties.get(party["territory"])} for party in document["parties"]
    ]
    return {
        **document,
        **{name: value for name, value in given.items() if value not in (None, [])},
        "parties": parties,
        "sources": _joined_sources(document, more.sources),
    }


def supplemented_territory(document: Document, more: Mapping[str, Any]) -> Document:
    """A territory with what a further file says of it: members that it gives replace."""
    given = {name: value for name, value in more.items() if name not in {"slug", "sources"} and value is not None}
    return {**document, **given, "sources": _joined_sources(document, [SourceRow(**each) for each in more["sources"]])}


def _joined_sources(document: Document, further: Sequence[SourceRow]) -> list[dict[str, Any]]:
    sources = [*document.get("sources", []), *_sources(further)]
    return list({(source["title"], source["address"]): source for source in sources}.values())


def _joined(names: Sequence[Text]) -> dict[str, TextEntry]:
    shared = [lang for lang in ("fr", "en", "ar") if all(lang in name for name in names)]
    return {lang: TextEntry(text=" – ".join(name[lang]["text"] for name in names), origin="human") for lang in shared}


def network_document(row: NetworkRow, crosswalk: Crosswalk) -> Document:
    """A network."""
    return {
        "slug": row.slug,
        "name": row.name,
        "description": _original(row.description_lang, row.description),
        "kind": crosswalk.required("kind", "network_kinds", row.kind),
        "start_year": row.start_year,
        "sources": _sources(row.sources),
    }
