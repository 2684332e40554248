"""`PUT /catalog/v1/{collection}/{ref}/owner`: handing a record over to another partner."""

from fastapi import Request, Response

from services.catalog.access.owners.schemas import OwnerRead, OwnerWrite
from services.catalog.access.partners.service import find_for_field
from services.catalog.kinds import BY_COLLECTION, CollectionPath
from services.catalog.records.documents import written_of
from services.catalog.records.finding import lock_for_change
from services.catalog.records.parameters import WRITE_ERRORS, OptionalReason, RefPath
from services.catalog.records.storage import Change, update_record
from services.catalog.records.writing import keep_former_version
from services.common.access.requires import CallerDep, requires
from services.common.access.scopes import Scope
from services.common.http.answers import one_response
from services.common.http.app import service_router
from services.common.http.transactions import SessionDep
from services.common.http.writing import IfMatch, JsonOnly

router = service_router(tags=["access"])


@router.put(
    "/{collection}/{ref}/owner",
    response_model=OwnerRead,
    responses=WRITE_ERRORS,
    dependencies=[requires(Scope.RECORDS_MODERATE), JsonOnly],
)
async def hand_over_record(
    request: Request,
    session: SessionDep,
    caller: CallerDep,
    collection: CollectionPath,
    ref: RefPath,
    written: OwnerWrite,
    reason: OptionalReason = None,
    if_match: IfMatch = None,
) -> Response:
    """Hand the record over to a partner, or back to the association. Its owner changes it, under a mandate."""
    kind = BY_COLLECTION[collection]
    locked = await lock_for_change(session, kind, ref, if_match, caller)
    owner_id = (await find_for_field(session, written.partner)).id if written.partner is not None else None
    await keep_former_version(session, kind, locked)
    change = Change("handed_over", locked.status, caller, reason, {"owner_id": owner_id})
    document = written_of(kind, locked.state)
    await update_record(session, kind, locked.id, locked.version, locked.status, document, change)
    read = OwnerRead(id=locked.id, version=locked.version + 1, partner_id=owner_id)
    return one_response(request, read, read.version)
