"""`POST /catalog/v1/{collection}/{ref}/merge`."""

from fastapi import Request, Response

from services.catalog.context import ReaderDep
from services.catalog.editing.merging.schemas import MergeRead, MergeWrite, SurvivorRead
from services.catalog.editing.merging.service import merge
from services.catalog.kinds import BY_COLLECTION, CollectionPath
from services.catalog.records.operations import MOVED
from services.catalog.records.parameters import WRITE_ERRORS, OptionalReason, RefPath
from services.common.access.requires import CallerDep, requires
from services.common.access.scopes import Scope
from services.common.http.answers import one_response
from services.common.http.app import service_router
from services.common.http.transactions import OnceDep, SessionDep
from services.common.http.writing import IfMatch, JsonOnly

router = service_router(tags=["editing"])


@router.post(
    "/{collection}/{ref}/merge",
    response_model=MergeRead,
    responses=MOVED | WRITE_ERRORS,
    dependencies=[requires(Scope.RECORDS_MODERATE), JsonOnly],
)
async def merge_record(
    request: Request,
    session: SessionDep,
    reader: ReaderDep,
    caller: CallerDep,
    once: OnceDep,
    collection: CollectionPath,
    ref: RefPath,
    written: MergeWrite,
    reason: OptionalReason = None,
    if_match: IfMatch = None,
) -> Response:
    """Merge a record that describes the same as another one into that one, which stays as it is.

    Ids and slugs of the merged record, former ones too, answer 308 to the survivor from now on. Every record that
    named it is rewritten to name the survivor, each with a version and a change of its own; mandates for a territory
    follow. The feed says `….merged`, with the survivor's id. What the merged record said stays in its revisions: take
    over what is worth it into the survivor first. 409 when more than 500 records name it, or when one of them would
    break a rule, which the problem names.

    Example: `POST /catalog/v1/initiatives/marche-d-essai-fes/merge` with `{"into": "marche-producteurs-fes"}`.
    """
    kind = BY_COLLECTION[collection]
    vocabularies = reader.vocabularies
    done = await merge(session, kind, vocabularies, caller, ref, if_match, written.into, reason)
    read = MergeRead(
        id=done.id,
        version=done.version,
        merged_into=SurvivorRead(id=done.survivor_id, slug=done.survivor_slug),
        repointed=done.repointed,
    )
    return await once.keep(one_response(request, read, read.version))
