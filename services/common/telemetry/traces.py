"""OpenTelemetry traces, only where an exporter's address is set. FastAPI itself makes a span of each request."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from fastapi.telemetry import TelemetryConfig
from starlette.types import Scope

from services.common.telemetry.logs import redact

if TYPE_CHECKING:
    from services.common.telemetry.otlp import Traces

QUIET = ("/health/live", "/health/ready", "/metrics")
"""Asked every few seconds by machines: no traces of them."""


def traces_of(service: str, endpoint: str | None) -> "Traces | None":
    """The traces of a service, None where nobody wants them."""
    if not endpoint:
        return None
    from services.common.telemetry.otlp import Traces  # noqa: PLC0415 - the SDK is loaded where it is wanted only

    return Traces(service)


def fastapi_telemetry(traces: "Traces | None") -> TelemetryConfig:
    """What FastAPI's own telemetry is told. Metrics and logs are ours."""
    return {
        "tracing": traces is not None,
        "tracer_provider": traces.provider if traces else None,
        "metrics": False,
        "logs": False,
        "auto_configure": False,
        "exclude": _is_quiet,
    }


def exporting(traces: "Traces | None") -> AbstractAsyncContextManager[None]:
    """Send the spans made within the block."""
    return traces.exporting() if traces else nullcontext()


def redacted(attributes: Mapping[str, object]) -> dict[str, str]:
    """Attributes as they have to be instead: of a query only the names stay, of a path what is no key."""
    changed = {}
    if query := attributes.get("url.query"):
        names = [name for name, _ in parse_qsl(str(query), keep_blank_values=True)]
        changed["url.query"] = redact(urlencode([(name, "REDACTED") for name in names]))
    if path := attributes.get("url.path"):
        changed["url.path"] = redact(str(path))
    return changed


def _is_quiet(scope: Scope) -> bool:
    path: str = scope.get("path", "")
    return path.endswith(QUIET)
