"""`docs/settings.md`: every variable that a process reads, written from the classes that read them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from services.catalog.settings import CatalogSettings
from services.common.settings import ServiceSettings
from services.common.telemetry.settings import ProcessSettings
from services.launch.safety import CHECKS, variable
from services.matching.settings import MatchingSettings
from services.search.settings import SearchSettings
from services.webhooks.settings import WebhooksSettings

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "settings.md"

SERVICES: Mapping[str, type[ServiceSettings]] = {
    "catalog": CatalogSettings,
    "search": SearchSettings,
    "matching": MatchingSettings,
    "webhooks": WebhooksSettings,
}

INTRODUCTION = """# Settings

Written by `letsfood settings` from the settings classes; a test holds it equal to them. Every setting is an environment
variable. `{SERVICE}` stands for each of CATALOG, SEARCH, MATCHING and WEBHOOKS: `CATALOG_PUBLIC_URL`,
`SEARCH_PUBLIC_URL`, …

A process that misses a variable, or finds one that cannot be, says so in one line and ends. Outside development
(`{SERVICE}_ENVIRONMENT`, default `production`) it also refuses values of the variables marked ⚠ that are safe on one's
own machine only: [why](adr/0008-operation.md). `letsfood up` sets what it needs by itself, for development.

| Variable | Service | Type | Default | What it does |
|---|---|---|---|---|
"""


def settings_document() -> str:
    """The document, as it is committed."""
    return INTRODUCTION + "".join(f"| {' | '.join(row)} |\n" for row in _rows())


def write_settings(path: Path = DOCUMENT) -> Path:
    """Write the document; returns where to."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(settings_document())
    return path


def _rows() -> Iterator[tuple[str, ...]]:
    for name, field in ProcessSettings.model_fields.items():
        yield _row(variable(ProcessSettings, name), "every process", name, field)
    for name, field in ServiceSettings.model_fields.items():
        yield _row(f"{{SERVICE}}_{name}".upper(), "every service", name, field)
    for service, kind in SERVICES.items():
        for name, field in kind.model_fields.items():
            if name not in ServiceSettings.model_fields or _differs(kind, name):
                yield _row(variable(kind, name), service, name, field)


def _differs(kind: type[BaseSettings], name: str) -> bool:
    """Whether a service has another default or meaning for what every service can be told."""
    own, common = kind.model_fields[name], ServiceSettings.model_fields[name]
    return (own.default, own.description) != (common.default, common.description)


def _row(name: str, service: str, field_name: str, field: FieldInfo) -> tuple[str, ...]:
    mark = " ⚠" if field_name in CHECKS else ""
    description = (field.description or "").replace("|", "\\|").replace("\n", " ")
    examples = ", ".join(f"`{example}`" for example in field.examples or ())
    if examples:
        description += f" For example {examples}."
    return f"`{name}`{mark}", service, _type(field), _default(field), description


def _type(field: FieldInfo) -> str:
    schema = _schema(field)
    if "anyOf" in schema:
        schema = next(option for option in schema["anyOf"] if option.get("type") != "null")
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    kind: str = schema.get("type", "string")
    names = {"integer": "whole number", "array": "list, separated by commas", "boolean": "`true` or `false`"}
    bounds = {"minimum": "≥", "maximum": "≤", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}
    limits = [f"{sign} {schema[bound]:g}" for bound, sign in bounds.items() if bound in schema]
    if schema.get("format") == "password" or schema.get("writeOnly"):
        return "secret"
    if schema.get("format") == "path":
        return "path"
    return " ".join([names.get(kind, kind), ", ".join(limits)]).strip()


def _schema(field: FieldInfo) -> dict[str, Any]:
    annotated: Any = field.annotation
    for constraint in field.metadata:
        annotated = Annotated[annotated, constraint]
    return TypeAdapter(annotated).json_schema()


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "**has to be set**"
    if field.default is None or field.default == ():
        return "–"
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    if isinstance(field.default, tuple):
        return f"`{','.join(map(str, field.default))}`"
    return f"`{field.default}`"
