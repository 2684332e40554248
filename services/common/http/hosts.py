"""The `Host` that a request names: one, and well-formed (RFC 9112, 3.2), or the request is refused."""

import re

from starlette.types import Scope

from services.common import problems
from services.common.problems import Problem

HOST = re.compile(
    rb"""(?x) (?: [A-Za-z0-9._~!$&'()*+,;=-] | %[0-9A-Fa-f]{2} ){1,255} (?: :\d{0,5} )?
    | \[ [0-9A-Fa-f:.]{2,45} \] (?: :\d{0,5} )?"""
)
"""`uri-host [":" port]` of RFC 3986, but for an empty host, which no http address has (RFC 9110, 4.2.1)."""


def check_host(scope: Scope, headers: dict[bytes, bytes]) -> None:
    """Raise `Problem` (400) for a request without a Host, with several or with one that is none.

    `headers` are the scope's by name, where of several of one name the last one stands.
    """
    host = headers.get(b"host")
    if host is None:
        fine = scope["http_version"] == "1.0"
    else:
        fine = HOST.fullmatch(host) is not None and not _several(scope, headers)
    if not fine:
        raise _refused()


def _several(scope: Scope, headers: dict[bytes, bytes]) -> bool:
    if len(headers) == len(scope["headers"]):
        return False
    return [name for name, _ in scope["headers"]].count(b"host") > 1


def _refused() -> Problem:
    return Problem(
        problems.MALFORMED,
        {
            "en": "A request names one {header}, as an address has it, e.g. {example}.",
            "fr": "Une requête nomme un seul {header}, comme dans une adresse, par exemple {example}.",
            "ar": "يذكر الطلب ترويسة {header} واحدة كما في العنوان، مثل {example}.",
        },
        {"header": "Host", "example": "example.org:8000"},
    )
