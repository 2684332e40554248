"""What is done with the database at hand instead of a key: the first partner and key, and the command line."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.access.keys import service as keys
from services.catalog.access.keys.schemas import KeyRotate
from services.catalog.access.models import ApiKey, Partner
from services.catalog.access.partners import service as partners
from services.catalog.access.partners.schemas import PartnerWrite
from services.common.access.caller import Caller
from services.common.access.keys import Key, parse_key
from services.common.access.scopes import Scope
from services.common.database import Database
from services.common.ids import parse_id
from services.common.problems import not_found

ASSOCIATION = PartnerWrite(slug="lets-food", name="Let's Food", kind="association")
ADMIN_SCOPES = (Scope.RECORDS_MODERATE, Scope.PARTNERS_MANAGE, Scope.SERVICES_OPERATE)

OPERATOR = Caller(key="command line", scopes=frozenset(Scope))
"""Whoever holds the database can do everything."""


@asynccontextmanager
async def transaction_on(url: str) -> AsyncIterator[AsyncSession]:
    """One transaction on a catalog's database."""
    database = Database(url, pool_size=1)
    await database.open()
    try:
        async with database.transaction() as session:
            yield session
    finally:
        await database.close()


async def ensure_association(session: AsyncSession) -> Partner:
    """The association itself, made when it is not there."""
    found = (await session.exec(select(Partner).where(Partner.slug == ASSOCIATION.slug))).one_or_none()
    return found or await partners.create(session, ASSOCIATION)


async def knows(session: AsyncSession, text: str) -> bool:
    """Whether the database holds this key, valid or not: one that was revoked is not to be replaced by itself."""
    key = parse_key(text)
    if key is None:
        return False
    digest = (await session.exec(select(ApiKey.digest).where(ApiKey.public_id == key.public_id))).one_or_none()
    return digest == key.digest


async def create_key(
    session: AsyncSession, partner: str, name: str, scopes: Sequence[Scope], expires_at: datetime | None = None
) -> tuple[ApiKey, Key]:
    """A new key of a partner by id or slug; raises `Problem` (404)."""
    owner = await partners.find(session, select(Partner), partner)
    return await keys.issue(session, owner.id, name, scopes, expires_at)


async def list_keys(session: AsyncSession) -> Sequence[tuple[ApiKey, str]]:
    """Every key with its partner's slug, in the order of creation."""
    query = select(ApiKey, Partner.slug).join(Partner, col(Partner.id) == col(ApiKey.partner_id))
    return (await session.exec(query.order_by(col(ApiKey.id)))).all()


async def list_partners(session: AsyncSession) -> Sequence[Partner]:
    """Every partner, by slug."""
    return (await session.exec(select(Partner).order_by(col(Partner.slug)))).all()


async def revoke_key(session: AsyncSession, ref: str) -> None:
    """Revoke a key by its id or public id; raises `Problem`: 404, 410 when it was revoked before."""
    await keys.revoke(session, OPERATOR, await _key_id(session, ref), "*")


async def rotate_key(session: AsyncSession, ref: str, overlap_seconds: int) -> tuple[ApiKey, Key]:
    """Replace a key by its id or public id; raises `Problem`: 404, 409."""
    wanted = KeyRotate(overlap_seconds=overlap_seconds)
    return await keys.rotate(session, OPERATOR, await _key_id(session, ref), wanted)


async def _key_id(session: AsyncSession, ref: str) -> UUID:
    if record_id := parse_id(ref):
        return record_id
    found = (await session.exec(select(ApiKey.id).where(ApiKey.public_id == ref))).one_or_none()
    if found is None:
        raise not_found(ref)
    return found
