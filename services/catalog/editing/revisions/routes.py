"""`/catalog/v1/{collection}/{ref}/revisions`: who changed a record, when, how and why, and what it said before."""

from typing import Annotated

import orjson
from fastapi import Path, Query, Request, Response

from services.catalog.context import CatalogDep, ReaderDep
from services.catalog.duplicates.writing import possible_duplicates
from services.catalog.editing.revisions import queries
from services.catalog.editing.revisions.differences import differences
from services.catalog.editing.revisions.restoring import restore
from services.catalog.editing.revisions.schemas import (
    DifferenceRead,
    DiffRead,
    RevisionDocumentRead,
    RevisionPage,
)
from services.catalog.kinds import BY_COLLECTION, CollectionPath
from services.catalog.records.operations import MOVED
from services.catalog.records.parameters import WRITE_ERRORS, OptionalReason, RefPath
from services.common.access.requires import CallerDep, requires
from services.common.access.scopes import Scope
from services.common.database import reads_of
from services.common.http.answers import NO_STORE, one_response
from services.common.http.app import service_router
from services.common.http.documents import NOT_MODIFIED, problem_responses
from services.common.http.transactions import OnceDep, SessionDep
from services.common.http.writing import IfMatch
from services.common.paging import PageDep, next_link

router = service_router(tags=["editing"])

GREATEST_VERSION = 2**31 - 1

VersionPath = Annotated[int, Path(ge=1, le=GREATEST_VERSION, description="The version's number.", examples=[1])]
ToParameter = Annotated[
    int | None,
    Query(ge=1, le=GREATEST_VERSION, description="The other version; without it, the newest that you may see."),
]

READ_PROBLEMS = MOVED | problem_responses(400, 404, 410)


@router.get("/{collection}/{ref}/revisions", response_model=RevisionPage, responses=READ_PROBLEMS)
async def list_revisions(
    request: Request, catalog: CatalogDep, caller: CallerDep, collection: CollectionPath, ref: RefPath, page: PageDep
) -> Response:
    """The versions of a record, the newest first: who made each, when, how and why.

    Everybody gets those that were published; the record's owner and moderators get all, and whose key it was. They
    can also read those of an archived record. A merged record keeps its own.

    Example: `/catalog/v1/initiatives/marche-producteurs-fes/revisions?limit=5`.
    """
    reads = catalog.database.pool
    history = await queries.history_of(reads, BY_COLLECTION[collection], ref, caller)
    rows = await queries.read_versions(reads, history, page)
    following = len(rows) > page.limit
    rows = rows[: page.limit]
    cursor = page.cursor_after(str(rows[-1]["version"]), history.record_id) if following else None
    items = [queries.version_read(row, history).model_dump(mode="json") for row in rows]
    document: dict[str, object] = {"items": items, "next": cursor}
    if page.count:
        document["total"] = await queries.count_versions(reads, history)
    headers = dict(NO_STORE)
    if cursor:
        headers["Link"] = next_link(request, cursor)
    return Response(orjson.dumps(document), headers=headers, media_type="application/json")


@router.get(
    "/{collection}/{ref}/revisions/{version}",
    response_model=RevisionDocumentRead,
    responses=READ_PROBLEMS | NOT_MODIFIED,
)
async def get_revision(
    request: Request,
    catalog: CatalogDep,
    caller: CallerDep,
    collection: CollectionPath,
    ref: RefPath,
    version: VersionPath,
) -> Response:
    """One version with the whole document, in the form in which it is written.

    Example: `/catalog/v1/initiatives/marche-producteurs-fes/revisions/1`.
    """
    reads = catalog.database.pool
    history = await queries.history_of(reads, BY_COLLECTION[collection], ref, caller)
    row = await queries.read_version(reads, history, version)
    return one_response(request, queries.whole_version_read(row, history), version)


@router.get(
    "/{collection}/{ref}/revisions/{version}/diff",
    response_model=DiffRead,
    responses=READ_PROBLEMS | NOT_MODIFIED,
)
async def compare_revisions(
    request: Request,
    catalog: CatalogDep,
    caller: CallerDep,
    collection: CollectionPath,
    ref: RefPath,
    version: VersionPath,
    to: ToParameter = None,
) -> Response:
    """Where two versions differ, place by place. References are ids.

    Example: `/catalog/v1/initiatives/marche-producteurs-fes/revisions/1/diff?to=1`.
    """
    reads = catalog.database.pool
    history = await queries.history_of(reads, BY_COLLECTION[collection], ref, caller)
    before = await queries.read_version(reads, history, version)
    after = await queries.read_version(reads, history, to or await queries.newest_version(reads, history))
    found = differences(queries.document_of(before), queries.document_of(after))
    read = DiffRead.model_validate(
        {
            "from": version,
            "to": after["version"],
            "differences": [
                DifferenceRead.model_validate({"pointer": one.pointer, "from": one.before, "to": one.after})
                for one in found
            ],
        }
    )
    return one_response(request, read, after["version"])


@router.post(
    "/{collection}/{ref}/revisions/{version}/restore",
    response_model=RevisionDocumentRead,
    responses=MOVED | WRITE_ERRORS,
    dependencies=[requires(Scope.RECORDS_WRITE)],
)
async def restore_revision(
    request: Request,
    session: SessionDep,
    reader: ReaderDep,
    caller: CallerDep,
    once: OnceDep,
    collection: CollectionPath,
    ref: RefPath,
    version: VersionPath,
    reason: OptionalReason = None,
    if_match: IfMatch = None,
) -> Response:
    """Make what a former version said the record's next version; answers with that one.

    Slug and status stay as they are. What it names has to be there still: a record that was merged meanwhile stands
    for by its survivor, one that was archived gets 422. Reopen an archived record first (`POST …/review`).

    Example: `POST /catalog/v1/initiatives/marche-producteurs-fes/revisions/1/restore?reason=Erreur`.
    """
    kind = BY_COLLECTION[collection]
    record_id = await restore(session, kind, reader.vocabularies, caller, ref, if_match, version, reason)
    await possible_duplicates(session, kind, record_id, caller, reader)  # for the moderators' list of them
    reads = await reads_of(session)
    history = await queries.history_of(reads, kind, str(record_id), caller)
    newest = await queries.newest_version(reads, history)
    row = await queries.read_version(reads, history, newest)
    return await once.keep(one_response(request, queries.whole_version_read(row, history), newest))
