"""Merge patches (RFC 7396): what a document says after one."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)


def merge_patch(document: Any, patch: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The document after a merge patch (RFC 7396)."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(document) if isinstance(document, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def patched(model: type[M], document: Mapping[str, Any], patch: Mapping[str, Any]) -> M:
    """The whole as it would stand after the patch; raises the same error as a body that is wrong."""
    unknown = _unknown(model, patch)
    try:
        whole = model.model_validate(merge_patch(document, patch))
    except ValidationError as error:
        raise _refused([*error.errors(), *unknown]) from error
    if unknown:
        raise _refused(unknown)
    return whole


def _unknown(model: type[BaseModel], patch: Mapping[str, Any]) -> list[ErrorDetails]:
    """The members to be taken away that the model has not: merged they leave no trace, so none is found there.

    Those in a list are: it comes as it is.
    """
    try:
        model.model_validate(patch)
    except ValidationError as error:
        return [
            item
            for item in error.errors()
            if item["type"] == "extra_forbidden"
            and item["input"] is None
            and not any(isinstance(step, int) for step in item["loc"])
        ]
    return []


def _refused(errors: Sequence[ErrorDetails]) -> RequestValidationError:
    return RequestValidationError([dict(item, loc=("body", *item["loc"])) for item in errors])
