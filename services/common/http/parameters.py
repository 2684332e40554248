"""Query parameters are those that an operation has, each as often as it takes it; anything else is 400.

Passing over a misspelt filter, or over one of two values, would answer another question than the one asked.
"""

from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Request, Response
from fastapi._compat import field_annotation_is_sequence  # FastAPI's own test for a repeatable parameter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from services.common import problems
from services.common.http.bodies import StrictRequest
from services.common.http.head import restore_method
from services.common.problems import FieldError, Problem

IdParameter = Annotated[UUID, Path(description="Its id.", examples=["01a20754-3b61-76ce-95d7-660470730cf6"])]
"""What has no slug is addressed by its id."""

NAMED, NAMED_CHARACTERS = 10, 80
"""How many parameters an answer names, and how much of each: it should not be larger than the question."""


class ContractRoute(APIRoute):
    """A route that answers 400 to a parameter it does not have, and to a second value where it takes one."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()
        repeatable = dict(_parameters(self.dependant))

        async def checked(plain: Request) -> Response:
            restore_method(plain.scope)
            request = StrictRequest(plain.scope, plain.receive)
            given = request.query_params
            if unknown := [name for name in given if name not in repeatable]:
                raise unknown_parameters(unknown, sorted(repeatable))
            if len(given.multi_items()) > len(given):
                names = [name for name in given if not repeatable[name] and len(given.getlist(name)) > 1]
                if names:
                    raise repeated_parameters(names)
            return await handler(request)

        return checked


def _parameters(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """The name of each query parameter, and whether it takes several values."""
    for field in dependant.query_params:
        yield field.alias, field_annotation_is_sequence(field.field_info.annotation)
    for part in dependant.dependencies:
        yield from _parameters(part)


def unknown_parameters(unknown: Sequence[str], known: Sequence[str]) -> Problem:
    """The problem for parameters that an operation does not have; it names those it has."""
    allowed = ", ".join(known) or "-"
    named = _named(unknown)
    return Problem(
        problems.UNKNOWN_PARAMETER,
        {
            "en": "This operation does not know {names}. It knows: {allowed}.",
            "fr": "Cette opération ne connaît pas {names}. Elle connaît : {allowed}.",
            "ar": "هذه العملية لا تعرف {names}. المعاملات المعروفة: {allowed}.",
        },
        {"names": ", ".join(named), "allowed": allowed},
        errors=[
            FieldError(
                pointer=f"?{name}",
                detail=f"Known parameters: {allowed}",
                code="unknown_parameter",
                context={"allowed": allowed},
            )
            for name in named
        ],
    )


def repeated_parameters(repeated: Sequence[str]) -> Problem:
    """The problem for parameters that take one value and came with several."""
    named = _named(repeated)
    return Problem(
        problems.MALFORMED,
        {
            "en": "Given more than once, and one value is taken: {names}.",
            "fr": "Donné plusieurs fois alors qu'une seule valeur est admise : {names}.",
            "ar": "ورد أكثر من مرة ولا تُقبل إلا قيمة واحدة: {names}.",
        },
        {"names": ", ".join(named)},
        errors=[FieldError(pointer=f"?{name}", detail="Give one value", code="repeated") for name in named],
    )


def _named(names: Sequence[str]) -> list[str]:
    return [name[:NAMED_CHARACTERS] for name in names[:NAMED]]
