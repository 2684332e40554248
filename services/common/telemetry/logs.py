"""Log lines: JSON for machines, readable ones for development. Neither ever holds a key, whatever was logged."""

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from opentelemetry import trace

from services.common.telemetry.settings import ProcessSettings

current_request: ContextVar[str | None] = ContextVar("current_request", default=None)
"""The id of the request that is being answered; every line logged meanwhile carries it."""

FIELDS = "fields"
"""The attribute of a log record (`extra={"fields": {...}}`) whose members stand beside the message."""

SECRETS = (
    (re.compile(r"(lf_[0-9a-z]{4,16}_|whsec_|whsk_)[0-9A-Za-z+/=_-]{8,}"), r"\1[redacted]"),
    (re.compile(r"(?i)\b(bearer|basic)((?:\s|%20|\+)+)[^\s\"'\\,;]{12,}"), r"\1\2[redacted]"),
    (re.compile(r"(://[^/\s:@\"']*):[^@/\s\"']+@"), r"\1:[redacted]@"),
)
"""API keys and signing secrets by their prefix, credentials of a header, passwords in addresses."""

CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
"""What could begin a new line, or colour one, in a terminal."""


def redact(text: str) -> str:
    """The text without keys, credentials and passwords."""
    if _may_hold_secrets(text):
        for pattern, replacement in SECRETS:
            text = pattern.sub(replacement, text)
    return text


def _may_hold_secrets(text: str) -> bool:
    """Whether a word stands there that every secret comes with: looking for it costs a tenth of the expressions."""
    low = text.lower()
    return "lf_" in low or "whs" in low or "bearer" in low or "basic" in low or "://" in low


def trace_id() -> str | None:
    """The id of the trace that is being recorded, as 32 hexadecimal digits."""
    context = trace.get_current_span().get_span_context()
    return format(context.trace_id, "032x") if context.is_valid else None


@lru_cache(maxsize=4)
def _second(seconds: int) -> str:
    """A time without its fraction: the same for all lines of a second."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:-6]


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request_id, trace_id, further fields, error."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": f"{_second(int(record.created))}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (request_id := current_request.get()) is not None:
            entry["request_id"] = request_id
        if (trace_of := trace_id()) is not None:
            entry["trace_id"] = trace_of
        entry |= getattr(record, FIELDS, {})
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        try:
            line = orjson.dumps(entry, default=str).decode()
        except orjson.JSONEncodeError:  # half a character, which JSON cannot carry as it is
            line = json.dumps(entry, default=str)
        return redact(line)


class TextFormatter(logging.Formatter):
    """One readable line, and the traceback of an error below it."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        request_id = current_request.get()
        mark = f"  [{request_id}]" if request_id else ""
        message = CONTROL.sub(lambda found: repr(found.group())[1:-1], record.getMessage())
        line = f"{time} {record.levelname:<7} {message}{mark}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return redact(line)


def configure_logging(settings: ProcessSettings, *, development: bool) -> None:
    """Send this process's log to standard error. The level is that of our own code; libraries only warn."""
    form = settings.log_format or ("text" if development else "json")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(TextFormatter() if form == "text" else JsonFormatter())
    # Shown nowhere, and found out anew for every line.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("services").setLevel(settings.log_level.upper())
    logging.captureWarnings(capture=True)
