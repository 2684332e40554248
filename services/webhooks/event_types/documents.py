"""The `webhooks` section of the OpenAPI document: what we send, one entry for each type of event."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from services.webhooks.event_types import examples
from services.webhooks.event_types.catalogue import EVENT_TYPES, EventType
from services.webhooks.event_types.schemas import CloudEvent, FullEvent, ThinEvent

Schema = dict[str, Any]

COMPONENTS = "#/components/schemas/"

HEADERS = {
    "webhook-id": "The id of the event, the same in every attempt and every replay: take each only once.",
    "webhook-timestamp": "Seconds since 1970 when this attempt was made. Refuse what is older than five minutes.",
    "webhook-signature": "One or more, separated by spaces: `v1,<base64>` is HMAC-SHA256, `v1a,<base64>` ed25519, over "
    "`{webhook-id}.{webhook-timestamp}.{body}`. While a secret is replaced there is one by each.",
}

ANSWERS = {
    "2XX": "You have it. Answer within 15 seconds and work on it afterwards; the body of your answer is not read.",
    "410": "You want nothing more: the endpoint is disabled, and not even this is tried again.",
    "429": "Too fast. `Retry-After` is kept to.",
    "default": "Tried again by the endpoint's schedule. Redirects are not followed.",
}


def document_events(app: FastAPI) -> None:
    """Add the events to the app's document, whenever that is made."""
    without: Callable[[], Schema] = app.openapi

    def openapi() -> Schema:
        document = without()
        if "webhooks" not in document:
            for name, schema in event_schemas().items():
                document["components"]["schemas"].setdefault(name, schema)
            document["webhooks"] = {one.name: {"post": _operation(one)} for one in EVENT_TYPES.values()}
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def event_schemas() -> dict[str, Schema]:
    """The schemas of bodies, by name."""
    _, whole = models_json_schema(
        [(model, "serialization") for model in (ThinEvent, FullEvent, CloudEvent)], ref_template=COMPONENTS + "{model}"
    )
    schemas: dict[str, Schema] = whole["$defs"]
    return schemas


def body_schemas(one: EventType) -> dict[str, Schema]:
    """By media type, what a body of this type of event is."""
    subject: Schema = {"subject": {"properties": {"type": {"const": one.kind}}}} if one.kind else {}
    gone: Schema = {"state": {"type": "null"}} if one.ends else {}
    survivor: Schema = {"type": "string", "format": "uuid"} if one.merges else {"not": {}}
    required: Schema = {"required": ["merged_into"]} if one.merges else {}

    def only(model: str, **data: Schema) -> Schema:
        about: Schema = {"properties": {**data, "merged_into": survivor}, **required}
        properties = {"type": {"const": one.name}, "data": about}
        return {"allOf": [{"$ref": COMPONENTS + model}, {"properties": properties}]}

    return {
        "application/json": {"anyOf": [only("ThinEvent", **subject), only("FullEvent", **subject, **gone)]},
        "application/cloudevents+json": only("CloudEvent", **subject),
    }


def _operation(one: EventType) -> Schema:
    schemas = body_schemas(one)
    forms = ("thin",) if one.name.endswith(".updated") else ("thin", "full")  # the state is under `created`
    shown = {form: {"value": examples.example(one.name, form)} for form in forms}
    return {
        "tags": ["events"],
        "summary": one.name,
        "description": one.description,
        "operationId": f"event_{one.name.replace('.', '_')}",
        "security": [],
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
            for name, text in HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": schemas["application/json"], "examples": shown},
                "application/cloudevents+json": {
                    "schema": schemas["application/cloudevents+json"],
                    "example": examples.example(one.name, "cloudevents"),
                },
            },
        },
        "responses": {status: {"description": text} for status, text in ANSWERS.items()},
    }
