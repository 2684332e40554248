"""Every code that an error of a field can carry has its sentence in French, English and Arabic."""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import services.launch.documents  # noqa: F401 - imports every service, and so every model of a body
from services.catalog.access.partners.mailboxes import refusal
from services.catalog.records.problems import BROKEN_RULES
from services.common.field_messages import MESSAGES
from services.common.schemas import StrictModel
from services.webhooks.endpoints.references import UNKNOWN

SERVICES = Path(__file__).parents[3] / "services"
RAISES: Mapping[str, tuple[int, str]] = {
    "FieldError": (99, "code"),
    "bad_parameter": (2, "code"),
    "PydanticCustomError": (0, "error_type"),
    "Refused": (0, "code"),
}
"""What carries a code: its place among the arguments, and its name."""


def calls_of(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Name and code expression of every call that makes an error of a field."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in RAISES:
            place, keyword = RAISES[call.func.id]
            named = [each.value for each in call.keywords if each.arg == keyword]
            yield call.func.id, (named or [call.args[place]])[0]


def constants_named(tree: ast.AST, name: str) -> set[str]:
    """Every text that is assigned to a name somewhere in a module."""
    return {
        node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        if any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    }


def returned_by(function: Callable[..., object]) -> set[str]:
    """Every text that a function returns as such."""
    tree = ast.parse(Path(function.__code__.co_filename).read_text(encoding="utf-8"))
    [body] = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function.__name__]
    return {
        node.value.value
        for node in ast.walk(body)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


COMPUTED: Mapping[str, Iterable[str]] = {
    "catalog/access/partners/mailboxes.py": returned_by(refusal),
    "catalog/records/documents.py": ("unknown_territory", "unknown_record"),
    "catalog/records/problems.py": {code for _, code, _ in BROKEN_RULES.values()},
    "catalog/editing/merging/problems.py": (),  # the validator's
    "common/http/errors.py": (),  # the validator's: see below
    "common/problems.py": (),  # `bad_parameter` itself, which passes on what its callers say
    "common/field_messages.py": (),  # an error that was made elsewhere, in another language
    "webhooks/endpoints/references.py": UNKNOWN.values(),
    "webhooks/outbound/policy.py": (),  # those of `Refused`
}
"""Codes of modules that do not write them where they make the error."""


def emitted() -> Iterator[tuple[str, str]]:
    for path in sorted(SERVICES.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        module = str(path.relative_to(SERVICES))
        for _, code in calls_of(tree):
            if isinstance(code, ast.Constant):
                codes: Iterable[str] = {str(code.value)}
            else:
                codes = constants_named(tree, code.id) if isinstance(code, ast.Name) else ()
                assert codes or module in COMPUTED, f"{module}:{code.lineno} computes a code: say here which it can be"
                codes = codes or COMPUTED[module]
            for each in codes:
                yield module, each


def test_every_code_that_we_raise_has_its_sentence() -> None:
    found = set(emitted())
    assert {"unknown_code", "cursor", "personal_mailbox", "country", "immutable"} <= {code for _, code in found}
    assert sorted((module, code) for module, code in found if code not in MESSAGES) == []


BY_TYPE: Mapping[str, tuple[str, ...]] = {
    "bool": ("bool_type", "bool_parsing"),
    "datetime": ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid"),
    "date": ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
    "datetime.tz_constraint": ("timezone_aware",),
    "dict": ("dict_type",),
    "dict.min_length": ("too_short",),
    "dict.max_length": ("too_long",),
    "enum": ("enum",),
    "float": ("float_type", "float_parsing", "finite_number"),
    "float.ge": ("greater_than_equal",),
    "float.le": ("less_than_equal",),
    "int": ("int_type", "int_parsing", "int_from_float", "int_parsing_size"),
    "int.ge": ("greater_than_equal",),
    "int.le": ("less_than_equal",),
    "list": ("list_type",),
    "list.min_length": ("too_short",),
    "list.max_length": ("too_long",),
    "literal": ("literal_error",),
    "model": ("model_type", "model_attributes_type"),
    "model-fields": ("missing", "extra_forbidden"),
    "str": ("string_type", "string_unicode"),
    "str.min_length": ("string_too_short",),
    "str.max_length": ("string_too_long",),
    "str.pattern": ("string_pattern_mismatch",),
    "tuple": ("tuple_type", "too_long", "missing"),
    "url": ("url_type", "url_parsing", "url_syntax_violation"),
    "url.max_length": ("url_too_long",),
    "url.allowed_schemes": ("url_scheme",),
    "uuid": ("uuid_type", "uuid_parsing"),
}
"""What the validator can say of a value, by the type and the constraint in its schema."""

NOTHING_TO_SAY = {
    *("any", "default", "definition-ref", "definitions", "function-after", "function-before", "function-plain"),
    *("model-field", "no-info", "nullable", "union", "with-info"),
}
"""Nodes that only hold others; functions raise codes of our own."""

CONSTRAINTS = ("ge", "gt", "le", "lt", "multiple_of", "min_length", "max_length", "pattern", "tz_constraint")


def models(base: type[StrictModel] = StrictModel) -> Iterator[type[StrictModel]]:
    """Every model of a body; the loader's rows are no bodies."""
    for model in base.__subclasses__():
        if model.__module__.startswith("services.") and ".loading." not in model.__module__:
            yield model
        yield from models(model)


def nodes_of(schema: Any, seen: set[int]) -> Iterator[str]:  # noqa: ANN401 - any part of a validator's schema
    """`type` and `type.constraint` of every node of a validator's schema."""
    if isinstance(schema, list | tuple):
        for part in schema:
            yield from nodes_of(part, seen)
    if not isinstance(schema, dict) or id(schema) in seen:
        return
    seen.add(id(schema))
    kind = schema.get("type")
    if isinstance(kind, str):
        yield kind
        yield from (f"{kind}.{name}" for name in CONSTRAINTS if schema.get(name) is not None)
    for name, part in schema.items():
        if name not in {"metadata", "serialization"}:
            yield from nodes_of(part, seen)


def test_every_code_that_the_validator_can_give_for_our_bodies_has_its_sentence() -> None:
    nodes = {node for model in set(models()) for node in nodes_of(model.__pydantic_core_schema__, set())}
    assert {"str.pattern", "list.max_length", "datetime.tz_constraint"} <= nodes
    assert sorted(nodes - BY_TYPE.keys() - NOTHING_TO_SAY) == []
    assert sorted({code for codes in BY_TYPE.values() for code in codes} - MESSAGES.keys()) == []
