"""Parameters, media types and documentation of operations that write."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any

from fastapi import Body, Depends, Header, Request
from pydantic import BaseModel

from services.common.http.patches import COMPONENTS, patch_schemas
from services.common.problems import UNSUPPORTED_MEDIA_TYPE, Problem

MERGE_PATCH = "application/merge-patch+json"

IfMatch = Annotated[str | None, Header(description="The ETag that you read; without it 428.", examples=['"3-1f0c"'])]
PATCHES = "x-patches"
"""Where an operation has the schemas of its patch, until `place_patch` puts them among the components."""

PatchBody = Annotated[dict[str, Any], Body()]


async def require_merge_patch(request: Request) -> None:
    """FastAPI dependency: a PATCH is a merge patch; plain JSON is taken as one."""
    if _media_type(request) not in {MERGE_PATCH, "application/json"}:
        raise Problem(
            UNSUPPORTED_MEDIA_TYPE,
            {
                "en": "Send a merge patch (RFC 7396) as {accepted}.",
                "fr": "Envoyez un « merge patch » (RFC 7396) en {accepted}.",
                "ar": "أرسل merge patch (RFC 7396) بصيغة {accepted}.",
            },
            {"accepted": MERGE_PATCH},
            headers={"Accept-Patch": MERGE_PATCH},
        )


MergePatchOnly = Depends(require_merge_patch)


async def require_json(request: Request) -> None:
    """FastAPI dependency: a new record comes as JSON."""
    if _media_type(request) != "application/json":
        raise Problem(
            UNSUPPORTED_MEDIA_TYPE,
            {
                "en": "Send the record as {accepted}.",
                "fr": "Envoyez la fiche en {accepted}.",
                "ar": "أرسل السجل بصيغة {accepted}.",
            },
            {"accepted": "application/json"},
        )


JsonOnly = Depends(require_json)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def merge_patch_body(
    model: type[BaseModel], kept: Collection[str] = (), example: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The `openapi_extra` of a merge patch on `model`; null is refused for the `kept`, whatever their default.

    Without an `example`, the first member that has one is it.
    """
    members = model.model_fields.items()
    shown = ({name: field.examples[0]} for name, field in members if field.examples and name != "slug")
    schemas = patch_schemas(model, kept)
    schema = {"$ref": f"{COMPONENTS}{next(iter(schemas))}"}
    content = {MERGE_PATCH: {"schema": schema, "example": example or next(shown)}}
    return {"requestBody": {"required": True, "content": content}, PATCHES: schemas}


def place_patch(operation: dict[str, Any]) -> dict[str, Any]:
    """Finish an operation of a document that has a `merge_patch_body`; returns the schemas for its components."""
    schemas: dict[str, Any] = operation.pop(PATCHES, {})
    if schemas:
        content = operation["requestBody"]["content"]
        content["application/json"] = content[MERGE_PATCH]  # in the place of FastAPI's, which is any object
    return schemas
