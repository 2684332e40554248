"""Every query parameter that takes one value refuses two, in every operation of every service."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from services.launch.documents import service_apps

VALUES = {"lang": ("fr", "ar"), "wait": ("0", "1")}
ANY_TWO = ("1", "2")
APPS = service_apps()


def takes_several(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "array" or any(takes_several(each) for each in schema.get("anyOf", []))


def parameters(*, several: bool) -> Iterator[tuple[str, str, str, str]]:
    """Service, method, address and name of every query parameter that takes one value, or several."""
    for service, app in APPS.items():
        for path, operations in app.openapi()["paths"].items():
            for method, operation in operations.items():
                for parameter in operation.get("parameters", []):
                    if parameter["in"] == "query" and takes_several(parameter["schema"]) == several:
                        yield service, method.upper(), re.sub(r"{\w+}", "fes", path), parameter["name"]


SINGLE = sorted(parameters(several=False))


def test_the_documents_have_parameters_of_both_kinds() -> None:
    assert len(SINGLE) >= 30
    assert len({service for service, *_ in SINGLE}) == len(APPS)
    assert {"limit", "cursor", "count", "lang", "since", "reason", "q"} <= {name for *_, name in SINGLE}
    assert {"country", "theme", "types"} <= {name for *_, name in parameters(several=True)}


@pytest.mark.parametrize(("service", "method", "path", "name"), SINGLE)
async def test_a_second_value_is_refused_by_name(service: str, method: str, path: str, name: str) -> None:
    transport = httpx.ASGITransport(APPS[service])  # refused before anything that the lifespan opens is needed
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        values = VALUES.get(name, ANY_TWO)
        answers = [
            await client.request(method, path, params=[(name, given) for given in pair])
            for pair in (values, (values[0], values[0]))
        ]
    for answer in answers:
        assert answer.status_code == 400, answer.text
        assert answer.json()["type"] == "/problems/malformed-request"
        [error] = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == (f"?{name}", "repeated")
        assert name in answer.json()["detail"]
