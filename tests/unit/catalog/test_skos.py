"""Vocabularies as SKOS: well-formed RDF with the triples that it should have, and nothing from another host."""

import json
from typing import Any

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS

from services.catalog.loading.files import read_vocabularies
from services.catalog.vocabularies.repository import VocabularyState, state_of
from services.catalog.vocabularies.skos import (
    MATCHES,
    Addresses,
    concept_document,
    scheme_document,
    schemes_document,
)
from services.common.ids import new_id
from tests.conftest import DATA

pytestmark = [
    pytest.mark.filterwarnings(f"ignore:{name} is deprecated:DeprecationWarning")
    for name in ("ConjunctiveGraph", r"Dataset\.\w+")  # rdflib's own parser still uses them
]

BASE = "https://food.example/catalog/v1/vocabularies"


@pytest.fixture(scope="module")
def vocabularies() -> dict[str, VocabularyState]:
    """The data set's own."""
    found = {}
    for _, file in read_vocabularies(DATA / "vocabularies").rows:
        state = {"id": str(new_id()), "version": 3, **file.model_dump(mode="json")}
        found[file.name] = state_of(new_id(), 3, state)
    return found


@pytest.fixture(scope="module")
def addresses(vocabularies: dict[str, VocabularyState]) -> Addresses:
    return Addresses.of("https://food.example/", vocabularies)


def graph(document: dict[str, Any]) -> Graph:
    return Graph().parse(data=json.dumps(document), format="json-ld")


def iri(name: str, code: str) -> URIRef:
    return URIRef(f"{BASE}/{name}/terms/{code}")


def test_a_vocabulary_is_a_scheme_of_concepts(vocabularies: dict[str, VocabularyState], addresses: Addresses) -> None:
    found = graph(scheme_document(vocabularies["themes"], addresses))
    scheme, waste = URIRef(f"{BASE}/themes"), iri("themes", "food_waste")
    assert (scheme, RDF.type, SKOS.ConceptScheme) in found
    assert (scheme, DCTERMS.license, URIRef("https://creativecommons.org/licenses/by/4.0/")) in found
    concepts = set(found.subjects(RDF.type, SKOS.Concept))
    assert concepts == {iri("themes", term["code"]) for term in vocabularies["themes"].state["terms"]}
    assert set(found.objects(waste, SKOS.prefLabel)) >= {
        Literal("Gaspillage alimentaire", lang="fr"),
        Literal("Food waste", lang="en"),
        Literal("هدر الطعام", lang="ar"),
    }
    assert Literal("desperdicio de alimentos", lang="es") in set(found.objects(waste, SKOS.altLabel))
    assert (waste, SKOS.notation, Literal("food_waste")) in found
    assert (waste, SKOS.inScheme, scheme) in found


def test_themes_lead_to_the_pact_and_to_the_goals(
    vocabularies: dict[str, VocabularyState], addresses: Addresses
) -> None:
    found = graph(scheme_document(vocabularies["themes"], addresses))
    waste = iri("themes", "food_waste")
    assert {iri("sdg_targets", "sdg_12_3"), URIRef("http://metadata.un.org/sdg/12.3")} <= set(
        found.objects(waste, SKOS.closeMatch)
    )
    assert {iri("mufpp_actions", f"action_{number}") for number in (34, 35, 36, 37)} <= set(
        found.objects(waste, SKOS.narrowMatch)
    )
    assert iri("mufpp_categories", "food_waste") in set(found.objects(waste, SKOS.broadMatch))
    targets = graph(scheme_document(vocabularies["sdg_targets"], addresses))
    assert set(targets.objects(iri("sdg_targets", "sdg_12_3"), SKOS.exactMatch)) == {
        URIRef("http://metadata.un.org/sdg/12.3")
    }, "and not to itself"


def test_every_vocabulary_keeps_the_rules_of_skos(
    vocabularies: dict[str, VocabularyState], addresses: Addresses
) -> None:
    assert len(vocabularies) > 40
    for vocabulary in vocabularies.values():
        found = graph(scheme_document(vocabulary, addresses))
        scheme = URIRef(f"{BASE}/{vocabulary.state['name']}")
        for concept in found.subjects(RDF.type, SKOS.Concept):
            labels = list(found.objects(concept, SKOS.prefLabel))
            languages = [label.language for label in labels if isinstance(label, Literal)]
            assert {"fr", "en", "ar"} <= set(languages)
            assert len(languages) == len(set(languages)), "one preferred label a language"
            assert not set(labels) & set(found.objects(concept, SKOS.altLabel))
            for broader in found.objects(concept, SKOS.broader):
                assert (broader, SKOS.narrower, concept) in found
                assert (broader, RDF.type, SKOS.Concept) in found
            top = (concept, SKOS.broader, None) not in found
            assert ((scheme, SKOS.hasTopConcept, concept) in found) == top
            assert ((concept, SKOS.topConceptOf, scheme) in found) == top
            matched = [each for relation in MATCHES for each in found.objects(concept, SKOS[relation])]
            assert concept not in matched
            assert len(matched) == len(set(matched))


def test_one_concept_and_the_list_are_rdf_too(vocabularies: dict[str, VocabularyState], addresses: Addresses) -> None:
    themes = vocabularies["themes"]
    term = next(term for term in themes.state["terms"] if term["code"] == "food_waste")
    one = graph(concept_document(themes, term, addresses))
    assert set(one.subjects(RDF.type, SKOS.Concept)) == {iri("themes", "food_waste")}
    every = graph(schemes_document(vocabularies.values(), addresses))
    assert set(every.subjects(RDF.type, SKOS.ConceptScheme)) == {URIRef(f"{BASE}/{name}") for name in vocabularies}


def test_the_context_is_in_the_document(vocabularies: dict[str, VocabularyState], addresses: Addresses) -> None:
    document = scheme_document(vocabularies["devices"], addresses)
    assert isinstance(document["@context"], dict), "an address would be loaded"
    assert len(graph(document)) > 0
