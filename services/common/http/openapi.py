"""The OpenAPI document of a service: the framework's, with what our contract adds to every operation."""

from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from services.common.access.requires import ANY_KEY, PUBLIC, scope_of
from services.common.http.answer_documents import describe_answers
from services.common.http.documents import PROBLEM_EXAMPLES, ProblemDocument, problem_responses
from services.common.http.writing import place_patch

LICENCE = {"name": "MIT", "identifier": "MIT"}
SERVERS: list[dict[str, Any]] = [{"url": "/", "description": "The host that this document was read from."}]

BOUNDS = {"ge": "minimum", "le": "maximum"}
"""What the validator calls the bounds of a number that is made whole first, and what JSON Schema calls them."""


def _sharpen(node: Any) -> None:  # noqa: ANN401 - any part of a document
    """Call bounds as JSON Schema does, throughout; and say that keys of one form allow no others."""
    if isinstance(node, dict):
        if "patternProperties" in node:
            node.setdefault("additionalProperties", False)
        for name, proper in BOUNDS.items():
            if isinstance(node.get(name), int | float):
                node[proper] = node.pop(name)
        for inner in node.values():
            _sharpen(inner)
    elif isinstance(node, list):
        for inner in node:
            _sharpen(inner)


def finish_openapi(app: FastAPI, examples: Path | None = None) -> None:
    """Describe problem documents once, and drop the framework's own validation schema, which no route answers.

    `examples` is a JSON file of examples by the names of the schemas that they are of.
    """

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                separate_input_output_schemas=app.separate_input_output_schemas,
                license_info=LICENCE,
                servers=SERVERS,
                tags=app.openapi_tags,
            )
            document["security"] = []  # an operation that needs a key says so itself
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(problem.pop("$defs", {}))
            schemas["ProblemDocument"] = problem
            for path, operations in document["paths"].items():
                for operation in operations.values():
                    schemas.update(place_patch(operation))
                    _document_problems(path, operation)
                    _document_access(path, operation)
                    _document_limits(path, operation)
                    describe_answers(operation, schemas)
            for name, example in (orjson.loads(examples.read_bytes()) if examples else {}).items():
                schemas[name]["examples"] = [example]
            document["components"]["examples"] = _problem_examples(document)
            _sharpen(document)
            _restore_examples(app, document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def _problem_examples(document: dict[str, Any]) -> dict[str, Any]:
    """Those of the statuses that the document's operations answer."""
    statuses = {status for item in document["paths"].values() for each in item.values() for status in each["responses"]}
    return {
        f"Problem{status}": {"summary": example["title"], "value": example}
        for status, example in orjson.loads(PROBLEM_EXAMPLES.read_bytes()).items()
        if status in statuses
    }


def _restore_examples(app: FastAPI, document: dict[str, Any]) -> None:
    """Put whole examples back: FastAPI leaves null members out of them, and here null means something (unknown)."""
    for route in iter_route_contexts(app.routes):
        for status, response in (getattr(route, "responses", None) or {}).items():
            for media_type, content in response.get("content", {}).items():
                if "example" in content:
                    for method in route.methods or ():
                        responses = document["paths"][route.path_format][method.lower()]["responses"]
                        responses[str(status)]["content"][media_type]["example"] = content["example"]


def _document_access(path: str, operation: dict[str, Any]) -> None:
    """Say which scope the operation needs, and what a caller without it, or with an invalid key, gets."""
    operation["x-scope"] = scope = scope_of(operation)
    if "/v1/" in path:  # health and metrics answer whatever key comes with the question
        statuses = {401} | ({503} if scope != PUBLIC else set()) | ({403} if scope not in {PUBLIC, ANY_KEY} else set())
        for status in statuses:
            operation["responses"].setdefault(str(status), problem_responses(status)[status])


def _document_problems(path: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if "/v1/" in path:  # a `ContractRoute`: it refuses parameters that it does not know
        responses.setdefault("400", problem_responses(400)[400])
    generated = responses.get("422", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if generated.get("$ref", "").endswith("/HTTPValidationError"):
        del responses["422"]
        statuses = [400, 422] if "requestBody" in operation else [400]
        for status in statuses:
            responses.setdefault(str(status), problem_responses(status)[status])


def _document_limits(path: str, operation: dict[str, Any]) -> None:
    """Say what a client gets that asks too often, sends too much or too slowly, or comes at a bad moment."""
    if "/v1/" in path:
        for status in (429, 503, *((408, 413) if "requestBody" in operation else ())):
            operation["responses"].setdefault(str(status), problem_responses(status)[status])
