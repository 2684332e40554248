"""What there is to say of a kind of record, in one place: its table, how it is written, how it is read."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from pydantic_core import PydanticUndefined
from sqlalchemy import Table
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.records.models import RecordBase
from services.catalog.records.queries import RecordQueries
from services.catalog.records.representation import Represent, State, feature, representing
from services.catalog.records.schemas import RecordWrite
from services.catalog.records.shapes import Members, Refers, only, relations_to, shape_of
from services.common.problems import FieldError

Document = dict[str, Any]
"""A record as it is written, in JSON types; resolved: references are ids, texts have entries for each language."""

Rows = Sequence[Mapping[str, Any]]
Check = Callable[[AsyncSession, Document, UUID], Awaitable[list[FieldError]]]


def no_columns(document: Document) -> Mapping[str, Any]:  # noqa: ARG001 - the default of `Kind.columns`
    """Every member is a column of its own name, or content."""
    return {}


def no_children(document: Document) -> Mapping[str, Rows]:  # noqa: ARG001 - the default of `Kind.children`
    """No rows in other tables."""
    return {}


def as_it_is(state: State) -> State:
    """The state has every member in the form in which it is written."""
    return state


@dataclass(frozen=True)
class Kind:
    """A kind of record. The pure functions say where a document's members are kept, the rest follows from the model."""

    name: str
    collection: str
    """The path segment under `/catalog/v1/`."""
    model: type[RecordBase]
    write: type[RecordWrite]
    members: Mapping[str, str] = field(default_factory=dict)
    """SQL expressions of state members that are neither columns of their name nor content."""
    read_only: Sequence[str] = ()
    """Of these the ones that nobody writes."""
    joins: str = ""
    sort_key: str | None = "r.slug"
    columns: Callable[[Document], Mapping[str, Any]] = no_columns
    """From a resolved document to the columns that are not called as its members."""
    elsewhere: frozenset[str] = frozenset()
    """Members that `columns` and `children` take over."""
    children: Callable[[Document], Mapping[str, Rows]] = no_children
    """From a resolved document to its rows in other tables, without the column that names the record."""
    child_tables: Mapping[str, str] = field(default_factory=dict)
    """Table → its column that names the record."""
    as_written: Callable[[State], State] = as_it_is
    """From the state to the members as they are written, where these differ."""
    check: Check | None = None
    """What else has to hold of a resolved document: an error for each thing that does not."""
    once_each: Mapping[str, str] = field(default_factory=dict)
    """Lists with one item for each record, and the member that names it, e.g. `parties` and `territory`."""
    linked: frozenset[str] = frozenset()
    """Relations whose links triggers keep, see `registry`: nobody else writes them. Of the records that they name,
    `members` tell in place."""
    places: Sequence[str] = ()
    """Members that name the territories that the record is in; none: it is nowhere in particular."""
    as_feature: Callable[[State], State] | None = feature
    """From a representation to a GeoJSON feature; None: the kind has no place."""
    rules: Sequence[str] = ()
    """Constraint triggers that hold over several of its rows."""
    moderated: bool = False
    """Whether only moderators create one."""

    @cached_property
    def shape(self) -> Members:
        """What the members of a document are."""
        return shape_of(self.write)

    @cached_property
    def referring(self) -> Members:
        """Of its shape the references."""
        found = only(self.shape, lambda shape: isinstance(shape, Refers))
        return found if isinstance(found, Members) else Members({})

    @cached_property
    def identified(self) -> Members:
        """Of its shape the members that have an id of their own."""
        found = only(self.shape, lambda shape: isinstance(shape, Members) and shape.identified)
        return found if isinstance(found, Members) else Members({})

    @cached_property
    def own_relations(self) -> frozenset[str]:
        """The relations by which its records refer to one another."""
        return frozenset(relations_to(self.name, self.shape))

    @cached_property
    def represent(self) -> Represent:
        """From its state to what a reader gets."""
        return representing(self.shape)

    @property
    def table(self) -> Table:
        """The kind's table."""
        return SQLModel.metadata.tables[str(self.model.__tablename__)]

    @cached_property
    def queries(self) -> RecordQueries:
        """How it is read."""
        return RecordQueries(self.name, str(self.model.__tablename__), self._state(), self.sort_key)

    @cached_property
    def _own_members(self) -> Sequence[str]:
        return [name for name in self.write.model_fields if name not in COMMON_MEMBERS]

    def _state(self) -> str:
        members = {name: self._member(name) for name in self._own_members} | dict(self.members)
        listed = ",\n  ".join(f"'{name}', {expression}" for name, expression in members.items())
        return f"""
select r.id, r.version, r.slug, r.status, r.archive_reason, r.owner_id, r.merged_into,
{self.sort_key or "''"} as sort_key, convert_to(json_build_object(
  'id', r.id, 'slug', r.slug, 'version', r.version, 'status', r.status,
  'created_at', r.created_at, 'updated_at', r.updated_at, 'owner', {OWNER},
  'review_due', r.review_due, 'review_note', r.review_note,
  {listed},
  'references', {REFERENCES.format(told=",".join(sorted(self.linked)))},
  'sources', r.sources, 'licence', r.licence)::text, 'UTF8') as state
from {self.model.__tablename__} r {self.joins}"""  # noqa: S608 - constants of the kinds

    def expression(self, name: str) -> str:
        """The SQL expression of a member of its state; `r` is the record's row."""
        return self.members.get(name) or self._member(name)

    def _member(self, name: str) -> str:
        if name in self.table.columns:
            return f"r.{name}"
        default = self.write.model_fields[name].get_default(call_default_factory=True)
        if default is None or default is PydanticUndefined:
            return f"r.content -> '{name}'"
        return f"coalesce(r.content -> '{name}', '{'[]' if isinstance(default, list) else '{}'}')"


COMMON_MEMBERS = frozenset(RecordWrite.model_fields)

OWNER = """case when r.owner_id is not null then (
    select json_build_object('id', o.id, 'slug', o.slug, 'name', o.name) from partner o where o.id = r.owner_id) end"""

REFERENCES = """(select coalesce(json_object_agg(t.id, case t.kind when 'territory'
    then json_build_object('type', t.kind, 'id', t.id, 'slug', t.slug, 'name', t.name,
      'country_code', t.country_code, 'kind', t.category, 'point', case when t.lon is not null
        then json_build_object('type', 'Point', 'coordinates', json_build_array(t.lon, t.lat)) end)
    else json_build_object('type', t.kind, 'id', t.id, 'slug', t.slug, 'name', t.name) end), '{{}}')
    from record t where t.id = any(array(
      select l.target_id from record_link l where l.source_id = r.id and l.relation <> all('{{{told}}}')))
    and (t.status = 'published' or r.status <> 'published'))"""
"""How the state names the records that its members refer to by id; not those it tells of in place (`told`).

The ids are gathered first: most records refer to none, and then the register is not looked at."""
