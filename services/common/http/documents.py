"""OpenAPI documents and the pages that show them; nothing on them comes from another host."""

from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ConfigDict, Field

from services.common.access.requires import ANY_KEY, PUBLIC, scope_of
from services.common.http.answer_documents import describe_answers
from services.common.http.writing import place_patch

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""Swagger UI writes inline styles and data images; scripts come from this host only."""


class FieldErrorDocument(BaseModel):
    """What is wrong with one field or parameter."""

    pointer: str = Field(
        description="JSON pointer into the body, or `?name` for a query parameter.", examples=["/title"]
    )
    detail: str
    code: str


class ProblemDocument(BaseModel):
    """A problem document (RFC 9457). `type` is an address that explains the problem in French, English and Arabic."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/problems/not-found"])
    title: str
    status: int
    detail: str
    instance: str
    request_id: str | None
    errors: list[FieldErrorDocument] | None = None


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an operation for these statuses, each a problem document."""
    schema = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    return {status: {"description": DESCRIPTIONS[status], "content": schema, **_headers(status)} for status in statuses}


NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "You have it: the ETag in If-None-Match still names this representation."}
}


def _headers(status: int) -> dict[str, Any]:
    named = HEADERS.get(status, {})
    headers = {name: {"description": text, "schema": {"type": "string"}} for name, text in named.items()}
    return {"headers": headers} if headers else {}


DESCRIPTIONS = {
    400: "The request is malformed, or names an unknown parameter or code.",
    308: "The record was renamed or merged: Location is its address now.",
    401: "A key is needed, or the one presented is not valid (which is so wherever it is presented).",
    403: "The key given does not allow this.",
    404: "Nothing published has this reference.",
    408: "The body did not arrive in time.",
    409: "It conflicts with what is there.",
    410: "It was published once and is not any more; or this cursor is not known here.",
    412: "It changed since you read it.",
    413: "The body is larger than this service reads.",
    415: "The body is not of a type that this operation reads.",
    416: "The range lies outside the file.",
    422: "The body is well-formed and its content is wrong; `errors` names each field.",
    428: "Send If-Match with the ETag that you read.",
    429: "Too many requests; Retry-After says when the next is served, RateLimit where the client stands.",
    503: "Not available for the moment; Retry-After says when to try again.",
}


HEADERS = {
    401: {"WWW-Authenticate": "That it is a Bearer key, and what is wrong with the one given (RFC 6750)."},
    429: {"Retry-After": "Seconds."},
    503: {"Retry-After": "Seconds."},
}
"""What comes in the head of every answer of these statuses."""

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
            _sharpen(document)
            _restore_examples(app, document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


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


def docs_page(title: str, prefix: str) -> HTMLResponse:
    """Swagger UI from this host."""
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="{prefix}/docs/static/favicon.png">
<link rel="stylesheet" href="{prefix}/docs/static/swagger-ui.css"></head>
<body><div id="swagger-ui"></div>
<script src="{prefix}/docs/static/swagger-ui-bundle.js"></script>
<script src="{prefix}/docs/start.js"></script></body></html>"""
    return HTMLResponse(page, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})
