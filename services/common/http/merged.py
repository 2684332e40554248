"""One OpenAPI document for several services. Pure."""

import json
from collections.abc import Mapping
from typing import Any


def merged(by_service: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """One document for all services. A schema that two services define differently is named after its service."""
    first = next(iter(by_service.values()))
    shared: dict[str, Any] = {name: first[name] for name in ("servers", "security") if name in first}
    licence = {"license": first["info"]["license"]} if "license" in first.get("info", {}) else {}
    whole: dict[str, Any] = {
        "openapi": first["openapi"],
        "info": {"title": "Let's Food", "version": "1", "description": _description(by_service), **licence},
        **shared,
        "paths": {},
        "components": {},
    }
    for service, original in by_service.items():
        document = _with_own_names(original, whole["components"].get("schemas", {}), service)
        for path, item in document["paths"].items():
            whole["paths"].setdefault(path, item)
        for name, item in document.get("webhooks", {}).items():
            whole.setdefault("webhooks", {})[name] = item
        tags = whole.setdefault("tags", [])
        tags.extend(tag for tag in document.get("tags", []) if tag not in tags)
        for kind, components in document.get("components", {}).items():
            whole["components"].setdefault(kind, {}).update(components)
    return whole


def _description(by_service: Mapping[str, dict[str, Any]]) -> str:
    parts = ["All services; each also has a document of its own."]
    for service, document in by_service.items():
        info = document.get("info", {})
        parts.append(f"### {service}\n\n{info.get('description', '').strip()}")
    return "\n\n".join(parts)


def _with_own_names(document: dict[str, Any], taken: Mapping[str, Any], service: str) -> dict[str, Any]:
    schemas = document.get("components", {}).get("schemas", {})
    clashing = _clashing(schemas, taken)
    if not clashing:
        return document
    text = json.dumps(document)
    for name in clashing:
        text = text.replace(_reference(name), _reference(f"{service.title()}{name}"))
    renamed: dict[str, Any] = json.loads(text)
    own = renamed["components"]["schemas"]
    renamed["components"]["schemas"] = {
        f"{service.title()}{name}" if name in clashing else name: schema for name, schema in own.items()
    }
    return renamed


def _clashing(schemas: Mapping[str, Any], taken: Mapping[str, Any]) -> set[str]:
    """Names that are taken for something else: another schema, or the same words about one that is another."""
    shared = {name: json.dumps(schema) for name, schema in schemas.items() if name in taken}
    clashing = {name for name in shared if taken[name] != schemas[name]}
    found = clashing
    while found:
        found = {
            name
            for name, text in shared.items()
            if name not in clashing and any(_reference(other) in text for other in clashing)
        }
        clashing |= found
    return clashing


def _reference(name: str) -> str:
    return f'"#/components/schemas/{name}"'
