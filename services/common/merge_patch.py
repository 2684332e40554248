"""Merge patches (RFC 7396): what a document says after one."""

from collections.abc import Mapping
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

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
    try:
        return model.model_validate(merge_patch(document, patch))
    except ValidationError as error:
        raise RequestValidationError([dict(item, loc=("body", *item["loc"])) for item in error.errors()]) from error
