"""`POST /catalog/v1/introspect` (RFC 7662): what another key may do."""

from typing import Any
from urllib.parse import parse_qs

from fastapi import Request, Response
from pydantic import BaseModel, Field

from services.catalog.context import CatalogDep
from services.common.access.bearer import keys_unavailable
from services.common.access.caller import CallersUnavailable, Ended
from services.common.access.keys import parse_key
from services.common.access.requires import requires
from services.common.access.scopes import Scope
from services.common.http.answers import NO_STORE
from services.common.http.app import service_router
from services.common.http.documents import problem_responses
from services.common.problems import MALFORMED, UNSUPPORTED_MEDIA_TYPE, FieldError, Problem

router = service_router(tags=["access"])

FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 10

FORM_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["token"],
                    "properties": {
                        "token": {"type": "string", "minLength": 1, "description": "The key to ask about."},
                        "token_type_hint": {"type": "string"},
                    },
                }
            }
        },
    }
}


class Introspection(BaseModel):
    """Whether a key is valid and, if it is, whose it is and what it may do (RFC 7662)."""

    active: bool
    token_type: str | None = Field(None, examples=["Bearer"])
    client_id: str | None = Field(None, description="The key's public id.")
    sub: str | None = Field(None, description="The id of the partner whose key it is.")
    scope: str | None = Field(None, description="Its scopes and what they include, separated by spaces.")
    exp: int | None = Field(None, description="When it expires, in Unix seconds; not there when it does not.")
    inactive_reason: Ended | None = Field(
        None,
        description="Why a key that exists is not valid any more; not there for one that is unknown. Our own member: "
        "who asks has presented the whole key, so that it tells nothing to a third party.",
    )


@router.post(
    "/introspect",
    response_model=Introspection,
    responses=problem_responses(400, 403, 413, 415, 503),
    dependencies=[requires(Scope.INTROSPECT)],
    openapi_extra=FORM_BODY,
)
async def introspect(request: Request, catalog: CatalogDep) -> Response:
    """What a key may do, for a service that it was presented to. Keep the answer for a minute at most.

    What is no key that is known here is `{"active": false}`; of one that has expired, was revoked or is of a suspended
    partner `inactive_reason` says so.
    """
    key = parse_key(await _token(request))
    try:
        caller = await catalog.callers.resolve(key) if key else None
    except CallersUnavailable as error:
        raise keys_unavailable() from error
    answer = Introspection(active=False)
    if isinstance(caller, Ended):
        answer.inactive_reason = caller
    elif caller is not None:
        answer = Introspection(
            active=True,
            token_type="Bearer",  # noqa: S106 - what RFC 6750 calls it
            client_id=caller.key,
            sub=str(caller.partner_id),
            scope=" ".join(sorted(caller.scopes)),
            exp=int(caller.expires_at.timestamp()) if caller.expires_at else None,
        )
    body = answer.model_dump_json(exclude_none=True)
    return Response(body, headers=NO_STORE, media_type="application/json")


async def _token(request: Request) -> str:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Problem(
            UNSUPPORTED_MEDIA_TYPE,
            {
                "en": "Send a form, as {accepted}.",
                "fr": "Envoyez un formulaire, en {accepted}.",
                "ar": "أرسل نموذجًا بصيغة {accepted}.",
            },
            {"accepted": FORM},
        )
    try:
        tokens = parse_qs((await request.body()).decode("ascii"), max_num_fields=MAX_FIELDS).get("token", [])
    except ValueError:  # UnicodeDecodeError is one
        tokens = []
    if len(tokens) != 1:
        raise Problem(
            MALFORMED,
            {
                "en": "The form needs one field 'token'.",
                "fr": "Le formulaire doit contenir un champ « token ».",
                "ar": "يجب أن يحتوي النموذج على حقل واحد 'token'.",
            },
            errors=[FieldError(pointer="/token", detail="exactly one is needed", code="required")],
        )
    return tokens[0]
