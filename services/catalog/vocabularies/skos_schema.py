"""What the OpenAPI document says of a vocabulary as SKOS in JSON-LD."""

from collections.abc import Mapping
from typing import Any

from services.catalog.vocabularies.skos import MATCHES

_BASE = "https://letsfood.example/catalog/v1/vocabularies/mufpp_categories"

CONCEPT = {
    "id": f"{_BASE}/terms/food_waste",
    "type": "skos:Concept",
    "inScheme": _BASE,
    "topConceptOf": _BASE,
    "notation": "food_waste",
    "prefLabel": {"ar": "الوقاية من هدر الطعام", "en": "Food waste", "fr": "Prévenir le gaspillage alimentaire"},
    "altLabel": {
        "ar": ["هدر الطعام", "هدر الغذاء"],
        "en": ["preventing food waste"],
        "es": ["desperdicio de alimentos"],
        "fr": ["gaspillage alimentaire"],
    },
}
"""A category of the Milan Pact, as it is given at an address of the deployment's own."""

_TEXT = {"type": "string"}
_BY_LANGUAGE = {"type": "object", "description": "By language.", "additionalProperties": _TEXT}
_IRIS = {"type": "array", "items": _TEXT}

SKOS_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["@context", "graph"],
    "properties": {
        "@context": {"type": "object", "description": "What the members mean; nothing is loaded from elsewhere."},
        "graph": {
            "type": "array",
            "description": "Concept schemes (each a vocabulary) and concepts (each a term).",
            "items": {
                "type": "object",
                "required": ["id", "type", "prefLabel"],
                "properties": {
                    "id": {"type": "string", "description": "The IRI: the address at which it is read."},
                    "type": {"enum": ["skos:ConceptScheme", "skos:Concept"]},
                    **dict.fromkeys(("prefLabel", "definition", "title"), _BY_LANGUAGE),
                    "altLabel": {"type": "object", "additionalProperties": {"type": "array", "items": _TEXT}},
                    **dict.fromkeys(("hasTopConcept", "broader", "narrower", *MATCHES), _IRIS),
                    **dict.fromkeys(("inScheme", "topConceptOf", "notation", "source", "licence", "version"), _TEXT),
                },
            },
            "examples": [[CONCEPT]],
        },
    },
}
