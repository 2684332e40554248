"""With an exporter's address set, one trace leads from the first service through the next, and no key is in it."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from services.common.access.keys import new_key
from services.common.http.app import service_router
from services.common.settings import ServiceSettings
from services.common.telemetry.logs import JsonFormatter
from services.common.telemetry.outgoing import internal_client
from tests.conftest import running
from tests.integration.common.bare_service import bare_service

TRACE = "0af7651916cd43dd8448eb211c80319c"
KEY = new_key()


class Receiver(HTTPServer):
    """An OTLP collector on loopback."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.bodies: list[bytes] = []

    def spans(self) -> list[tuple[str, Span]]:
        found = []
        for body in self.bodies:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                names = {item.key: item.value.string_value for item in resource.resource.attributes}
                found += [(names["service.name"], span) for scope in resource.scope_spans for span in scope.spans]
        return found


class Taking(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        self.server.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def make_service(name: str, calls: httpx.AsyncClient | None = None) -> FastAPI:
    """A service with one route, which calls the next service if there is one."""
    router = service_router()

    @router.get("/things/{ref}")
    async def thing(ref: str, token: str = "") -> dict[str, str]:
        logging.getLogger("services.test").info("in %s", name)
        if calls is not None:
            await calls.get(f"/inner/v1/things/{ref}", params={"token": token})
        return {"ref": ref}

    return bare_service(name, router, ServiceSettings(environment="development"))


@asynccontextmanager
async def two_services() -> AsyncIterator[httpx.AsyncClient]:
    inner = make_service("inner")
    async with (
        internal_client("http://inner.internal", httpx.ASGITransport(inner)) as calls,
        running(inner),
        running(make_service("outer", calls)) as client,
    ):
        yield client


def attributes(span: Span) -> dict[str, str]:
    return {item.key: item.value.string_value or str(item.value.int_value) for item in span.attributes}


async def test_a_trace_leads_from_service_to_service_and_holds_no_key(receiver: Receiver) -> None:
    async with two_services() as client:
        await client.get(
            f"/outer/v1/things/{KEY}",
            params={"token": str(KEY)},
            headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"},
        )
        await client.get("/outer/health/live")
        await client.get("/outer/metrics")
    spans = receiver.spans()
    servers = {service: span for service, span in spans if span.kind == Span.SPAN_KIND_SERVER}
    assert len([span for _, span in spans if span.kind == Span.SPAN_KIND_SERVER]) == 2
    assert {span.trace_id.hex() for _, span in spans} == {TRACE}
    own = {span.span_id for service, span in spans if service == "outer"}
    assert servers["outer"].parent_span_id.hex() == "b7ad6b7169203331"
    assert servers["inner"].parent_span_id in own
    assert servers["inner"].name == "GET /inner/v1/things/{ref}"
    assert attributes(servers["inner"])["http.response.status_code"] == "200"
    assert attributes(servers["inner"])["url.query"] == "token=REDACTED"
    assert not any(KEY.secret.encode() in body for body in receiver.bodies)


async def test_the_id_of_a_request_goes_with_it_and_stands_in_the_lines_of_both(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "services")
    caplog.handler.setFormatter(JsonFormatter())
    async with two_services() as client:
        await asyncio.gather(
            *(client.get("/outer/v1/things/x", headers={"X-Request-Id": f"mine-{number}"}) for number in range(2))
        )
    lines = caplog.text.splitlines()
    for number in range(2):
        assert sum(f'"request_id":"mine-{number}"' in line for line in lines) == 4


async def test_a_collector_that_does_not_answer_disturbs_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    async with two_services() as client:
        assert (await client.get("/outer/v1/things/x")).status_code == 200
    assert "Failed to export" in caplog.text
