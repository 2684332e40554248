"""The services in processes of their own give the same answers as in one."""

import signal

import httpx
import psutil

from tests.e2e.standalone.conftest import Start

QUESTIONS = (
    ("catalog", "/catalog/v1/territories/montpellier?lang=ar"),
    ("catalog", "/catalog/v1/initiatives?theme=food_waste&limit=50&count=true"),
    ("search", "/search/v1/initiatives?q=cantines&facets=theme&lang=fr"),
    ("search", "/search/v1/initiatives?q=food+waste&country=FR"),
    ("matching", "/matching/v1/territories/grenoble/matches?lang=en"),
    ("webhooks", "/webhooks/v1/event-types"),
)
CHANGING = {"created_at", "updated_at", "score", "id"}
"""Ids and times differ between two loads of the same data; engines order equal hits as they were indexed."""


def essence(value: object) -> object:
    """An answer without what differs between two loads of the same data."""
    if isinstance(value, dict):
        return {key: essence(item) for key, item in value.items() if key not in CHANGING and not key.endswith("_id")}
    if isinstance(value, list):
        return [essence(item) for item in value]
    return value


def test_the_same_answers_in_one_process_and_in_several(start: Start) -> None:
    together = start().wait_until_served()
    expected = [essence(together.get(path).json()) for _, path in QUESTIONS]
    assert together.end(signal.SIGTERM) == 0
    apart = start("up-services", state=together.state).wait_until_served()
    first = int(apart.base.rpartition(":")[2])
    ports = {"catalog": first, "search": first + 1, "matching": first + 2, "webhooks": first + 3}
    answers = [essence(httpx.get(f"http://127.0.0.1:{ports[service]}{path}").json()) for service, path in QUESTIONS]
    assert answers == expected
    services = [
        child for child in psutil.Process(apart.process.pid).children() if "services.cli" in " ".join(child.cmdline())
    ]
    assert len(services) == 4
    for child in services:
        told, service = child.environ(), child.cmdline()[child.cmdline().index("serve") + 1]
        assert told[f"{service.upper()}_PUBLIC_URL"] == f"http://127.0.0.1:{ports[service]}"
        assert told["WEBHOOKS_CATALOG_PUBLIC_URL"] == f"http://127.0.0.1:{ports['catalog']}"
    apart.process.kill()
    apart.process.wait()
    _, alive = psutil.wait_procs(services, timeout=30)
    assert alive == [], "a service outlived who started it"
