"""What the OpenAPI documents say of answers that are problems, or that a reader has already."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

PROBLEM_EXAMPLES = Path(__file__).parent / "problem_examples.json"
"""A problem document of each status, recorded by `python -m tests.contract.common.record_problems`."""


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
    return {
        status: {"description": DESCRIPTIONS[status], "content": _problem_content(status), **_headers(status)}
        for status in statuses
    }


def _problem_content(status: int) -> dict[str, Any]:
    example = {"$ref": f"#/components/examples/Problem{status}"}
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {"application/problem+json": {"schema": schema, "examples": {"problem": example}}}


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
    308: {"Location": "The address now."},
    401: {"WWW-Authenticate": "That it is a Bearer key, and what is wrong with the one given (RFC 6750)."},
    403: {"WWW-Authenticate": "Which scope is needed, where it is that (RFC 6750)."},
    409: {"Retry-After": "Seconds, where a first request with the same Idempotency-Key is still running."},
    410: {"Link": "What to begin again from, where it is a cursor."},
    415: {"Accept-Patch": "What a PATCH reads."},
    429: {"Retry-After": "Seconds."},
    503: {"Retry-After": "Seconds."},
}
"""What comes in the heads of answers of these statuses."""

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "You have it: the ETag in If-None-Match still names this representation."}
}
