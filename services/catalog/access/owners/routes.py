"""`PUT /catalog/v1/{records}/{ref}/owner`: handing a record over to another partner."""

from functools import partial

from fastapi import APIRouter, Request, Response

from services.catalog.access.answers import one_response
from services.catalog.access.owners.schemas import OwnerRead, OwnerWrite
from services.catalog.access.partners.service import find_for_field
from services.catalog.context import SessionDep
from services.catalog.cooperations.models import Cooperation
from services.catalog.initiatives.models import Initiative
from services.catalog.networks.models import Network
from services.catalog.records import writes
from services.catalog.records.models import RecordBase
from services.catalog.records.operations import WRITE_ERRORS, IfMatch, JsonOnly, RefPath
from services.catalog.records.ownership import is_owned
from services.catalog.territories.models import Territory
from services.common.access.requires import CallerDep, requires
from services.common.access.scopes import Scope
from services.common.http.app import service_router

RECORDS: tuple[tuple[str, str, type[RecordBase]], ...] = (
    ("territories", "territory", Territory),
    ("initiatives", "initiative", Initiative),
    ("cooperations", "cooperation", Cooperation),
    ("networks", "network", Network),
)


def _add(router: APIRouter, collection: str, kind: str, model: type[RecordBase]) -> None:
    @router.put(
        f"/{collection}/{{ref}}/owner",
        name=f"hand_over_{kind}",
        response_model=OwnerRead,
        responses=WRITE_ERRORS,
        dependencies=[requires(Scope.RECORDS_MODERATE), JsonOnly],
    )
    async def hand_over(
        request: Request,
        session: SessionDep,
        caller: CallerDep,
        ref: RefPath,
        written: OwnerWrite,
        if_match: IfMatch = None,
    ) -> Response:
        """Hand the record over to a partner, or back to the association. Its owner changes it, under a mandate."""
        record = await writes.find_for_update(session, model, ref, if_match, partial(is_owned, caller))
        record.owner_id = (await find_for_field(session, written.partner)).id if written.partner is not None else None
        await writes.store_changed(session, kind, record)
        read = OwnerRead(id=record.id, version=record.version, partner_id=record.owner_id)
        return one_response(request, read, record.version)


router = service_router(tags=["access"])
for _collection, _kind, _model in RECORDS:
    _add(router, _collection, _kind, _model)
