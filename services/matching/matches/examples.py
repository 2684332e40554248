"""Examples for the OpenAPI page, shortened from real answers."""

from typing import Any

MATCHES_OF_MONTPELLIER: dict[str, Any] = {}
