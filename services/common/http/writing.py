"""Parameters, media types and documentation of operations that write."""

from typing import Annotated, Any

from fastapi import Body, Depends, Header, Request
from pydantic import BaseModel

from services.common.problems import UNSUPPORTED_MEDIA_TYPE, Problem

MERGE_PATCH = "application/merge-patch+json"

IfMatch = Annotated[str | None, Header(description="The ETag that you read; without it 428.", examples=['"3-1f0c"'])]
PUBLISHING = {"status": "published"}
"""The patch that records get the most often."""

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


def merge_patch_body(model: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI request body of a merge patch on `model`, which has examples of members, or a `status`."""
    schema = {
        "type": "object",
        "description": f"Any members of {model.__name__}; null takes one away, a list replaces the former one.",
    }
    members = model.model_fields.items()
    shown = ({name: field.examples[0]} for name, field in members if field.examples and name != "slug")
    example = PUBLISHING if "status" in model.model_fields else next(shown)
    content = {"schema": schema, "example": example}
    return {"requestBody": {"required": True, "content": dict.fromkeys((MERGE_PATCH, "application/json"), content)}}
