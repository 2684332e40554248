"""The OpenAPI documents: those committed are the apps', they hold every route, and real answers are as they say."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from jsonschema import Draft202012Validator, FormatChecker

from services.catalog.app import EXAMPLES as EXAMPLES_FILE
from services.catalog.app import create_app
from services.catalog.kinds import KINDS
from services.catalog.settings import CatalogSettings
from services.launch.documents import as_text, documents, service_apps
from services.standalone import home_page
from tests.conftest import ROOT, CopyDatabase, running
from tests.contract.catalog.record import lasting, recorded
from tests.contract.common.new_records import EXAMPLES

SERVICES = ("catalog", "search", "matching", "webhooks")
UNDOCUMENTED = re.compile(r"/\w+/(openapi\.json|docs(/static|/start\.js)?)|/problems/\{slug\}")
"""The pages that show the documents and explain the problems."""

METHODS = {"get", "post", "put", "patch", "delete"}
V1 = "/catalog/v1"


@pytest.fixture(scope="module")
def apps() -> dict[str, FastAPI]:
    return service_apps()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        assert item.keys() <= METHODS, path
        for method, operation in item.items():
            yield path, method, operation


def test_every_service_is_documented() -> None:
    assert documents().keys() == set(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_the_committed_document_is_the_apps(apps: dict[str, FastAPI], service: str) -> None:
    committed = (ROOT / "openapi" / f"{service}.json").read_text(encoding="utf-8")
    assert committed == as_text(apps[service].openapi()), "run `make openapi`"


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_is_documented_and_nothing_else(apps: dict[str, FastAPI], service: str) -> None:
    live = {
        (route.path, method.lower())
        for route in iter_route_contexts(apps[service].routes)
        if route.path and not UNDOCUMENTED.fullmatch(route.path)
        for method in (getattr(route, "methods", None) or {"get"}) - {"HEAD"}
    }
    assert live == {(path, method) for path, method, _ in operations(apps[service].openapi())}
    assert len(live) >= 4


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_explains_itself_and_its_problems(apps: dict[str, FastAPI], service: str) -> None:
    ids = set()
    for path, method, operation in operations(apps[service].openapi()):
        where = f"{method} {path}"
        assert operation["summary"], where
        assert len(operation["description"]) > 20, where
        assert operation["operationId"] not in ids
        ids.add(operation["operationId"])
        problems = {status for status in operation["responses"] if status >= "400"}
        needed = {"400"} if "/v1/" in path else set()
        needed |= {"404"} if "{" in path else set()
        needed |= {"503"} if path.endswith("/ready") else set()
        body = operation.get("requestBody", {}).get("content", {})
        needed |= {"401", "403", "413", "415"} if body else set()
        needed |= {"422"} if any("json" in media_type for media_type in body) else set()
        needed |= {"401", "403", "410", "412", "428"} if method in {"patch", "delete"} else set()
        assert needed <= problems, where
        for status in problems:
            content = operation["responses"][status]["content"]
            schema = content["application/problem+json"]["schema"]
            assert (list(content), schema) == (
                ["application/problem+json"],
                {"$ref": "#/components/schemas/ProblemDocument"},
            ), where
            assert operation["responses"][status]["description"]
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query":
                assert parameter.get("description") or parameter["schema"].get("description"), (
                    where,
                    parameter["name"],
                )


@pytest.mark.parametrize("service", SERVICES)
def test_every_schema_of_a_document_is_one_and_every_reference_leads_to_it(
    apps: dict[str, FastAPI], service: str
) -> None:
    document = apps[service].openapi()
    assert document["openapi"].startswith("3.1")
    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert "ValidationError" not in name
    for reference in re.findall(r'"\$ref": "([^"]+)"', as_text(document)):
        place: Any = document
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def client(copy_database: CopyDatabase, loaded_template: str) -> AsyncIterator[httpx.AsyncClient]:
    """The catalog with the real data set, for this module."""
    url = copy_database(loaded_template)
    async with running(create_app(CatalogSettings(database_url=url))) as catalog:
        yield catalog


LISTS = tuple(kind.collection for kind in KINDS)
PLACED = tuple(kind.collection for kind in KINDS if kind.as_feature is not None)
REQUESTS = [
    *(f"{V1}/{kind}" for kind in LISTS),
    *(f"{V1}/{kind}?limit=200&count=true" for kind in LISTS),
    *(f"{V1}/{kind}?limit=100&lang={lang}" for kind in LISTS for lang in ("fr", "ar", "es", "all")),
    *(f"{V1}/{kind.collection}/{EXAMPLES[kind.name]}" for kind in KINDS),
    *(f"{V1}/{kind.collection}/{EXAMPLES[kind.name]}?lang=all" for kind in KINDS),
    *(f"{V1}/{kind.collection}/{EXAMPLES[kind.name]}/revisions" for kind in KINDS),
    *(f"{V1}/{kind.collection}/{EXAMPLES[kind.name]}/revisions/1" for kind in KINDS),
    f"{V1}/initiatives/tav-lyon/revisions?limit=1&count=true",
    f"{V1}/initiatives/tav-lyon/revisions/1/diff?to=1",
    f"{V1}/stale?count=true",
    *(f"{V1}/stale?before=2100-01-01&limit=200&lang={lang}" for lang in ("fr", "ar", "all")),
    f"{V1}/stale?before=2100-01-01&kind=initiative&theme=food_waste&country=FR&bbox=-5,42,8,51&network=mufpp",
    f"{V1}/territories/fes",
    *(f"{V1}/territories/lyon/actors?count=true&lang={lang}" for lang in ("fr", "ar", "es", "all")),
    f"{V1}/initiatives/pole-logistique-mutualise-lyon?lang=all",
    f"{V1}/cooperations/montpellier-fes?lang=ar",
    f"{V1}/cooperations/lorient-prospective",
    f"{V1}/networks/terres-en-villes?lang=all",
    *(f"{V1}/vocabularies{query}" for query in ("", "?lang=fr", "?lang=all")),
    *(f"{V1}/vocabularies/{name}?lang={lang}" for name in ("themes", "devices", "problems") for lang in ("ar", "all")),
    f"{V1}/vocabularies/themes/terms/food_waste",
    f"{V1}/vocabularies/themes/terms/food_waste?lang=all",
    f"{V1}/vocabularies/themes/terms?scheme=letsfood-dataset-2026&code=food_aid_and_access&lang=ar",
    f"{V1}/vocabularies/themes/terms?scheme=sdg-target&code=12.3&lang=all",
    f"{V1}/crosswalks",
    f"{V1}/crosswalks/letsfood-dataset-2026",
    f"{V1}/crosswalks/letsfood-dataset-2026?vocabulary=themes&code=food_aid_and_access",
    *(f"{V1}/completeness{query}" for query in ("", "?by=country&lang=fr", "?by=network&lang=ar", "?by=owner")),
    f"{V1}/completeness?collection=initiatives&country=MA&network=mufpp&owner=nobody",
    *(f"{V1}/{kind.collection}/{EXAMPLES[kind.name]}/duplicates" for kind in KINDS),
    *(f"{V1}/territories/val-de-drome/duplicates?lang={lang}" for lang in ("fr", "en", "ar", "all")),
    f"{V1}/changes?limit=5",
    f"{V1}/changes?limit=1000&include=data",
    f"{V1}/changes/status",
    "/catalog/health/live",
    "/catalog/health/ready",
]


def template_of(document: dict[str, Any], path: str) -> str:
    """The documented path that an address is of."""
    found: list[str] = [one for one in document["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path)]
    return min(found, key=lambda one: one.count("{"))


def validator(document: dict[str, Any], path: str, media_type: str) -> Draft202012Validator:
    schema = document["paths"][path]["get"]["responses"]["200"]["content"][media_type]["schema"]
    return Draft202012Validator({**schema, "components": document["components"]}, format_checker=FormatChecker())


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("address", REQUESTS)
async def test_real_answers_are_as_documented(
    client: httpx.AsyncClient, apps: dict[str, FastAPI], address: str
) -> None:
    document = apps["catalog"].openapi()
    answer = await client.get(address)
    assert answer.status_code == 200
    media_type = answer.headers["content-type"]
    errors = list(
        validator(document, template_of(document, urlsplit(address).path), media_type).iter_errors(answer.json())
    )
    assert not errors, [(error.json_path, error.message[:200]) for error in errors[:5]]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "address",
    [f"{V1}/{kind}?limit=200&lang=all" for kind in PLACED]
    + [f"{V1}/{kind.collection}/{EXAMPLES[kind.name]}" for kind in KINDS if kind.as_feature is not None],
)
async def test_geojson_is_documented_and_is_geojson(
    client: httpx.AsyncClient, apps: dict[str, FastAPI], address: str
) -> None:
    document = apps["catalog"].openapi()
    answer = await client.get(address, headers={"Accept": "application/geo+json"})
    media_type = answer.headers["content-type"]
    assert media_type == "application/geo+json"
    validator(document, template_of(document, urlsplit(address).path), media_type).validate(answer.json())
    whole = answer.json()
    features = whole["features"] if whole["type"] == "FeatureCollection" else [whole]
    assert features
    for feature in features:
        assert feature["type"] == "Feature"
        assert feature["properties"]["id"] == feature["id"]
        geometry = feature["geometry"]
        if geometry is not None:
            points = geometry["coordinates"] if geometry["type"] == "MultiPoint" else [geometry["coordinates"]]
            assert geometry["type"] in {"Point", "MultiPoint"}
            assert all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in points)


@pytest.mark.asyncio(loop_scope="module")
async def test_every_get_of_the_catalog_is_held_to_its_document(apps: dict[str, FastAPI]) -> None:
    document = apps["catalog"].openapi()
    asked = {template_of(document, urlsplit(address).path) for address in REQUESTS}
    documented = {
        path for path, method, operation in operations(document) if method == "get" and operation["x-scope"] == "public"
    }
    assert documented - asked <= {f"{V1}/snapshot", "/catalog/metrics"}, (
        "the snapshot's lines are held to the feed's in the feed's own tests; metrics are not JSON"
    )


@pytest.mark.asyncio(loop_scope="module")
async def test_the_examples_of_the_document_are_real(client: httpx.AsyncClient, apps: dict[str, FastAPI]) -> None:
    found = set()
    for path, _, operation in operations(apps["catalog"].openapi()):
        public = operation["x-scope"] == "public"
        for address in re.findall(r"`(/catalog/v1/[^`…]+)`", operation["description"]) if public else ():
            found.add(address)
            answer = await client.get(address)
            assert answer.status_code == 200, (path, address)
            if path.removeprefix(f"{V1}/") in LISTS:
                assert answer.json()["items"], address
    assert len(found) >= 2 * len(KINDS) - 4
    document = apps["catalog"].openapi()
    for kind in KINDS:
        schema = document["components"]["schemas"][kind.write.__name__]
        for slug in schema["properties"]["slug"].get("examples", []):
            assert (await client.get(f"{V1}/{kind.collection}/{slug}")).status_code == 200, (kind.name, slug)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("address", ["", "/themes", "/mufpp_categories/terms/food_waste"])
async def test_json_ld_is_as_documented_and_so_is_its_example(
    client: httpx.AsyncClient, apps: dict[str, FastAPI], address: str
) -> None:
    document = apps["catalog"].openapi()
    path = f"{V1}/vocabularies{address}"
    answer = await client.get(path, headers={"Accept": "application/ld+json"})
    template = template_of(document, path)
    validator(document, template, "application/ld+json").validate(answer.json())
    content = document["paths"][template]["get"]["responses"]["200"]["content"]
    described = content["application/ld+json"]["schema"]["properties"]["graph"]
    for node in answer.json()["graph"]:
        assert node.keys() <= described["items"]["properties"].keys()
    [[example]] = described["examples"]
    if address.endswith("food_waste"):
        assert answer.json()["graph"][1] == json.loads(
            json.dumps(example).replace("https://letsfood.example", CatalogSettings.model_fields["public_url"].default)
        )


@pytest.mark.asyncio(loop_scope="module")
async def test_the_lines_of_the_documented_snapshot_are_like_the_real_ones(
    client: httpx.AsyncClient, apps: dict[str, FastAPI]
) -> None:
    content = apps["catalog"].openapi()["paths"][f"{V1}/snapshot"]["get"]["responses"]["200"]["content"]
    first, record, last = map(json.loads, content["application/x-ndjson"]["example"].splitlines())
    lines = [json.loads(line) for line in (await client.get(f"{V1}/snapshot")).text.splitlines()]
    assert (first.keys(), last["counts"].keys()) == (lines[0].keys(), lines[-1]["counts"].keys())
    [real] = [line for line in lines[1:-1] if line["data"].get("slug") == record["data"]["slug"]]
    own = {"id", "created_at", "updated_at", "review_due"}
    assert real.keys() == record.keys()
    assert real["data"].keys() == record["data"].keys()
    assert {name: real["data"][name] for name in real["data"].keys() - own} == {
        name: record["data"][name] for name in record["data"].keys() - own
    }


@pytest.mark.asyncio(loop_scope="module")
async def test_the_records_of_the_document_are_as_they_are_read_today(client: httpx.AsyncClient) -> None:
    documented = json.loads(EXAMPLES_FILE.read_text(encoding="utf-8"))
    now = await recorded(client)
    assert now.keys() == documented.keys()
    for name, example in now.items():
        assert lasting(example) == lasting(documented[name]), (name, "run `python -m tests.contract.catalog.record`")


@pytest.mark.asyncio(loop_scope="module")
async def test_the_event_of_the_documented_stream_is_like_a_real_change(
    client: httpx.AsyncClient, apps: dict[str, FastAPI]
) -> None:
    content = apps["catalog"].openapi()["paths"][f"{V1}/changes"]["get"]["responses"]["200"]["content"]
    event = dict(line.split(": ", 1) for line in content["text/event-stream"]["example"].splitlines() if line)
    said = json.loads(event["data"])
    [real] = (await client.get(f"{V1}/changes?limit=1")).json()["items"]
    assert event.keys() == {"id", "event", "data"}
    assert event["event"] == said["type"]
    assert (said.keys(), said["subject"].keys()) == (real.keys(), real["subject"].keys())


def test_a_wrong_answer_would_be_found(apps: dict[str, FastAPI]) -> None:
    document = apps["catalog"].openapi()
    check = validator(document, f"{V1}/territories/{{ref}}", "application/json")
    assert not check.is_valid({})
    check = validator(document, f"{V1}/initiatives", "application/json")
    assert check.is_valid({"items": [], "next": None})
    assert not check.is_valid({"items": [{"id": "x"}], "next": None})
    assert not check.is_valid({"items": [], "next": 7})


class References(HTMLParser):
    """Everything that a page loads or leads to, and its styles."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.led_to: list[str] = []
        self.inline_scripts = 0
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self._style = tag == "style"
        self.inline_scripts += tag == "script" and "src" not in attributes
        self.inline_scripts += any(name.startswith("on") for name in attributes)
        for name in ("src", "href", "srcset", "data", "action", "poster"):
            if name in attributes:
                (self.led_to if tag == "a" else self.loaded).append(attributes[name])
        self.loaded += re.findall(r"url\(['\"]?([^'\")]+)", attributes.get("style", ""))

    def handle_data(self, data: str) -> None:
        if self._style:
            self.loaded += re.findall(r"url\(['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)", data)


