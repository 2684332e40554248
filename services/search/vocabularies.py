"""The vocabularies as search keeps them with its index, so that it labels and recognises codes without the catalog."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from services.common.words import folded_text

THEMES = "themes"


@dataclass(frozen=True, slots=True)
class Term:
    """One code: its label per language, other names of it per language, and the broader codes it belongs to."""

    code: str
    label: Mapping[str, str]
    alt_labels: Mapping[str, Sequence[str]]
    broader: tuple[str, ...]

    def names(self, lang: str) -> list[str]:
        """Label and other names in one language."""
        label = self.label.get(lang)
        return [*([label] if label else []), *self.alt_labels.get(lang, ())]


@dataclass(frozen=True)
class Vocabularies:
    """Every vocabulary by name, and its terms by code."""

    terms: Mapping[str, Mapping[str, Term]] = field(default_factory=dict)

    @classmethod
    def from_states(cls, states: Iterable[Mapping[str, Any]]) -> "Vocabularies":
        """From the vocabulary states of the catalog's snapshot, or from `states()`."""
        return cls(
            {
                state["name"]: {
                    term["code"]: Term(
                        term["code"],
                        term["label"],
                        term.get("alt_labels") or {},
                        tuple(term.get("broader") or ()),
                    )
                    for term in state["terms"]
                }
                for state in states
            }
        )

    def states(self) -> list[dict[str, Any]]:
        """What `from_states` reads: plain data to keep with the index."""
        return [
            {
                "name": name,
                "terms": [
                    {
                        "code": term.code,
                        "label": dict(term.label),
                        "alt_labels": {lang: list(names) for lang, names in term.alt_labels.items()},
                        "broader": list(term.broader),
                    }
                    for term in terms.values()
                ],
            }
            for name, terms in self.terms.items()
        ]

    def codes(self, vocabulary: str) -> list[str]:
        """Its codes in its own order; none for a vocabulary that is not here."""
        return list(self.terms.get(vocabulary, {}))

    def label(self, vocabulary: str, code: str, lang: str) -> str:
        """The label in `lang`, else in English, else any; the code itself when it has none."""
        term = self.terms.get(vocabulary, {}).get(code)
        if term is None:
            return code
        return term.label.get(lang) or term.label.get("en") or next(iter(term.label.values()), code)

    def names(self, vocabulary: str, codes: Iterable[str]) -> dict[str, list[str]]:
        """Label and other names of these codes, per language."""
        found: dict[str, list[str]] = defaultdict(list)
        for code in codes:
            term = self.terms.get(vocabulary, {}).get(code)
            for lang in {*term.label, *term.alt_labels} if term else ():
                found[lang].extend(term.names(lang) if term else ())
        return dict(found)

    def with_broader(self, vocabulary: str, codes: Iterable[str]) -> list[str]:
        """These codes and every broader one above them, each once."""
        terms = self.terms.get(vocabulary, {})
        found: dict[str, None] = {}
        waiting = list(codes)
        while waiting:
            code = waiting.pop(0)
            if code not in found:
                found[code] = None
                waiting.extend(terms[code].broader if code in terms else ())
        return list(found)

    def themes_called(self, query: str) -> list[str]:
        """The themes of which the whole query is a name in some language, whatever its case, accents or articles."""
        return self._themes_by_name.get(folded_text(query), [])

    @cached_property
    def _themes_by_name(self) -> dict[str, list[str]]:
        by_name: dict[str, list[str]] = defaultdict(list)
        for code, term in self.terms.get(THEMES, {}).items():
            for lang in {*term.label, *term.alt_labels}:
                for name in term.names(lang):
                    folded = folded_text(name)
                    if folded and code not in by_name[folded]:
                        by_name[folded].append(code)
        return dict(by_name)
