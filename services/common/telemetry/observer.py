"""What is measured and logged of every request."""

import logging

from starlette.types import Scope

from services.common.telemetry.logs import FIELDS, current_request
from services.common.telemetry.metrics import Metrics
from services.common.telemetry.routes import route_template

logger = logging.getLogger("services.access")

QUIET = ("/health/live", "/health/ready", "/metrics", "/status", "/changes")
"""Asked all the time by machines: their lines are of level debug, unless something is wrong with them."""

REFUSED = frozenset({401, 403, 429})
"""Where the line names the client's address: it is what one stops somebody by, and else nobody's business."""

LONGEST_PATH = 200


class Observer:
    """Counts a request and writes its line. Never logged: query strings, headers, bodies."""

    def __init__(self, service: str, metrics: Metrics) -> None:
        self._service = service
        self._metrics = metrics

    def begin(self, scope: Scope) -> None:
        """A request has come in."""
        self._metrics.in_flight += 1
        scope["request_token"] = current_request.set(scope["request_id"])

    def end(self, scope: Scope, status: int, seconds: float) -> None:
        """It was answered, or broke off."""
        self._metrics.in_flight -= 1
        route = route_template(scope)
        self._metrics.count(scope["method"], route, status, seconds)
        level = logging.DEBUG if route.endswith(QUIET) and status < 400 else logging.INFO
        if logger.isEnabledFor(level):
            self._write(level, scope, route, status, seconds)
        current_request.reset(scope.pop("request_token"))

    def _write(self, level: int, scope: Scope, route: str, status: int, seconds: float) -> None:
        fields: dict[str, object] = {
            "service": self._service,
            "method": scope["method"],
            "route": route,
            "path": scope["path"][:LONGEST_PATH],
            "status": status,
            "duration_ms": round(seconds * 1000, 2),
        }
        if (key := getattr(scope.get("caller"), "key", None)) is not None:
            fields["key"] = key
        if status in REFUSED and (client := scope.get("client")):
            fields["client"] = client[0]
        message = f"{scope['method']} {fields['path']} {status} {seconds * 1000:.1f} ms"
        record = logging.LogRecord(
            logger.name, level, "", 0, message, None, None
        )  # looks for no calling line, nor takes one apart
        setattr(record, FIELDS, fields)
        logger.handle(record)
