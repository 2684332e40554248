"""Why a body could not be read, in the reader's language: no English words in French or Arabic sentences."""

import ast
import inspect
import json.decoder
import json.scanner
import re

import pytest
from fastapi.exceptions import RequestValidationError

from services.common import problems
from services.common.http import bodies
from services.common.http.bodies import MAX_DEPTH, MAX_MEMBERS, parse_json
from services.common.http.errors import from_validation
from services.common.http.unreadable import JSON_REASONS, OTHERWISE, REFUSALS, refused

UNREADABLE = {
    "": "a value is missing (character 1)",
    '{"a" 1}': "a colon is missing (character 6)",
    "{'a': 1}": "a name in double quotes is missing (character 2)",
    '{"a": 1,}': "(character 9)",
    "[1 2]": "a comma is missing (character 4)",
    "{} {}": "more follows after its end (character 4)",
    '["a\nb"]': "a control character stands in a text",
    r'["\x"]': "a backslash stands before a character that needs none",
    r'["\u12"]': "four hexadecimal digits have to follow",
    '["a': "a text does not end (character 2)",
    '[NaN, "ignored {braces}"]': "NaN and Infinity are no JSON.",
    "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1): f"more than {MAX_DEPTH} levels.",
    "[" * 100_000: f"more than {MAX_DEPTH} levels.",
    r'["\ud800"]': "half of a surrogate pair",
    f"[{2**64}]": "more than 64 bits.",
    "[1e999]": "double precision.",
    '{"a": 1, "a": 1}': "a name stands twice",
    "{" + ",".join(f'"{n}": 1' for n in range(MAX_MEMBERS + 1)) + "}": f"more than {MAX_MEMBERS} names",
}
ALLOWED_LATIN = re.compile(r"JSON|UTF|NaN|Infinity|\\u")
"""Names that are the same in Arabic."""


def sentences(body: bytes) -> dict[str, str]:
    """What a client reads, by language; made as FastAPI makes an error of the reader's."""
    with pytest.raises(json.JSONDecodeError) as raised:
        parse_json(body)
    error = {
        "type": "json_invalid",
        "loc": ("body", raised.value.pos),
        "msg": "JSON decode error",
        "ctx": {"error": raised.value.msg},
    }
    problem = from_validation(RequestValidationError([error]))
    assert problem.kind is problems.MALFORMED
    return {lang: problem.sentence(lang) for lang in ("en", "fr", "ar")}


@pytest.mark.parametrize("text", UNREADABLE, ids=lambda text: repr(text[:20]))
def test_the_reason_stands_in_the_readers_language(text: str) -> None:
    said = sentences(text.encode())
    assert UNREADABLE[text] in said["en"]
    assert not re.search(r"[A-Za-z]", ALLOWED_LATIN.sub("", said["ar"]))
    english = set(re.findall(r"[a-z]{4,}", said["en"].lower()))
    french = set(re.findall(r"[a-zà-ÿ]{4,}", said["fr"].lower()))
    assert english & french <= {"json", "infinity", "bits", "double"}


def test_what_is_not_utf8_is_said_too() -> None:
    assert "UTF-8" in sentences(b'["\xff"]')["fr"]


def test_every_reason_that_the_reader_gives_is_known() -> None:
    """Python's own messages, from its source, so that a later Python's are missed here and not by a client."""
    literals = {
        node.value
        for module in (json.decoder, json.scanner)
        for call in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "JSONDecodeError"
        for node in call.args
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    ours = {
        node.id
        for call in ast.walk(ast.parse(inspect.getsource(bodies)))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "_refuse"
        for node in call.args
        if isinstance(node, ast.Name)
    }
    assert literals
    assert ours
    assert not [text for text in literals if not any(text.startswith(known) for known in JSON_REASONS)]
    assert {getattr(bodies, name) for name in ours} <= JSON_REASONS.keys()


@pytest.mark.parametrize("message", [*JSON_REASONS.values(), *REFUSALS.values(), OTHERWISE])
def test_every_sentence_stands_in_three_languages(message: problems.Message) -> None:
    assert set(message) == {"en", "fr", "ar"}
    assert re.search(r"[؀-ۿ]", message["ar"])


def test_a_refusal_without_words_of_its_own_says_no_more_than_it_knows() -> None:
    assert refused(problems.FORBIDDEN, {}).sentence("fr") == OTHERWISE["fr"]
    assert refused(problems.TOO_LARGE, {"Connection": "close"}).headers == {"Connection": "close"}
