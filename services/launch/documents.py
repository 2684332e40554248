"""The OpenAPI documents of all services, as they are committed under `openapi/`."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from services.catalog.app import create_app as create_catalog
from services.catalog.settings import CatalogSettings
from services.matching.app import create_app as create_matching
from services.matching.settings import MatchingSettings
from services.search.app import create_app as create_search
from services.search.settings import SearchSettings

NOWHERE = "postgresql://nowhere/nothing"
"""An app connects in its lifespan, which nobody enters here."""


def service_apps() -> dict[str, FastAPI]:
    """The app of every service, none of them running."""
    return {
        "catalog": create_catalog(CatalogSettings(database_url=NOWHERE)),
        "search": create_search(SearchSettings()),
        "matching": create_matching(MatchingSettings(database_url=NOWHERE)),
    }


def documents() -> dict[str, dict[str, Any]]:
    """The OpenAPI document of every service by its name."""
    return {name: app.openapi() for name, app in service_apps().items()}


def merged(by_service: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """One document for all services. A schema that two services define differently is named after its service."""
    whole: dict[str, Any] = {
        "openapi": next(iter(by_service.values()))["openapi"],
        "info": {"title": "Let's Food", "version": "1", "description": "All services; each also has its own document."},
        "paths": {},
        "components": {},
    }
    for service, original in by_service.items():
        document = _with_own_names(original, whole["components"].get("schemas", {}), service)
        for path, item in document["paths"].items():
            whole["paths"].setdefault(path, item)
        for kind, components in document.get("components", {}).items():
            whole["components"].setdefault(kind, {}).update(components)
    return whole


def _with_own_names(document: dict[str, Any], taken: Mapping[str, Any], service: str) -> dict[str, Any]:
    schemas = document.get("components", {}).get("schemas", {})
    clashing = {name for name, schema in schemas.items() if name in taken and taken[name] != schema}
    text = json.dumps(document)
    for name in clashing:
        text = text.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{service.title()}{name}"')
    renamed: dict[str, Any] = json.loads(text)
    if clashing:
        own = renamed["components"]["schemas"]
        renamed["components"]["schemas"] = {
            f"{service.title()}{name}" if name in clashing else name: schema for name, schema in own.items()
        }
    return renamed


def as_text(document: dict[str, Any]) -> str:
    """A document as it is committed: readable, in a stable order."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def write_documents(folder: Path) -> Sequence[Path]:
    """Write `{service}.json` and `letsfood.json`, which is all of them, into the folder; returns what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    by_service = documents()
    for name, document in [*by_service.items(), ("letsfood", merged(by_service))]:
        path = folder / f"{name}.json"
        path.write_text(as_text(document))
        written.append(path)
    return written
