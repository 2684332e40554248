"""Giving and ending mandates."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from services.catalog.access.mandates.schemas import MandateCreate
from services.catalog.access.models import Mandate
from services.catalog.access.partners.service import find_for_field
from services.catalog.records.models import ENDED
from services.catalog.records.problems import gone
from services.catalog.territories.models import Territory
from services.common.access.caller import Caller
from services.common.clock import now
from services.common.etags import require_match
from services.common.ids import parse_id
from services.common.problems import FieldError, invalid, not_found

ENDED_BY_HAND = "ended"


def visible(caller: Caller) -> SelectOfScalar[Mandate]:
    """The mandates that the caller may know of: its own partner's, or all."""
    query = select(Mandate)
    return query if caller.moderates else query.where(col(Mandate.partner_id) == caller.partner_id)


async def find(session: AsyncSession, caller: Caller, mandate_id: UUID, *, lock: bool = False) -> Mandate:
    """The mandate by its id; raises `Problem`: 404 for none and for another partner's, 410 for one that was ended."""
    query = visible(caller).where(col(Mandate.id) == mandate_id)
    found = (await session.exec(query.with_for_update() if lock else query)).one_or_none()
    if found is None:
        raise not_found(str(mandate_id))
    if found.ended_at is not None:
        raise gone(ENDED_BY_HAND)
    return found


async def give(session: AsyncSession, caller: Caller, written: MandateCreate) -> Mandate:
    """A new mandate, from now on; raises `Problem` (422) for a partner or territory that is not there."""
    partner = await find_for_field(session, written.partner)
    record_id = parse_id(written.territory)
    named = col(Territory.id) == record_id if record_id else col(Territory.slug) == written.territory
    territory = (await session.exec(select(Territory).where(named, col(Territory.status).not_in(ENDED)))).one_or_none()
    if territory is None:
        raise invalid([FieldError(pointer="/territory", detail="no such territory", code="unknown_territory")])
    mandate = Mandate(partner_id=partner.id, territory_id=territory.id, given_by=caller.key, until=written.until)
    session.add(mandate)
    await session.flush()
    return mandate


async def end(session: AsyncSession, caller: Caller, mandate_id: UUID, if_match: str | None) -> None:
    """End a mandate at once."""
    mandate = await find(session, caller, mandate_id, lock=True)
    require_match(if_match, mandate.version)
    mandate.ended_at = now()
    mandate.version += 1
    session.add(mandate)
