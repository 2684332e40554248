"""The one table that turns errors into problem documents."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import asyncpg
import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from services.common import problems
from services.common.field_messages import in_language
from services.common.http.unreadable import not_json, refused
from services.common.idempotency.requests import Replay
from services.common.languages import negotiate
from services.common.problems import FieldError, Message, Problem, ProblemType

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

BY_STATUS: Mapping[int, ProblemType] = {
    400: problems.MALFORMED,
    401: problems.UNAUTHENTICATED,
    403: problems.FORBIDDEN,
    404: problems.NOT_FOUND,
    405: problems.METHOD_NOT_ALLOWED,
    408: problems.REQUEST_TIMEOUT,
    413: problems.TOO_LARGE,
    415: problems.UNSUPPORTED_MEDIA_TYPE,
    416: problems.RANGE_NOT_SATISFIABLE,
    503: problems.UNAVAILABLE,
}
"""What the framework raises by status; anything else of it is a malformed request or our own fault."""

NO_ROUTE: Message = {
    "en": "No page or resource has this address.",
    "fr": "Aucune page ni ressource n'a cette adresse.",
    "ar": "لا توجد صفحة أو مورد بهذا العنوان.",
}
NO_METHOD: Message = {
    "en": "This address answers other methods; see the Allow header.",
    "fr": "Cette adresse répond à d'autres méthodes ; voir l'en-tête Allow.",
    "ar": "هذا العنوان يستجيب لطرق أخرى؛ انظر الترويسة Allow.",
}
UNEXPECTED: Message = {
    "en": "The error has been logged under this request's id.",
    "fr": "L'erreur a été consignée sous l'identifiant de cette requête.",
    "ar": "سُجّل الخطأ تحت معرّف هذا الطلب.",
}
BAD_PARAMETERS: Message = {
    "en": "{count} parameter(s) cannot be used; see 'errors'.",
    "fr": "{count} paramètre(s) inutilisable(s) ; voir « errors ».",
    "ar": "عدد المعاملات غير الصالحة: {count}؛ انظر 'errors'.",
}


BUSY_DETAIL: Message = {
    "en": "This took too long, for there is much to do here. Try again in a moment.",
    "fr": "Cela a pris trop de temps, car il y a beaucoup à faire ici. Réessayez dans un instant.",
    "ar": "استغرق هذا وقتًا طويلًا لكثرة الطلبات. أعد المحاولة بعد قليل.",
}
AWAY_DETAIL: Message = {
    "en": "The database does not answer. Try again in a moment.",
    "fr": "La base de données ne répond pas. Réessayez dans un instant.",
    "ar": "قاعدة البيانات لا تستجيب. أعد المحاولة بعد قليل.",
}

BUSY = (TimeoutError, asyncpg.QueryCanceledError, asyncpg.TooManyConnectionsError, asyncpg.DeadlockDetectedError)
AWAY = (
    ConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.CannotConnectNowError,
    asyncpg.InterfaceError,
)


MAX_FIELD_ERRORS = 50
MAX_CHARACTERS = 500
"""Field errors in one answer, and of one: whoever sends rubbish does not get more of it back."""


def problem_response(request: Request, problem: Problem) -> Response:
    """The problem document in the reader's language."""
    lang = negotiate(request.query_params.get("lang"), request.headers.get("accept-language")).label
    document: dict[str, Any] = {
        "type": f"/problems/{problem.kind.slug}",
        "title": problem.kind.title[lang],
        "status": problem.kind.status,
        "detail": problem.sentence(lang),
        "instance": request.scope["path"],  # not by `url`, which reads the Host, right or wrong
        "request_id": request.scope.get("request_id"),
        **problem.extensions,
    }
    if problem.errors:
        document["errors"] = [in_language(error, lang) for error in problem.errors[:MAX_FIELD_ERRORS]]
    headers = {"Content-Language": lang, "Vary": "Accept-Language", **problem.headers}
    if problem.kind is problems.MOVED:
        headers["Location"] = _moved(request, str(problem.parameters["ref"]), str(problem.parameters["slug"]))
    return Response(
        orjson.dumps(document, default=str), status_code=problem.kind.status, headers=headers, media_type=MEDIA_TYPE
    )


