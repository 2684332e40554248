"""What the members of a written record are: texts, codes of a vocabulary, references to other records.

The write models say it by markers in their annotations; here it is read from them once, so that checking, resolving,
representing and documenting a record need no code of their own for each kind.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class IsText:
    """A text per language."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A code of this vocabulary."""

    vocabulary: str


@dataclass(frozen=True, slots=True)
class Refers:
    """The id or slug of another record of this kind."""

    kind: str


@dataclass(frozen=True, slots=True)
class Many:
    """A list of these."""

    of: "Shape"


@dataclass(frozen=True, slots=True)
class Members:
    """An object; named are only the members that hold something of the above."""

    of: Mapping[str, "Shape"]
    identified: bool = False
    """Whether it has an `id` of its own by which it is found again in a list."""


Leaf = IsText | Coded | Refers
Shape = Leaf | Many | Members


def shape_of(model: type[BaseModel]) -> Members:
    """The shape of a write model."""
    found = {name: _shape(field.annotation, field.metadata) for name, field in model.model_fields.items()}
    identified = "id" in model.model_fields and _mentions(model.model_fields["id"].annotation, UUID)
    return Members({name: shape for name, shape in found.items() if shape is not None}, identified)


def _mentions(annotation: Any, wanted: type) -> bool:  # noqa: ANN401 - any type there is
    return annotation is wanted or any(_mentions(inner, wanted) for inner in get_args(annotation))


def _shape(annotation: Any, metadata: Sequence[object] = ()) -> Shape | None:  # noqa: ANN401 - any type there is
    for marker in metadata:
        if isinstance(marker, IsText | Coded | Refers):
            return marker
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *further = get_args(annotation)
        return _shape(inner, further)
    if origin in {Union, UnionType}:
        shapes = [_shape(member) for member in get_args(annotation)]
        return next((shape for shape in shapes if shape is not None), None)
    if origin is list:
        [member] = get_args(annotation)
        inner_shape = _shape(member)
        return Many(inner_shape) if inner_shape is not None else None
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        members = shape_of(annotation)
        return members if members.of or members.identified else None
    return None


@dataclass(frozen=True, slots=True)
class Found:
    """A leaf of a document: where (JSON pointer), what it is, its value."""

    pointer: str
    leaf: Leaf
    value: Any

    @property
    def relation(self) -> str:
        """The pointer without places in lists: what the reference means."""
        return "/".join(part for part in self.pointer.split("/") if part and not part.isdecimal())


def leaves(shape: Shape, value: Any, pointer: str = "") -> Iterator[Found]:  # noqa: ANN401 - any JSON value
    """Every leaf of a document that has a value."""
    if value is None:
        return
    if isinstance(shape, Many):
        for place, item in enumerate(value):
            yield from leaves(shape.of, item, f"{pointer}/{place}")
    elif isinstance(shape, Members):
        for name, member in shape.of.items():
            if inner := value.get(name):  # most members of most documents are null or empty
                yield from leaves(member, inner, f"{pointer}/{name}")
    else:
        yield Found(pointer, shape, value)


OnLeaf = Callable[[Leaf, Any, Any], Any]
"""From a leaf, its value and its former value (None for none) to the new value."""


def changed(shape: Shape, value: Any, former: Any, on_leaf: OnLeaf) -> Any:  # noqa: ANN401 - any JSON value
    """The value with its leaves replaced; members of lists are held against their former selves by id, else place."""
    if not value:
        return value
    if isinstance(shape, Many):
        formers = former if isinstance(former, list) else []
        return [
            changed(shape.of, item, _former_of(shape.of, item, place, formers), on_leaf)
            for place, item in enumerate(value)
        ]
    if isinstance(shape, Members):
        known = former if isinstance(former, dict) else {}
        replaced = {
            name: changed(member, value[name], known.get(name), on_leaf)
            for name, member in shape.of.items()
            if value.get(name)
        }
        return {**value, **replaced}
    return on_leaf(shape, value, former)


def _former_of(shape: Shape, item: Any, place: int, formers: Sequence[Any]) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(shape, Members) and shape.identified and item.get("id") is not None:
        return next((former for former in formers if former.get("id") == item["id"]), None)
    return formers[place] if place < len(formers) else None


def only(shape: Shape, wanted: Callable[[Shape], bool]) -> Shape | None:
    """The shape as far as it leads to what is wanted: walking a document by it passes over all else."""
    if isinstance(shape, Many):
        inner = only(shape.of, wanted)
        return shape if wanted(shape) else inner and Many(inner)
    if isinstance(shape, Members):
        found = {name: inner for name, member in shape.of.items() if (inner := only(member, wanted)) is not None}
        return Members(found, shape.identified) if found or wanted(shape) else None
    return shape if wanted(shape) else None


def references(shape: Members, document: Mapping[str, Any]) -> set[tuple[str, UUID]]:
    """Every (relation, id) that a resolved document refers to."""
    return {(found.relation, UUID(found.value)) for found in leaves(shape, document) if isinstance(found.leaf, Refers)}


def relations_to(kind: str, shape: Shape, path: tuple[str, ...] = ()) -> set[str]:
    """The relations by which documents of this shape refer to records of a kind."""
    match shape:
        case Many(of):
            return relations_to(kind, of, path)
        case Members(of):
            return {found for name, member in of.items() for found in relations_to(kind, member, (*path, name))}
        case Refers(of_kind) if of_kind == kind:
            return {"/".join(path)}
    return set()


def model_of(annotation: Any) -> type[BaseModel]:  # noqa: ANN401 - any type there is
    """The model somewhere inside an annotation: of the members of a list, of what may be null."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            return inner
        if get_args(inner):
            found = model_of(inner)
            if found is not BaseModel:
                return found
    return BaseModel
