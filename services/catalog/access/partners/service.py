"""What can be done with a partner."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from services.catalog.access.models import Partner
from services.catalog.access.partners.mailboxes import personal_contacts
from services.catalog.access.partners.schemas import PartnerWrite
from services.catalog.records.problems import slug_taken
from services.common.access.caller import Caller
from services.common.access.scopes import Scope
from services.common.clock import now
from services.common.etags import require_match
from services.common.ids import parse_id
from services.common.merge_patch import patched
from services.common.problems import FieldError, Problem, invalid, not_found


def sees_all(caller: Caller) -> bool:
    """Whether the caller sees every partner, not only its own."""
    return caller.may(Scope.PARTNERS_MANAGE) or caller.moderates


def visible(caller: Caller) -> SelectOfScalar[Partner]:
    """The partners that the caller may know of."""
    query = select(Partner)
    return query if sees_all(caller) else query.where(col(Partner.id) == caller.partner_id)


async def find(session: AsyncSession, query: SelectOfScalar[Partner], ref: str) -> Partner:
    """The partner among `query` by id or slug; raises `Problem` (404)."""
    partner = None if "\0" in ref else (await session.exec(query.where(_named(ref)))).one_or_none()
    if partner is None:
        raise not_found(ref)
    return partner


async def find_for_field(session: AsyncSession, ref: str) -> Partner:
    """The partner that a body's `/partner` names; raises `Problem` (422)."""
    partner = (await session.exec(select(Partner).where(_named(ref)))).one_or_none()
    if partner is None:
        raise invalid([FieldError(pointer="/partner", detail="no such partner", code="unknown_partner")])
    return partner


async def create(session: AsyncSession, written: PartnerWrite) -> Partner:
    """A new partner; raises `Problem`: 409 when its slug is taken, 422 for a contact that is no role mailbox."""
    _require_role_mailboxes(written)
    partner = Partner(**written.model_dump(mode="json"))
    session.add(partner)
    try:
        await session.flush()
    except IntegrityError as error:
        raise _slug_taken(partner) from error
    return partner


async def change(session: AsyncSession, ref: str, if_match: str | None, patch: Mapping[str, Any]) -> Partner:
    """Apply a merge patch."""
    partner = await find(session, select(Partner).with_for_update(), ref)
    require_match(if_match, partner.version)
    former = partner.model_dump(include=set(PartnerWrite.model_fields))
    written = patched(PartnerWrite, former, patch)
    if written.slug != partner.slug:
        raise invalid([FieldError(pointer="/slug", detail="a slug stays as it is", code="immutable")])
    if "contacts" in patch:  # those of before the rule stay until they are changed: suspending has to work at once
        _require_role_mailboxes(written)
    partner.sqlmodel_update(written.model_dump(mode="json"))
    partner.version += 1
    partner.updated_at = now()
    session.add(partner)
    await session.flush()
    return partner


def _require_role_mailboxes(written: PartnerWrite) -> None:
    if errors := personal_contacts(contact.email for contact in written.contacts):
        raise invalid(errors)


def _named(ref: str) -> sa.ColumnElement[bool]:
    record_id = parse_id(ref)
    return col(Partner.id) == record_id if record_id else col(Partner.slug) == ref


def _slug_taken(partner: Partner) -> Problem:
    return slug_taken(partner.slug)