def _moved(request: Request, ref: str, slug: str) -> str:
    """The address asked for, with the slug in the place of the former reference."""
    path = "/".join(slug if part == ref else part for part in request.scope["path"].split("/"))
    query = request.scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def _pointer(location: Sequence[str | int]) -> str:
    place, *rest = location
    if place == "body":
        return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in rest)
    return f"?{rest[0]}" if place == "query" and rest else "/".join(str(part) for part in location)


def _field_errors(errors: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    return [
        FieldError(
            pointer=_pointer(error["loc"])[:MAX_CHARACTERS],
            detail=str(error["msg"])[:MAX_CHARACTERS],
            code=str(error["type"]),
            context=error.get("ctx") or {},
        )
        for error in errors[:MAX_FIELD_ERRORS]
    ]


def from_validation(error: RequestValidationError) -> Problem:
    """400 for a body that is not JSON and for parameters, 422 for a body that is well-formed and wrong.

    404 for a collection that there is none of: its path is the route's by form only.
    """
    errors = error.errors()
    if any(item["loc"][0] == "path" and item["type"] == "literal_error" for item in errors):
        return Problem(problems.NOT_FOUND, NO_ROUTE)
    unreadable = next((item for item in errors if item["type"] in {"json_invalid", "json_type"}), None)
    if unreadable is not None:
        return not_json(unreadable)
    fields = _field_errors(errors)
    if all(item["loc"][0] == "body" for item in errors):
        return problems.invalid(fields, len(errors))
    return Problem(problems.MALFORMED, BAD_PARAMETERS, {"count": len(errors)}, errors=fields)


def allowed_methods(request: Request) -> str:
    """Every method that some route answers at this address: a router names only those of the first it finds."""
    found: set[str] = set()
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        scope = dict(request.scope, method=method)
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes):
            found.add(method)
    if "GET" in found:
        found.add("HEAD")
    return ", ".join(sorted(found))


KEPT_HEADERS = ("allow", "content-range", "retry-after", "www-authenticate")
"""Headers that say what a client may do about an error."""


def from_answer(status: int, headers: Headers) -> Problem:
    """The problem for an error that a library answered by itself."""
    kind = _kind(status)
    kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
    if kind is problems.NOT_FOUND:
        return Problem(kind, NO_ROUTE)
    if kind is problems.INTERNAL:
        return Problem(kind, UNEXPECTED)
    return refused(kind, kept)


def _is_sqlalchemy_timeout(error: BaseException) -> bool:
    """By name: a service without a database does not load SQLAlchemy for this."""
    return type(error).__module__ == "sqlalchemy.exc" and type(error).__name__ == "TimeoutError"


def from_trouble(error: Exception) -> Problem | None:
    """503 for what another moment may mend: a database that is away or has no connection free, an end of patience.

    None for anything else. SQLAlchemy wraps the driver's errors: their causes are looked at too.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, BUSY) or _is_sqlalchemy_timeout(seen):
            return Problem(problems.OVERLOADED, BUSY_DETAIL, headers={"Retry-After": "1"})
        if isinstance(seen, AWAY):
            return Problem(problems.UNAVAILABLE, AWAY_DETAIL, headers={"Retry-After": "2"})
        seen = seen.__cause__
    return None


def _kind(status: int) -> ProblemType:
    return BY_STATUS.get(status, problems.MALFORMED if status < HTTPStatus.INTERNAL_SERVER_ERROR else problems.INTERNAL)


def from_http(request: Request, error: HTTPException) -> Problem:
    """What the framework raised by itself: the router's 404 and 405, a body over its limit, …"""
    kind = _kind(error.status_code)
    if kind is problems.NOT_FOUND:
        return Problem(kind, NO_ROUTE)
    if kind is problems.METHOD_NOT_ALLOWED:
        return Problem(kind, NO_METHOD, headers={"Allow": allowed_methods(request)})
    if kind is problems.INTERNAL:
        return Problem(kind, UNEXPECTED)
    return refused(kind, error.headers or {})


def install_error_handlers(app: FastAPI) -> None:
    """Make every error of this app a problem document; unexpected ones are answered by `RequestLayer`."""

    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)  # noqa: S101 - registered for this type only
        return problem_response(request, error)

    async def on_validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type only
        return problem_response(request, from_validation(error))

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type only
        return problem_response(request, from_http(request, error))

    async def on_replay(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette passes both
        assert isinstance(error, Replay)  # noqa: S101 - registered for this type only
        return error.response

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(Replay, on_replay)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(HTTPException, on_http)
