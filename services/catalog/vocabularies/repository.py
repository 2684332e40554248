"""Reading vocabularies: whole, for they are small."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from services.catalog.records.queries import RecordQueries
from services.common.feed.reader import Reads

VOCABULARIES = RecordQueries(
    kind="vocabulary",
    table="vocabulary",
    sort_key="r.name",
    state="""
select r.id, r.version, r.name as sort_key, convert_to(json_build_object(
  'id', r.id, 'name', r.name, 'version', r.version, 'label', r.label, 'source', r.source,
  'terms', coalesce((
    select json_agg(json_build_object('code', t.code, 'label', t.label, 'alt_labels', t.alt_labels,
      'definition', t.definition, 'broader', t.broader, 'mufpp_category', t.mufpp_category, 'matches', t.matches)
      order by t.position, t.code)
    from vocabulary_term t where t.vocabulary = r.name), '[]'::json))::text, 'UTF8') as state
from (select *, 'published' as status from vocabulary) r""",
)


CodeState = dict[str, str | None]
"""A code with its label and the label's language."""


class LabelledCodes(dict[str, CodeState]):
    """A vocabulary's codes with their labels in one language. A code that it does not hold goes without one."""

    def __missing__(self, code: str) -> CodeState:
        return {"code": code, "label": None, "lang": None}


@dataclass(frozen=True, slots=True)
class VocabularyState:
    """One vocabulary: its state as the feed carries it, its labels by code, and each code's narrower codes."""

    id: UUID
    version: int
    state: Mapping[str, Any]
    labels: Mapping[str, Mapping[str, str]]
    narrower: Mapping[str, Sequence[str]]
    _labelled: dict[str, LabelledCodes] = field(default_factory=dict, compare=False, repr=False)

    def labelled(self, lang: str) -> LabelledCodes:
        """Its codes as answers name them, made once for each language: not to be changed."""
        found = self._labelled.get(lang)
        if found is None:
            labels = self.labels.items()
            found = LabelledCodes({code: {"code": code, "label": label[lang], "lang": lang} for code, label in labels})
            self._labelled[lang] = found
        return found

    def with_narrower(self, codes: Sequence[str]) -> list[str]:
        """These codes and everything below them."""
        found = list(dict.fromkeys(codes))
        for code in found:
            found.extend(below for below in self.narrower.get(code, ()) if below not in found)
        return found


async def fetch_vocabularies(reads: Reads) -> dict[str, VocabularyState]:
    """Every vocabulary by name, in their order."""
    rows = await reads.fetch(f"{VOCABULARIES.state} order by r.position")
    found = (state_of(row["id"], row["version"], orjson.loads(row["state"])) for row in rows)
    return {vocabulary.state["name"]: vocabulary for vocabulary in found}


async def fetch_versions(reads: Reads) -> dict[str, int]:
    """The version of every vocabulary, by name."""
    return {row["name"]: row["version"] for row in await reads.fetch("select name, version from vocabulary")}


async def fetch_vocabulary(reads: Reads, name: str) -> VocabularyState:
    """One vocabulary that there is."""
    [row] = await reads.fetch(f"{VOCABULARIES.state} where r.name = $1", name)
    return state_of(row["id"], row["version"], orjson.loads(row["state"]))


def state_of(record_id: UUID, version: int, state: dict[str, Any]) -> VocabularyState:
    """A vocabulary of its state."""
    terms = state["terms"]
    narrower: dict[str, list[str]] = {}
    for term in terms:
        for above in term["broader"]:
            narrower.setdefault(above, []).append(term["code"])
    return VocabularyState(record_id, version, state, {term["code"]: term["label"] for term in terms}, narrower)
