"""Field errors in the reader's language."""

import re

import pytest
from pydantic import BaseModel, Field, ValidationError

from services.common.field_messages import IN_GENERAL, MESSAGES, in_language
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


@pytest.mark.parametrize("code", ["no_such_code", "value_error", "string_too_long"])
def test_what_has_no_sentence_is_said_in_general_words_and_nothing_else_gets_out(code: str) -> None:
    error = FieldError(pointer="/x", detail="Value error, odd", code=code, context={"secret": "x"})
    assert in_language(error, "en") == {"pointer": "/x", "detail": "odd", "code": code}
    for lang in ("fr", "ar"):
        assert in_language(error, lang) == {"pointer": "/x", "detail": IN_GENERAL[lang], "code": code}


def test_a_list_of_what_is_expected_holds_no_english() -> None:
    error = FieldError(pointer="/x", detail="x", code="literal_error", context={"expected": "'a', 'b' or 'c'"})
    assert in_language(error, "fr")["detail"] == "L'un de : 'a', 'b', 'c'."
