"""What can be done with an API key."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from services.catalog.access.keys.schemas import KeyCreate, KeyRotate
from services.catalog.access.models import ApiKey
from services.catalog.access.partners.service import find_for_field
from services.common.access.caller import Caller, Ended
from services.common.access.keys import Key, new_key
from services.common.access.scopes import Scope, with_included
from services.common.clock import now
from services.common.etags import require_match
from services.common.problems import CONFLICT, FORBIDDEN, GONE, FieldError, Problem, invalid, not_found


def visible(caller: Caller) -> SelectOfScalar[ApiKey]:
    """The keys that the caller manages: its own partner's, or all."""
    query = select(ApiKey)
    return query if caller.may(Scope.PARTNERS_MANAGE) else query.where(col(ApiKey.partner_id) == caller.partner_id)


async def find(session: AsyncSession, caller: Caller, key_id: UUID, *, lock: bool = False) -> ApiKey:
    """The key by its id; raises `Problem`: 404 for none and for another partner's, 410 for a revoked one."""
    found = await _find_any(session, caller, key_id, lock=lock)
    if found.revoked_at is not None:
        raise _revoked()
    return found


async def _find_any(session: AsyncSession, caller: Caller, key_id: UUID, *, lock: bool) -> ApiKey:
    query = visible(caller).where(col(ApiKey.id) == key_id)
    found = (await session.exec(query.with_for_update() if lock else query)).one_or_none()
    if found is None:
        raise not_found(str(key_id))
    return found


async def create(session: AsyncSession, caller: Caller, written: KeyCreate) -> tuple[ApiKey, Key]:
    """A new key; raises `Problem`: 403 for a scope that the caller may not give, 422 for an unknown partner."""
    partner_id = caller.partner_id
    if written.partner is not None:
        partner = await find_for_field(session, written.partner)
        if partner.id != caller.partner_id and not caller.may(Scope.PARTNERS_MANAGE):
            raise invalid([FieldError(pointer="/partner", detail="no such partner", code="unknown_partner")])
        partner_id = partner.id
    if partner_id is None:
        raise invalid([FieldError(pointer="/partner", detail="say whose key it is", code="required")])
    _require_grantable(caller, written.scopes)
    return await issue(session, partner_id, written.name, written.scopes, written.expires_at)


async def issue(
    session: AsyncSession,
    partner_id: UUID,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime | None = None,
    rotated_from: UUID | None = None,
) -> tuple[ApiKey, Key]:
    """Store a new key; its secret is in the answer and nowhere else."""
    key = new_key()
    stored = ApiKey(
        partner_id=partner_id,
        public_id=key.public_id,
        digest=key.digest,
        name=name,
        scopes=sorted({str(scope) for scope in scopes}),
        expires_at=expires_at,
        rotated_from=rotated_from,
    )
    session.add(stored)
    await session.flush()
    return stored, key


async def rotate(session: AsyncSession, caller: Caller, key_id: UUID, wanted: KeyRotate) -> tuple[ApiKey, Key]:
    """A new key in the place of one that remains valid for the overlap.

    Raises `Problem`: 404, 403 as `create` does, 409 for one that is not valid any more: nothing is left to hand over.
    """
    former = await _find_any(session, caller, key_id, lock=True)
    _require_grantable(caller, former.scopes)
    moment = now()
    if former.revoked_at is not None:
        raise _cannot_rotate(Ended.REVOKED)
    if former.expires_at is not None and former.expires_at <= moment:
        raise _cannot_rotate(Ended.EXPIRED)
    end = moment + timedelta(seconds=wanted.overlap_seconds)
    former.expires_at = min(former.expires_at or end, end)
    former.version += 1
    session.add(former)
    return await issue(session, former.partner_id, former.name, former.scopes, wanted.expires_at, former.id)


async def revoke(session: AsyncSession, caller: Caller, key_id: UUID, if_match: str | None) -> None:
    """Make a key invalid for good."""
    key = await find(session, caller, key_id, lock=True)
    require_match(if_match, key.version)
    key.revoked_at = now()
    key.version += 1
    session.add(key)


def _require_grantable(caller: Caller, scopes: Sequence[str]) -> None:
    """Nobody gives, or takes over by rotation, what they do not have; administrators give anything."""
    beyond = with_included(scopes) - caller.scopes
    if beyond and not caller.may(Scope.PARTNERS_MANAGE):
        names = ", ".join(sorted(beyond))
        raise Problem(
            FORBIDDEN,
            {
                "en": "Your key does not have these scopes itself: {names}.",
                "fr": "Votre clé n'a pas elle-même ces portées : {names}.",
                "ar": "مفتاحك لا يملك هذه النطاقات: {names}.",
            },
            {"names": names},
        )


def _revoked() -> Problem:
    return Problem(
        GONE,
        {
            "en": "This key has been revoked.",
            "fr": "Cette clé a été révoquée.",
            "ar": "أُلغي هذا المفتاح.",
        },
        extensions={"reason": Ended.REVOKED.value},
    )


def _cannot_rotate(why: Ended) -> Problem:
    return Problem(
        CONFLICT,
        {
            "en": "This key is not valid any more (expired, replaced or revoked): create a new one instead.",
            "fr": "Cette clé n'est plus valide (expirée, remplacée ou révoquée) : créez-en plutôt une nouvelle.",
            "ar": "لم يعد هذا المفتاح صالحًا (منتهٍ أو مُستبدل أو ملغى): أنشئ مفتاحًا جديدًا بدلًا منه.",
        },
        extensions={"reason": why.value},
    )
