"""What an operation needs of its caller, said once: enforced, and documented as `security` and `x-scope`."""

from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.params import Security as SecurityParam
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from services.common.access.bearer import require_scope
from services.common.access.caller import ANONYMOUS, Caller
from services.common.access.keys import KEY_PATTERN
from services.common.access.scopes import Scope, scopes_as_markdown

SCHEME = "api_key"
PUBLIC = "public"
"""`x-scope` of an operation that everybody may call."""

ANY_KEY = "any key"
"""`x-scope` of an operation that needs a valid key and no particular scope."""

_bearer = HTTPBearer(
    scheme_name=SCHEME,
    auto_error=False,
    bearerFormat=KEY_PATTERN.replace("(", "").replace(")", ""),
    description=(
        "An API key, `Authorization: Bearer lf_…`. A partner gets one from the association; it is shown once. A key "
        "that is unknown, expired, revoked or of a suspended partner gets 401 wherever it is presented; the problem's "
        "`reason` says `expired`, `revoked` or `partner_suspended` to who has the whole key. What its scopes allow:\n\n"
        f"{scopes_as_markdown()}"
    ),
)


async def caller_of(request: Request) -> Caller:
    """FastAPI dependency: who calls, as the request layer found out."""
    caller: Caller = request.scope.get("caller", ANONYMOUS)
    return caller


CallerDep = Annotated[Caller, Depends(caller_of)]


async def _require(
    caller: CallerDep,
    needed: SecurityScopes,
    _: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> None:
    require_scope(caller, Scope(needed.scopes[0]) if needed.scopes else None)


def requires(scope: Scope | None) -> SecurityParam:
    """For a route's `dependencies`: the scope that its caller needs; None for any valid key."""
    needed: SecurityParam = Security(_require, scopes=[scope.value] if scope else [])
    return needed


def scope_of(operation: dict[str, Any]) -> str:
    """The `x-scope` of an operation of an OpenAPI document, from its `security`."""
    needed = [scopes for requirement in operation.get("security", ()) for scopes in requirement.values()]
    if not needed:
        return PUBLIC
    return ", ".join(needed[0]) or ANY_KEY
