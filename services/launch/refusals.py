"""Answers to what never became a request for the app: the same problem documents, in bytes, as far as can be told.

Language and request id are the client's where its headers had come; else English, and an id of our own.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request
from starlette.types import Scope

from services.common import problems
from services.common.http.errors import problem_response
from services.common.http.headers import RawHeader, complete, request_id
from services.common.problems import Problem
from services.common.telemetry.logs import FIELDS, current_request

logger = logging.getLogger("services.access")

LONGEST_TARGET = 200

CLOSE = {"Connection": "close"}

TOO_MANY_CONNECTIONS = Problem(
    problems.OVERLOADED,
    {
        "en": "Too many connections. Try again in a moment.",
        "fr": "Trop de connexions. Réessayez dans un instant.",
        "ar": "الاتصالات كثيرة جدًا. أعد المحاولة بعد قليل.",
    },
    headers={"Retry-After": "1", **CLOSE},
)
NOT_HTTP = Problem(
    problems.MALFORMED,
    {
        "en": "This is not a request as HTTP/1.1 has it.",
        "fr": "Ce n'est pas une requête conforme à HTTP/1.1.",
        "ar": "هذا ليس طلبًا وفق HTTP/1.1.",
    },
    headers=CLOSE,
)


def headers_too_large(most: int) -> Problem:
    """The problem of headers that have more than `most` bytes."""
    return Problem(
        problems.HEADERS_TOO_LARGE,
        {
            "en": "The headers of a request may have {most} bytes in all.",
            "fr": "Les en-têtes d'une requête peuvent compter {most} octets en tout.",
            "ar": "يمكن أن تبلغ ترويسات الطلب {most} بايت في المجموع.",
        },
        {"most": most},
        headers=CLOSE,
    )


@dataclass(frozen=True, slots=True)
class Beginning:
    """What had been read of a request; all of it may be missing, or cut off."""

    target: bytes = b""
    headers: Sequence[RawHeader] = ()
    client: str | None = None
    scheme: str = "http"


def refusal(problem: Problem, beginning: Beginning, server_headers: Iterable[RawHeader] = ()) -> bytes:
    """The whole HTTP/1.1 answer; logs it under the id that it names."""
    path, _, query = beginning.target[:LONGEST_TARGET].partition(b"?")
    status = problem.kind.status
    scope: Scope = {
        "type": "http",
        "method": "GET",
        "scheme": beginning.scheme,
        "headers": list(beginning.headers),
        "path": path.decode("latin-1") or "/",
        "query_string": query,
        "request_id": request_id(dict(beginning.headers)),
    }
    response = problem_response(Request(scope), problem)
    message = {"status": status, "headers": [*server_headers, *response.raw_headers]}
    head = [b"HTTP/1.1 %d %s" % (status, HTTPStatus(status).phrase.encode())]
    head += [b"%s: %s" % header for header in complete(scope, message, [], keyed=False)]
    _log(scope["request_id"], status, beginning.client)
    return b"\r\n".join([*head, b"", bytes(response.body)])


def _log(name: str, status: int, client: str | None) -> None:
    token = current_request.set(name)
    logger.info("refused unread: %d", status, extra={FIELDS: {"status": status, "client": client}})
    current_request.reset(token)
