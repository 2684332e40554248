"""When a partner may act for a territory."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.access.models import Mandate
from services.common.access.caller import Caller
from services.common.access.scopes import Scope
from services.common.clock import now
from services.common.problems import FORBIDDEN, Problem


def in_force() -> sa.ColumnElement[bool]:
    """The condition on mandates that hold at this moment."""
    moment = now()
    return sa.and_(
        col(Mandate.ended_at).is_(None),
        col(Mandate.since) <= moment,
        sa.or_(col(Mandate.until).is_(None), col(Mandate.until) > moment),
    )


async def may_act(session: AsyncSession, caller: Caller, territory_id: UUID) -> bool:
    """Whether the caller may act for the territory: a moderator, or a partner that was given a mandate for it."""
    if caller.moderates:
        return True
    given = select(sa.literal(1)).where(
        col(Mandate.partner_id) == caller.partner_id, col(Mandate.territory_id) == territory_id, in_force()
    )
    return caller.may(Scope.RECORDS_WRITE) and (await session.exec(given.limit(1))).first() is not None


async def require_mandate(session: AsyncSession, caller: Caller, territory_id: UUID) -> None:
    """Raise `Problem` (403) unless the caller may act for the territory."""
    if not await may_act(session, caller, territory_id):
        raise Problem(
            FORBIDDEN,
            {
                "en": "Your partner has no mandate for this territory. A moderator of the association can give one.",
                "fr": "Votre organisation n'a pas de mandat pour ce territoire. La modération peut en donner un.",
                "ar": "ليس لمنظمتك تفويض لهذه المنطقة. يمكن لمشرف الجمعية منحه.",
            },
            extensions={"territory_id": str(territory_id)},
        )
