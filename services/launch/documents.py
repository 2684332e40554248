"""The OpenAPI documents of all services, as they are committed under `openapi/`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from pydantic import SecretStr

from services.catalog.app import create_app as create_catalog
from services.catalog.settings import CatalogSettings
from services.common.http.merged import merged
from services.matching.app import create_app as create_matching
from services.matching.settings import MatchingSettings
from services.search.app import create_app as create_search
from services.search.settings import SearchSettings
from services.webhooks.app import create_app as create_webhooks
from services.webhooks.settings import WebhooksSettings

NOWHERE = "postgresql://nowhere/nothing"
"""An app connects in its lifespan, which nobody enters here."""

NO_SECRET = "A" * 43 + "="


def service_apps() -> dict[str, FastAPI]:
    """The app of every service, none of them running."""
    return {
        "catalog": create_catalog(CatalogSettings(database_url=NOWHERE)),
        "search": create_search(SearchSettings()),
        "matching": create_matching(MatchingSettings(database_url=NOWHERE)),
        "webhooks": create_webhooks(WebhooksSettings(database_url=NOWHERE, secret_keys=(SecretStr(NO_SECRET),))),
    }


def documents() -> dict[str, dict[str, Any]]:
    """The OpenAPI document of every service by its name."""
    return {name: app.openapi() for name, app in service_apps().items()}


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
