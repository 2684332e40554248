"""Sending traces over OTLP. Loading this loads the OpenTelemetry SDK; `traces` does so only where it is wanted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from services.common.telemetry.traces import redacted


class _Redacting(SpanProcessor):
    """Keeps what somebody put into an address out of the spans."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002 - its interface
        for name, value in redacted(span.attributes or {}).items():
            span.set_attribute(name, value)


class Traces:
    """The spans of one service. Where they go is what the SDK's own variables say."""

    def __init__(self, service: str) -> None:
        resource = Resource.create({"service.name": service, "service.namespace": "letsfood"})
        self.provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self.provider.add_span_processor(_Redacting())

    @asynccontextmanager
    async def exporting(self) -> AsyncIterator[None]:
        """Send spans while the block runs; what is left is sent at its end."""
        self.provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        try:
            yield
        finally:
            await asyncio.to_thread(self.provider.shutdown)
