"""What a process can be told, whichever services it runs, by variables that begin with `LETSFOOD_`."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ProcessSettings(BaseSettings):
    """Logs, traces and the end of a process."""

    model_config = SettingsConfigDict(env_prefix="LETSFOOD_", extra="ignore", frozen=True)

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info",
        description="The least that our own code logs; `info` has a line for each request. Libraries only warn.",
    )
    log_format: Literal["json", "text"] | None = Field(
        None, description="One JSON object a line, or lines to read; default: `text` in development, else `json`."
    )
    shutdown_seconds: int = Field(
        20,
        ge=1,
        le=600,
        description="How long requests in flight may take to end when the process is asked to stop. Whoever stops it "
        "(systemd, Kubernetes, Docker) has to wait longer than that before killing it.",
    )
    otlp_endpoint: str | None = Field(
        None,
        validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="Where OpenTelemetry traces are sent (OTLP over HTTP), e.g. `http://127.0.0.1:4318`; none without "
        "it. The other `OTEL_*` variables of the OpenTelemetry SDK apply too.",
    )
