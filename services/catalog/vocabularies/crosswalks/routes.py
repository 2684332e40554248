"""`/catalog/v1/crosswalks`."""

from typing import Annotated

import orjson
from fastapi import Query, Request, Response

from services.catalog.context import CatalogDep
from services.catalog.records.parameters import READ_ERRORS, WRITE_ERRORS
from services.catalog.vocabularies.crosswalks import service
from services.catalog.vocabularies.crosswalks.queries import fetch_scheme, fetch_schemes
from services.catalog.vocabularies.crosswalks.schemas import (
    EntryRead,
    EntryWrite,
    SchemeCodePath,
    SchemeList,
    SchemePath,
    SchemeRead,
    VocabularyPath,
)
from services.common.access.requires import CallerDep, requires
from services.common.access.scopes import Scope
from services.common.etags import make_etag, none_match
from services.common.http.app import service_router
from services.common.http.documents import problem_responses
from services.common.http.transactions import SessionDep
from services.common.http.writing import IfMatch, JsonOnly

router = service_router("/crosswalks", tags=["vocabularies"])

WRITERS = requires(Scope.RECORDS_WRITE)
CodeFilter = Annotated[
    str | None, Query(max_length=200, pattern=r"^[^\x00-\x1f]+$", description="Of this code of theirs only.")
]


@router.get("", response_model=SchemeList)
async def list_crosswalks(catalog: CatalogDep) -> Response:
    """The schemes whose codes are mapped to ours: the data set's own, and those that partners keep.

    Example: `letsfood-dataset-2026` maps the codes of the gathered data to ten vocabularies.
    """
    items = await fetch_schemes(catalog.database.pool)
    return Response(orjson.dumps({"items": items, "next": None}, default=str), media_type="application/json")


@router.get("/{scheme}", response_model=SchemeRead, responses=READ_ERRORS)
async def get_crosswalk(
    request: Request,
    catalog: CatalogDep,
    scheme: SchemePath,
    vocabulary: Annotated[
        str | None, Query(pattern="^[a-z0-9_]{1,64}$", description="To this vocabulary only.", examples=["themes"])
    ] = None,
    code: CodeFilter = None,
    target: Annotated[str | None, Query(pattern="^[a-z0-9_]{1,64}$", description="What is called this here.")] = None,
) -> Response:
    """One scheme: what each of its codes is called here, or that nothing here corresponds.

    Example: `/catalog/v1/crosswalks/letsfood-dataset-2026?vocabulary=themes&code=food_aid_and_access` says
    `food_solidarity`, a `closeMatch`.
    """
    found = await fetch_scheme(catalog.database.pool, scheme, vocabulary, code, target)
    body = orjson.dumps(found, default=str)
    headers = {"ETag": make_etag(found["version"], body)}
    if none_match(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


@router.put(
    "/{scheme}/{vocabulary}/{code}",
    responses=problem_responses(400, 403, 404, 409, 413, 415, 422),
    dependencies=[WRITERS, JsonOnly],
)
async def put_crosswalk_entry(
    session: SessionDep,
    caller: CallerDep,
    scheme: SchemePath,
    vocabulary: VocabularyPath,
    code: SchemeCodePath,
    written: EntryWrite,
) -> EntryRead:
    """Say what a code of your scheme is called here; the first entry makes the scheme, yours from then on.

    Its partner and the moderators change a scheme. Loading the data set again leaves entries put here as they are.

    Example: `PUT /catalog/v1/crosswalks/my-tags/themes/antigaspi` with
    `{"target": "food_waste", "relation": "exactMatch"}`.
    """
    entry = await service.put_entry(session, caller, scheme, vocabulary, code, written)
    return EntryRead.model_validate(entry, from_attributes=True)


@router.delete(
    "/{scheme}/{vocabulary}/{code}",
    status_code=204,
    responses=WRITE_ERRORS,
    dependencies=[WRITERS],
)
async def remove_crosswalk_entry(
    session: SessionDep,
    caller: CallerDep,
    scheme: SchemePath,
    vocabulary: VocabularyPath,
    code: SchemeCodePath,
    if_match: IfMatch = None,
) -> None:
    """Say nothing of a code any more. If-Match names the scheme's version, as its ETag does."""
    await service.remove_entry(session, caller, scheme, vocabulary, code, if_match)
