"""From what somebody wrote to what is stored, and back. Pure: what is looked up is handed in."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.catalog.records.kinds import Document, Kind
from services.catalog.records.models import PUBLISHED, SUBMITTED, RecordBase
from services.catalog.records.representation import State
from services.catalog.records.shapes import Coded, IsText, Leaf, Many, Members, Refers, Shape, changed, leaves
from services.catalog.records.texts import revise, text_errors
from services.catalog.vocabularies.checks import Vocabularies, code_errors, labels_of
from services.common.ids import new_id
from services.common.problems import FieldError

Names = Mapping[tuple[str, str], UUID]
"""(kind, id or slug) → id."""


def written_of(kind: Kind, state: State) -> Document:
    """The record in the form in which clients write it, of its state."""
    state = kind.as_written(state)
    status = state["status"] if state["status"] in {PUBLISHED, SUBMITTED} else "draft"
    named = {name: state[name] for name in kind.write.model_fields if name in state}
    document: Document = changed(kind.shape, {**named, "status": status}, None, _by_id)
    return kind.write.model_validate(document).model_dump(mode="json")


def _by_id(leaf: Leaf, value: Any, former: Any) -> Any:  # noqa: ANN401, ARG001 - as `changed` calls it
    return value["id"] if isinstance(leaf, Refers) and isinstance(value, dict) else value


def named_records(kind: Kind, document: Document) -> set[tuple[str, str]]:
    """Every (kind, id or slug) that the document refers to."""
    return {
        (found.leaf.kind, found.value) for found in leaves(kind.referring, document) if isinstance(found.leaf, Refers)
    }


def document_errors(kind: Kind, document: Document, vocabularies: Vocabularies, names: Names) -> list[FieldError]:
    """What is wrong with the texts, codes and references of a document."""
    errors: list[FieldError] = []
    for found in leaves(kind.shape, document):
        match found.leaf:
            case IsText():
                errors += text_errors(found.pointer, found.value)
            case Coded(vocabulary) if found.value not in labels_of(vocabularies, vocabulary):
                errors += code_errors(vocabularies, vocabulary, [(found.pointer, found.value)])
            case Refers(of) if (of, found.value) not in names:
                detail = f"no published {of} is called '{found.value}'"
                context = {"kind": of, "value": found.value}
                code = "unknown_territory" if of == "territory" else "unknown_record"
                errors.append(FieldError(pointer=found.pointer, detail=detail, code=code, context=context))
    return errors


def resolved(kind: Kind, document: Document, former: Document | None, names: Names) -> Document:
    """The document with ids for references, texts with their origins, and ids for the members that have one."""

    def resolve(leaf: Leaf, value: Any, before: Any) -> Any:  # noqa: ANN401 - any JSON value
        if isinstance(leaf, Refers):
            return str(names[leaf.kind, value])
        return revise(before, value) if isinstance(leaf, IsText) else value

    document = changed(kind.shape, document, former, resolve)
    _identify(kind.identified, document)
    return document


def _identify(shape: Shape, value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Give ids to the new members of lists whose members have one."""
    if isinstance(shape, Many) and value:
        for item in value:
            if isinstance(shape.of, Members) and shape.of.identified and item["id"] is None:
                item["id"] = str(new_id())
            _identify(shape.of, item)
    elif isinstance(shape, Members) and isinstance(value, dict):
        for name, member in shape.of.items():
            if value.get(name):
                _identify(member, value[name])


_BASE = frozenset(RecordBase.model_fields)


def columns_of(kind: Kind, document: Document) -> dict[str, Any]:
    """The columns of a resolved document, but for those that every write sets."""
    own = kind.table.columns.keys()
    content: dict[str, Any] = {}
    columns: dict[str, Any] = {"content": content}
    for name, value in document.items():
        if name in {"slug", "status", "review_due"} or name in kind.elsewhere:
            continue
        (columns if name in own else content)[name] = value
    return typed(kind.table, {**columns, **kind.columns(document)})


def typed(table: sa.Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row in the types of its columns: ids and days are strings in JSON."""
    readers = _readers(table)
    return {
        name: readers[name](value) if name in readers and isinstance(value, str) else value
        for name, value in row.items()
    }


@cache
def _readers(table: sa.Table) -> Mapping[str, Callable[[str], Any]]:
    """What reads the strings of JSON, for the columns that are of another type."""
    types = {column.name: column.type for column in table.columns}
    ids = {name: UUID for name, type_ in types.items() if isinstance(type_, sa.Uuid)}
    return {**ids, **{name: date.fromisoformat for name, type_ in types.items() if isinstance(type_, sa.Date)}}


def child_rows(kind: Kind, record_id: UUID, document: Document) -> dict[sa.Table, list[dict[str, Any]]]:
    """A resolved document's rows in other tables."""
    tables = kind.table.metadata.tables
    return {
        tables[name]: [typed(tables[name], {kind.child_tables[name]: record_id, **row}) for row in rows]
        for name, rows in kind.children(document).items()
    }


def places_of(kind: Kind, document: Document) -> list[UUID]:
    """The territories that a resolved document says the record is in."""
    relations = set(kind.places)
    return [
        UUID(found.value)
        for found in leaves(kind.referring, document)
        if isinstance(found.leaf, Refers) and found.leaf.kind == "territory" and found.relation in relations
    ]
