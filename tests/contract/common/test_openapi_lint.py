"""The linters of the OpenAPI documents: they find nothing, and each rule of our own finds what it is for.

They need Node, so they run where `make lint-openapi` has installed them (`.ci/run` does, where there is npm).
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

LINT = ROOT / "openapi" / "lint"
LINTERS = LINT / "node_modules" / ".bin"
DOCUMENTS = sorted((ROOT / "openapi").glob("*.json"))
SILENT = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}

Document = dict[str, Any]
Fault = Callable[[Document], object]

needs_linters = pytest.mark.skipif(
    not (shutil.which("node") and (LINTERS / "redocly").exists()),
    reason="the linters are not installed: `make lint-openapi` does that",
)

ENDPOINTS = "/webhooks/v1/endpoints"
ENDPOINT = f"{ENDPOINTS}/{{id}}"


def operation(document: Document, method: str, path: str = ENDPOINTS) -> Document:
    found: Document = document["paths"][path][method]
    return found


def event(document: Document) -> Document:
    [item] = document["webhooks"].values()
    found: Document = item["post"]
    return found


def without_parameter(method: str, name: str, path: str = ENDPOINTS) -> Fault:
    def fault(document: Document) -> None:
        parameters = operation(document, method, path)["parameters"]
        parameters.remove(next(one for one in parameters if one["name"].lower() == name))

    return fault


def with_json(schema: Document, *of: str) -> Fault:
    """Another schema for the JSON of an operation's answer or request."""

    def fault(document: Document) -> None:
        method, *rest = of
        place = operation(document, method)
        for name in rest:
            place = place[name]
        place["content"]["application/json"] = {"schema": schema}

    return fault


def renamed(document: Document, name: str) -> None:
    parameters = operation(document, "get")["parameters"]
    next(one for one in parameters if one["name"] == "enabled")["name"] = name


FAULTS: dict[str, Fault] = {
    "arrays-say-of-what": lambda d: d["components"]["schemas"]["EndpointPage"]["properties"]["items"].pop("items"),
    "bodies-may-be-refused": lambda d: operation(d, "post")["responses"].pop("413"),
    "changing-needs-if-match": without_parameter("patch", "if-match", ENDPOINT),
    "creating-is-safe-to-repeat": without_parameter("post", "idempotency-key"),
    "creating-says-where": lambda d: operation(d, "post")["responses"]["201"]["headers"].pop("Location"),
    "json-answers-are-described-objects": with_json({"type": "array", "items": {}}, "get", "responses", "200"),
    "json-answers-show-an-example": with_json({"type": "object"}, "get", "responses", "200"),
    "json-requests-show-an-example": with_json({"type": "object"}, "post", "requestBody"),
    "later-says-when": lambda d: operation(d, "get")["responses"]["429"].pop("headers"),
    "lists-are-pages": without_parameter("get", "limit"),
    "members-are-snake-case": lambda d: d["components"]["schemas"]["EndpointRead"]["properties"].update(ratePer={}),
    "operation-summary": lambda d: operation(d, "get").pop("summary"),
    "operations-name-what-every-one-answers": lambda d: operation(d, "get")["responses"].pop("401"),
    "patches-are-merge-patches": lambda d: operation(d, "patch", ENDPOINT)["requestBody"]["content"].pop(
        "application/merge-patch+json"
    ),
    "paths-are-kebab-case-under-v1": lambda d: d["paths"].update({"/webhooks/v1/myEndpoints": {}}),
    "problems-are-problem-documents": lambda d: operation(d, "get")["responses"]["400"].update(
        content={"application/json": {}}
    ),
    "query-parameters-are-snake-case": lambda d: renamed(d, "isEnabled"),
    "requests-refuse-unknown-members": with_json({"type": "object", "examples": [{}]}, "post", "requestBody"),
    "unauthorized-is-challenged": lambda d: operation(d, "get")["responses"]["401"].pop("headers"),
    "webhooks-are-described": lambda d: event(d).pop("description"),
    "webhooks-show-an-example": lambda d: event(d)["requestBody"]["content"]["application/json"].pop("examples"),
    "what-is-addressed-may-be-missing": lambda d: operation(d, "get", ENDPOINT)["responses"].pop("404"),
    "writing-needs-a-key": lambda d: operation(d, "post").pop("security"),
}


def small_document() -> Document:
    """The real document of webhooks with one event of its many, for speed."""
    document: Document = json.loads((ROOT / "openapi" / "webhooks.json").read_text(encoding="utf-8"))
    name, item = next(iter(document["webhooks"].items()))
    return document | {"webhooks": {name: item}}


def spectral(documents: Collection[Path], report: Path) -> dict[str, set[str]]:
    """By the name of a document, the codes that Spectral finds in it."""
    options: list[str | Path] = ["--quiet", "--ruleset", LINT / "spectral.yaml", "--format", "json", "--output", report]
    done = subprocess.run([LINTERS / "spectral", "lint", *options, *documents], capture_output=True, check=False)
    assert done.returncode in {0, 1}, done.stderr.decode()
    found: dict[str, set[str]] = {path.stem: set() for path in documents}
    for result in json.loads(report.read_text()):
        found[Path(result["source"]).stem].add(result["code"])
    return found


def redocly(*documents: Path) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [LINTERS / "redocly", "lint", "--config", LINT / "redocly.yaml", *documents]
    return subprocess.run(command, env=os.environ | SILENT, capture_output=True, text=True, check=False)


@needs_linters
def test_spectral_finds_nothing_in_our_documents(tmp_path: Path) -> None:
    assert spectral(DOCUMENTS, tmp_path / "report") == {
        name: set() for name in ("catalog", "letsfood", "matching", "search", "webhooks")
    }


@needs_linters
def test_each_rule_of_ours_finds_its_fault(tmp_path: Path) -> None:
    documents = []
    for name, fault in {"nothing": lambda _: None, **FAULTS}.items():
        document = small_document()
        fault(document)
        documents.append(tmp_path / f"{name}.json")
        documents[-1].write_text(json.dumps(document))
    found = spectral(documents, tmp_path / "report")
    assert not found.pop("nothing") & FAULTS.keys()
    assert {name for name, codes in found.items() if name in codes} == FAULTS.keys()


def test_each_rule_of_ours_has_a_fault() -> None:
    ruleset = (LINT / "spectral.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"^  ([a-z0-9-]+):\n    description:", ruleset, re.MULTILINE)) == FAULTS.keys()


@needs_linters
def test_redocly_finds_nothing_in_our_documents_and_a_fault_where_there_is_one(tmp_path: Path) -> None:
    done = redocly(*DOCUMENTS)
    assert done.returncode == 0, done.stdout
    faulty = small_document()
    example = event(faulty)["requestBody"]["content"]["application/cloudevents+json"]["example"]
    example["specversion"] = 1
    path = tmp_path / "faulty.json"
    path.write_text(json.dumps(faulty))
    done = redocly(path)
    assert done.returncode == 1
    assert "no-invalid-media-type-examples" in done.stdout


def test_the_linters_are_those_that_were_looked_at() -> None:
    lock = json.loads((LINT / "package-lock.json").read_text(encoding="utf-8"))
    wanted = json.loads((LINT / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    root = lock["packages"].pop("")
    assert wanted == root["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert {name: lock["packages"][f"node_modules/{name}"]["version"] for name in wanted} == wanted
    for name, package in lock["packages"].items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name
