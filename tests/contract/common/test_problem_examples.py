"""The problem documents of the OpenAPI pages are those that are answered."""

import re
from typing import Any

import orjson

from services.common.http.documents import DESCRIPTIONS, PROBLEM_EXAMPLES
from tests.contract.common.record_problems import provoked


def lasting(documents: dict[str, Any]) -> str:
    return re.sub(r"in \d+ s\.", "in … s.", orjson.dumps(documents, option=orjson.OPT_SORT_KEYS).decode())


async def test_the_example_of_each_status_is_what_is_answered(catalog_database: str, as_admin: dict[str, str]) -> None:
    documented = orjson.loads(PROBLEM_EXAMPLES.read_bytes())
    assert documented.keys() == {str(status) for status in DESCRIPTIONS}
    answered = await provoked(catalog_database, as_admin)
    assert lasting(answered) == lasting(documented), "run `python -m tests.contract.common.record_problems`"
