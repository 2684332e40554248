"""Vocabularies as SKOS in JSON-LD, with a context of their own: nothing is loaded from another host. Pure.

A scheme's IRI is its address here, `…/catalog/v1/vocabularies/themes`, a concept's `…/themes/terms/food_waste`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.catalog.vocabularies.checks import Vocabularies
from services.catalog.vocabularies.repository import VocabularyState

JSON_LD = "application/ld+json"

LICENCE = "https://creativecommons.org/licenses/by/4.0/"

_SKOS_IRI = {"@type": "@id"}
CONTEXT: Mapping[str, Any] = {
    "@version": 1.1,
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dct": "http://purl.org/dc/terms/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "id": "@id",
    "type": "@type",
    "graph": "@graph",
    **{
        name: {"@id": f"skos:{name}", "@container": "@language"} for name in ("prefLabel", "altLabel", "definition")
    },
    **{
        name: {"@id": f"skos:{name}", **_SKOS_IRI}
        for name in (
            "inScheme", "topConceptOf", "hasTopConcept", "broader", "narrower",
            "exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch",
        )
    },
    "notation": "skos:notation",
    "title": {"@id": "dct:title", "@container": "@language"},
    "source": "dct:source",
    "licence": {"@id": "dct:license", **_SKOS_IRI},
    "version": "owl:versionInfo",
}  # fmt: skip

MATCHES = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")

OTHER_HOSTS = {"sdg-target": "http://metadata.un.org/sdg/{code}", "spdx": "https://spdx.org/licenses/{code}"}
"""Schemes whose codes have addresses of their own, by their keepers: the United Nations', SPDX's."""

CATEGORIES = "mufpp_categories"
"""Our vocabulary of the categories of the Milan Pact, which terms of others are in."""


@dataclass(frozen=True)
class Addresses:
    """The IRIs of schemes and concepts, and of codes of other schemes."""

    base: str
    """Of the vocabularies, without a slash at the end."""
    known: Mapping[tuple[str, str], str]
    """(scheme, code) → the concept of ours that is the same."""

    @classmethod
    def of(cls, public_url: str, vocabularies: Vocabularies) -> "Addresses":
        """The addresses under the deployment's own."""
        base = f"{public_url.rstrip('/')}/catalog/v1/vocabularies"
        same = {
            (match["scheme"], match["code"]): f"{base}/{name}/terms/{term['code']}"
            for name, vocabulary in vocabularies.items()
            for term in vocabulary.state["terms"]
            for match in term["matches"]
            if match["relation"] == "exactMatch"
        }
        return cls(base, same)

    def scheme(self, name: str) -> str:
        """A vocabulary's."""
        return f"{self.base}/{name}"

    def concept(self, name: str, code: str) -> str:
        """A term's."""
        return f"{self.base}/{name}/terms/{code}"

    def others(self, scheme: str, code: str, but: str) -> Iterable[str]:
        """Those of a code of another scheme: our concept for it, unless it is `but`, and its keeper's address."""
        if (ours := self.known.get((scheme, code))) and ours != but:
            yield ours
        if scheme in OTHER_HOSTS:
            yield OTHER_HOSTS[scheme].format(code=code)


def schemes_document(vocabularies: Iterable[VocabularyState], addresses: Addresses) -> dict[str, Any]:
    """All schemes, without their concepts."""
    return _document([_scheme(vocabulary, addresses, tops=False) for vocabulary in vocabularies])


def scheme_document(vocabulary: VocabularyState, addresses: Addresses) -> dict[str, Any]:
    """A scheme with its concepts."""
    concepts = [_concept(vocabulary, term, addresses) for term in vocabulary.state["terms"]]
    return _document([_scheme(vocabulary, addresses, tops=True), *concepts])


def concept_document(vocabulary: VocabularyState, term: Mapping[str, Any], addresses: Addresses) -> dict[str, Any]:
    """One concept, with the scheme that it is in."""
    return _document([_scheme(vocabulary, addresses, tops=False), _concept(vocabulary, term, addresses)])


def _document(nodes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"@context": CONTEXT, "graph": nodes}


def _scheme(vocabulary: VocabularyState, addresses: Addresses, *, tops: bool) -> dict[str, Any]:
    state = vocabulary.state
    name = state["name"]
    top = [addresses.concept(name, term["code"]) for term in state["terms"] if not term["broader"]]
    node = {
        "id": addresses.scheme(name),
        "type": "skos:ConceptScheme",
        "prefLabel": state["label"],
        "title": state["label"],
        "source": state["source"],
        "licence": LICENCE,
        "version": str(vocabulary.version),
        "hasTopConcept": top if tops else [],
    }
    return {member: value for member, value in node.items() if value}


def _concept(vocabulary: VocabularyState, term: Mapping[str, Any], addresses: Addresses) -> dict[str, Any]:
    name, code = vocabulary.state["name"], term["code"]
    own = addresses.concept(name, code)
    labels: Mapping[str, str] = term["label"]
    others = {
        lang: kept
        for lang, each in (term["alt_labels"] or {}).items()
        if (kept := [label for label in dict.fromkeys(each) if label != labels.get(lang)])
    }
    node: dict[str, Any] = {
        "id": own,
        "type": "skos:Concept",
        "inScheme": addresses.scheme(name),
        "topConceptOf": None if term["broader"] else addresses.scheme(name),
        "notation": code,
        "prefLabel": labels,
        "altLabel": others,
        "definition": term["definition"],
        "broader": [addresses.concept(name, above) for above in term["broader"]],
        "narrower": [addresses.concept(name, below) for below in vocabulary.narrower.get(code, ())],
        **_matches(term, addresses, own),
    }
    return {member: value for member, value in node.items() if value}


def _matches(term: Mapping[str, Any], addresses: Addresses, own: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {relation: [] for relation in MATCHES}
    for match in term["matches"]:
        found[match["relation"]] += addresses.others(match["scheme"], match["code"], own)
    if term["mufpp_category"]:
        found["broadMatch"].append(addresses.concept(CATEGORIES, term["mufpp_category"]))
    taken = {own}
    for relation, iris in found.items():  # a concept stands in one relation of these to another
        found[relation] = [iri for iri in dict.fromkeys(iris) if iri not in taken]
        taken.update(found[relation])
    return found
