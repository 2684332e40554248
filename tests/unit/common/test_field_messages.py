"""Field errors in the reader's language."""

import re

import pytest
from pydantic import BaseModel, Field, ValidationError

from services.common.field_messages import MESSAGES, in_language
from services.common.problems import FieldError

ARABIC = re.compile(r"[\u0600-\u06ff]")


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_every_message_stands_in_three_languages_with_the_same_places(code: str) -> None:
    message = MESSAGES[code]
    assert set(message) == {"fr", "en", "ar"}
    assert ARABIC.search(message["ar"])
    assert len({tuple(sorted(re.findall(r"\{\w+\}", text))) for text in message.values()}) == 1


class Model(BaseModel):
    """Errors as the validator makes them."""

    few: list[int] = Field(max_length=1)
    name: str = Field(min_length=3, pattern="^[a-z]{3,}$")
    year: int = Field(ge=1000, le=2200)


def test_the_validators_bounds_fill_the_sentence() -> None:
    with pytest.raises(ValidationError) as raised:
        Model.model_validate({"few": [1, 2], "name": "a", "year": 3000})
    found = {
        error["type"]: in_language(
            FieldError(pointer="", detail=error["msg"], code=error["type"], context=error.get("ctx", {})), "fr"
        )["detail"]
        for error in raised.value.errors()
    }
    assert found == {
        "too_long": "Au plus 1 élément(s).",
        "string_too_short": "Au moins 3 caractère(s).",
        "less_than_equal": "Au plus 2200.",
    }


def test_a_code_without_a_message_keeps_its_detail_and_nothing_else_gets_out() -> None:
    error = FieldError(pointer="/x", detail="odd", code="no_such_code", context={"secret": "x"})
    assert in_language(error, "ar") == {"pointer": "/x", "detail": "odd", "code": "no_such_code"}