def references(page: str) -> References:
    found = References()
    found.feed(page)
    return found


def own(address: str, base: str = "http://test/") -> bool:
    """Whether an address stays on this host, or carries its content itself."""
    parts = urlsplit(urljoin(base, address))
    return parts.scheme == "data" or parts.netloc == "test"


@pytest.mark.asyncio(loop_scope="module")
async def test_the_page_of_the_document_loads_only_what_is_served_here(client: httpx.AsyncClient) -> None:
    page = await client.get("/catalog/docs")
    assert page.status_code == 200
    found = references(page.text)
    assert len(found.loaded) >= 4
    assert found.inline_scripts == 0
    assert "default-src 'self'" in page.headers["content-security-policy"]
    for address in found.loaded:
        assert own(address), address
        file = await client.get(urljoin("http://test/catalog/docs", address))
        assert file.status_code == 200, address
        assert len(file.content) > 50
        if address.endswith(".css"):
            assert all(own(url) for url in re.findall(r"url\(['\"]?([^'\")]+)", file.text))
            assert "@import" not in file.text
    start = next(address for address in found.loaded if address.endswith("start.js"))
    [document] = re.findall(r'url:\s*"([^"]+)"', (await client.get(start)).text)
    answer = await client.get(document)
    assert (answer.status_code, own(document)) == (200, True)
    assert answer.json()["paths"]


@pytest.mark.asyncio(loop_scope="module")
async def test_the_pages_of_problems_load_nothing(client: httpx.AsyncClient) -> None:
    page = await client.get("/problems/not-found")
    found = references(page.text)
    assert all(address.startswith("data:") for address in found.loaded)
    assert found.inline_scripts == 0
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_the_home_page_loads_nothing_and_leads_to_every_document(apps: dict[str, FastAPI]) -> None:
    page = bytes(home_page().body).decode()
    found = references(page)
    assert all(address.startswith("data:") for address in found.loaded)
    assert found.inline_scripts == 0
    assert all(own(address) for address in found.led_to)
    assert {f"/{service}/docs" for service in SERVICES} <= set(found.led_to)
    for address in found.led_to:
        path = urlsplit(address).path
        service = path.split("/")[1]
        if not path.endswith(("/docs", "/openapi.json")):
            assert template_of(apps[service].openapi(), path)
    for lang, direction in (("fr", "ltr"), ("en", "ltr"), ("ar", "rtl")):
        assert f'lang="{lang}" dir="{direction}"' in page
