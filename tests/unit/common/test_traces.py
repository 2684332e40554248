"""Traces are made only where somebody wants them, and hold no key."""

import subprocess
import sys
from urllib.parse import parse_qs

from services.common.access.keys import new_key
from services.common.telemetry.traces import fastapi_telemetry, redacted, traces_of

KEY = str(new_key())

WITHOUT_AN_EXPORTER = """
import sys
from services.launch.documents import service_apps

service_apps()
loaded = [name for name in sys.modules if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter"))]
assert not loaded, loaded
"""


def test_without_an_exporter_nothing_of_the_sdk_is_loaded() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_AN_EXPORTER], check=True, env={})


def test_without_an_exporter_fastapi_makes_no_spans() -> None:
    telemetry = fastapi_telemetry(traces_of("catalog", None))
    assert not any(telemetry[name] for name in ("tracing", "metrics", "logs", "auto_configure"))


def test_of_a_query_only_the_names_stay() -> None:
    query = redacted({"url.query": f"q=caf%C3%A9&api_key={KEY}&{KEY}"})["url.query"]
    assert KEY not in query
    assert parse_qs(query)["q"] == ["REDACTED"]
    assert parse_qs(query)["api_key"] == ["REDACTED"]


def test_of_a_path_what_is_no_key_stays() -> None:
    assert redacted({"url.path": "/catalog/v1/territories/fes"}) == {"url.path": "/catalog/v1/territories/fes"}
    assert KEY not in redacted({"url.path": f"/catalog/v1/api-keys/{KEY}"})["url.path"]


def test_an_address_without_a_query_gets_none() -> None:
    assert redacted({"http.request.method": "GET"}) == {}
