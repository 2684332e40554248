"""The list of every kind of record: its filters are declared, its route is made of them."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from fastapi import APIRouter, Request, Response

from services.catalog.context import Catalog, CatalogDep, ReaderDep
from services.catalog.records.kinds import Kind
from services.catalog.records.parameters import CodesParameter, CountriesParameter, RefsParameter
from services.catalog.records.queries import Where
from services.catalog.records.read_models import page_model
from services.catalog.records.representation import Reader
from services.catalog.records.responses import features_response, page_response
from services.catalog.records.schemas import RecordRead
from services.catalog.vocabularies.checks import Vocabularies, check_parameter
from services.common.geo import BboxParameter, collection_schema, geojson_answer, parse_bbox
from services.common.http.direct import direct_list
from services.common.http.documents import NOT_MODIFIED
from services.common.languages import languages_of_request
from services.common.paging import MAX_LIMIT, PageDep, PlacesPageDep, plain_page


@dataclass(frozen=True, slots=True)
class Filter:
    """A parameter of a list: repeated values are alternatives, `{0}` in the condition stands for all of them."""

    name: str
    parameter: Any
    condition: str
    vocabulary: str | None = None
    """For codes: what is narrower than a code fits as well."""

    def add(self, where: Where, vocabularies: Vocabularies, value: Sequence[str]) -> None:
        """Add the condition; raises `Problem` (400) for a code that the vocabulary does not hold."""
        if self.vocabulary:
            value = check_parameter(vocabularies, self.vocabulary, self.name, value)
        where.add_any(self.condition, value)


@dataclass(frozen=True, slots=True)
class Flag:
    """A parameter that is true, false or not given."""

    name: str
    parameter: Any
    condition: str

    def add(self, where: Where, vocabularies: Vocabularies, value: bool | None) -> None:  # noqa: ARG002 - as `Filter`
        """Add the condition."""
        if value is not None:
            where.add(self.condition, value)


@dataclass(frozen=True, slots=True)
class BoxFilter:
    """`bbox`: `inside` has `{box}` for the test of the point of the row `alias`."""

    inside: str
    alias: str
    name: str = "bbox"
    parameter: Any = BboxParameter

    def add(self, where: Where, vocabularies: Vocabularies, value: str | None) -> None:  # noqa: ARG002 - as `Filter`
        """Add the condition; raises `Problem` (400) for what is no box."""
        if box := parse_bbox(value):
            where.add_box(self.inside, box, self.alias)


AnyFilter = Filter | Flag | BoxFilter

NAMED = "(t.id::text = any({0}) or t.slug = any({0}))"
"""The record `t` is one of those that are named, by id or slug."""

_LINKED = """exists (select from record_link l join record t on t.id = l.target_id
  where l.source_id = r.id and t.kind = 'territory' and """


def coded(name: str, vocabulary: str, condition: str | None = None) -> Filter:
    """A filter by a code in the column of this name."""
    return Filter(name, CodesParameter, condition or f"r.{name} = any({{0}})", vocabulary)


def linked(name: str, condition: str) -> Filter:
    """A filter by id or slug of a record (`t`) that is named: by which member (`l`), or of what kind."""
    return Filter(
        name,
        RefsParameter,
        "exists (select from record_link l join record t on t.id = l.target_id where l.source_id = r.id"
        f" and {condition} and {NAMED})",
    )


def in_network(territory: str) -> str:
    """The condition that the territory of this alias is a member of a network: its id or slug."""
    return (
        "exists (select from network_membership m join network n on n.id = m.network_id"
        f" where m.territory_id = {territory}.id and (n.slug = any({{0}}) or n.id::text = any({{0}})))"
    )


def places(opening: str) -> Sequence[AnyFilter]:
    """The filters by territory, country, network and box of the places `t`; `opening` leads to them, we close it."""
    return (
        Filter("territory", RefsParameter, f"{opening}{NAMED})"),
        Filter("country", CountriesParameter, opening + "t.country_code = any({0}))"),
        Filter("network", RefsParameter, f"{opening}{in_network('t')})"),
        BoxFilter(opening + "{box})", "t"),
    )


THEME = coded("theme", "themes", "r.themes && {0}::text[]")
PLACES = places(_LINKED)
"""Of kinds that name the territories that they are in."""


def add_list(
    router: APIRouter,
    kind: Kind,
    read: type[RecordRead],
    order: str,
    text: str,
    filters: Sequence[AnyFilter] = (),
    *,
    always: str | None = None,
) -> None:
    """Add the list of what is published of a kind, sorted as `order` says in words.

    Different filters all have to fit, and the condition `always`.
    """
    page = page_model(read, order)

    def listed() -> Where:
        return Where(["r.status = 'published'", *([always] if always else [])])

    async def list_unfiltered(request: Request) -> Response:
        catalog = cast("Catalog", request.app.state.catalog)
        reader = Reader(languages_of_request(request), await catalog.vocabularies.get())
        wanted = await plain_page(request)
        return await page_response(request, catalog.database.pool, kind, listed(), wanted, reader)

    async def list_records(
        request: Request,
        catalog: CatalogDep,
        reader: ReaderDep,
        wanted: PlacesPageDep if kind.as_feature else PageDep,  # type: ignore[valid-type]  # FastAPI reads it
        **values: Any,  # noqa: ANN401 - each filter's own
    ) -> Response:
        where = listed()
        for each in filters:
            each.add(where, reader.vocabularies, values[each.name])
        if wanted.limit > MAX_LIMIT:
            return features_response(request, catalog, kind, where, wanted, reader)
        return await page_response(request, catalog.database.pool, kind, where, wanted, reader)

    take(list_records, filters)
    direct_list(list_records, list_unfiltered)
    router.add_api_route(
        "",
        list_records,
        methods=["GET"],
        name=f"list_{kind.collection.replace('-', '_')}",
        description=text,
        response_model=page,
        responses=geojson_answer(collection_schema(read, page)) | NOT_MODIFIED if kind.as_feature else {},
    )


def take(function: Callable[..., Any], filters: Sequence[AnyFilter]) -> None:
    """Have FastAPI give a function that takes `**values` the values of these filters."""
    fixed = list(inspect.signature(function).parameters.values())[:-1]
    signature = inspect.Signature([*fixed, *(_parameter(each) for each in filters)])
    function.__signature__ = signature  # type: ignore[attr-defined]  # read by FastAPI


def _parameter(each: AnyFilter) -> inspect.Parameter:
    default: Any = [] if isinstance(each, Filter) else None
    return inspect.Parameter(each.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=each.parameter)
