"""What the OpenAPI documents say of answers that are no problems: what they are, and what comes in their heads."""

from collections.abc import Iterator, Mapping
from typing import Any

UNSAID = "Successful Response"
"""FastAPI's description of an answer of which nothing is said."""

DONE = "Done; there is nothing to add."

HEADS = {
    "Location": "The address of what was made.",
    "ETag": "Names this representation, for If-None-Match and, where it takes one, If-Match.",
    "Content-Language": "The languages of the texts in it, where there are any.",
    "Link": "The next page (`rel=next`); not there on the last one.",
    "Idempotent-Replayed": "`true` where the answer is the one given the first time: nothing was made again.",
}


def describe_answers(operation: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    """Describe an operation's 2xx answers and its 304 by its parameters, other statuses and the schema of its body."""
    for status, answer in operation["responses"].items():
        if status.startswith("2") or status == "304":
            if answer["description"] == UNSAID:
                answer["description"] = _about(answer, schemas)
            for name in _heads(operation, status):
                head = {"description": HEADS[name], "schema": {"type": "string"}}
                answer.setdefault("headers", {}).setdefault(name, head)


def _about(answer: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    for content in answer.get("content", {}).values():
        name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        if about := schemas.get(name, {}).get("description"):
            return str(about).partition("\n\n")[0]
    return DONE


def _heads(operation: Mapping[str, Any], status: str) -> Iterator[str]:
    takes = {parameter["name"].lower() for parameter in operation.get("parameters", ())}
    if status == "201":
        yield "Location"
    versioned = "304" in operation["responses"] or "if-match" in takes
    if status in {"201", "304"} or (versioned and status in {"200", "206"}):
        yield "ETag"
    if "lang" in takes and status in {"200", "201", "304"}:
        yield "Content-Language"
    if "cursor" in takes:
        yield "Link"
    if "idempotency-key" in takes:
        yield "Idempotent-Replayed"
