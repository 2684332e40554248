"""From the model that a record is written with to the one that it is read with, for the documents.

A text is read in one language, a code with its label, a reference with the name of what it means.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from pydantic import BaseModel, create_model
from pydantic.fields import FieldInfo

from services.catalog.records.schemas import PageRead, RecordRead, RecordRefRead, RecordWrite, TerritoryRefRead
from services.catalog.records.shapes import Coded, IsText, Many, Members, Refers, Shape, model_of, shape_of
from services.common.schemas import CodeRead, SourceRead, TextRead

Fields = Mapping[str, tuple[Any, FieldInfo]]


def read_model(write: type[RecordWrite], docstring: str, further: Mapping[str, Any] | None = None) -> type[RecordRead]:
    """The read model of a kind: `InitiativeWrite` is read as `InitiativeRead`. `further` members replace and add."""
    own = {name: field for name, field in write.model_fields.items() if name not in RecordWrite.model_fields}
    fields = _fields(own, shape_of(write).of, whole=True) | {
        name: (annotation, FieldInfo(annotation=annotation)) if not isinstance(annotation, tuple) else annotation
        for name, annotation in (further or {}).items()
    }
    name = write.__name__.removesuffix("Write") + "Read"
    made = create_model(name, __base__=RecordRead, __doc__=docstring, **cast("Any", fields))
    return cast("type[RecordRead]", made)


def page_model(read: type[RecordRead], order: str) -> type[PageRead]:
    """A page of a list of these, sorted as `order` says."""
    name = read.__name__.removesuffix("Read")
    items: Any = (list[read], ...)  # type: ignore[valid-type]  # a model made at run time
    made = create_model(f"{name}Page", __base__=PageRead, __doc__=f"A page of the list, {order}.", items=items)
    return cast("type[PageRead]", made)


def _fields(fields: Mapping[str, FieldInfo], shapes: Mapping[str, Shape], *, whole: bool) -> dict[str, Any]:
    """The read fields; `whole`: every member is always there, otherwise one that has a default may be missing."""
    found: dict[str, Any] = {}
    for name, field in fields.items():
        shape = shapes.get(name)
        annotation: Any = SOURCES if name == "sources" else _read(field.annotation, shape)
        description = None if isinstance(shape, IsText) else field.description  # that one tells how to write a text
        if field.is_required() or whole:
            found[name] = (annotation, FieldInfo(description=description))
        else:
            default = field.get_default(call_default_factory=True)
            found[name] = (annotation, FieldInfo(default=default, description=description))
    return found


SOURCES = list[SourceRead]


def _read(annotation: Any, shape: Shape | None) -> Any:  # noqa: ANN401 - any type there is
    if shape is None:
        return annotation
    optional = type(None) in getattr(annotation, "__args__", ())
    inner = _of_shape(annotation, shape)
    return inner | None if optional else inner


def _of_shape(annotation: Any, shape: Shape) -> Any:  # noqa: ANN401 - any type there is
    match shape:
        case IsText():
            return TextRead
        case Coded():
            return CodeRead
        case Refers(kind):
            return TerritoryRefRead if kind == "territory" else RecordRefRead
        case Many(of):
            inner = _of_shape(annotation, of)
            return list[inner]  # type: ignore[valid-type]  # a type made at run time
        case Members():
            return _nested(model_of(annotation))


@cache
def _nested(write: type[BaseModel]) -> type[BaseModel]:
    """The read model of an object inside a record."""
    name = write.__name__.removesuffix("Write") + "Read"
    fields = _fields(write.model_fields, shape_of(write).of, whole=False)
    return cast("type[BaseModel]", create_model(name, __doc__=write.__doc__, **fields))
