"""Of every kind a published record of the data set, and a new one as it is written: as short as it may be."""

from typing import Any

SOURCES = [{"title": "Let's Food – Territorial cooperation"}]

EXAMPLES = {
    "territory": "montpellier",
    "network": "mufpp",
    "organization": "lets-food",
    "initiative": "tav-lyon",
    "cooperation": "montpellier-fes",
    "programme": "coopalim",
    "census": "fao-mediterranean-food-initiatives",
    "learning_resource": "webinar-food-waste",
    "funding_call": "daect-cle-en-main-2020",
    "offer": "toulouse-new-cooperation",
    "diagnosis": "bordeaux-lets-food-cities",
    "workshop": "sefrou-atelier-filieres",
    "priority_action": "sefrou-atelier-filieres-1",
}
"""A published record of each kind, of the data set."""

TITLED = {"title": {"fr": "À l'essai"}}
OWN: dict[str, dict[str, Any]] = {
    "territory": {"name": {"fr": "Essai"}, "kind": "municipality", "country_code": "MA"},
    "network": {"name": "Réseau", "description": {"fr": "À l'essai."}, "kind": "national"},
    "organization": {"name": {"fr": "Association"}, "kinds": ["association"], "territory": "fes"},
    "initiative": TITLED | {"summary": {"fr": "Un marché."}, "territory": "fes", "themes": ["farmers_markets"]},
    "cooperation": TITLED
    | {"parties": [{"territory": "fes"}, {"territory": "lyon"}], "description": {"fr": "Échanges."}},
    "programme": TITLED | {"purpose": {"fr": "Grouper des coopérations."}},
    "census": TITLED | {"purpose": {"fr": "Recenser des pratiques."}},
    "learning_resource": TITLED | {"format": "webinar"},
    "funding_call": TITLED,
    "offer": TITLED | {"direction": "offer", "territory": "fes", "statement": {"fr": "Un savoir-faire."}},
    "diagnosis": TITLED | {"territory": "fes", "kind": "city_assessment"},
    "workshop": TITLED | {"territories": ["fes"], "kind": "multi_actor"},
    "priority_action": TITLED | {"territories": ["fes"], "workshop": "sefrou-atelier-filieres"},
}
"""What each kind cannot be without; the workshop is one of the data set."""


def new_record(kind: str, number: int, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A new record of this kind with a slug of its own."""
    return {"slug": f"essai-{kind.replace('_', '-')}-{number}", "sources": SOURCES, **OWN[kind], **changes}
