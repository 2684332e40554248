"""Whose a record is, and who may know of it."""

from uuid import UUID

from services.catalog.records.models import ARCHIVED, MERGED, PUBLISHED
from services.common.access.caller import Caller
from services.common.access.scopes import Scope


def owns(caller: Caller, owner_id: UUID | None) -> bool:
    """Whether the caller may act as the owner. What has no owner is the association's: its moderators act for it."""
    own = owner_id is not None and owner_id == caller.partner_id and caller.may(Scope.RECORDS_WRITE)
    return own or caller.moderates


def sees(caller: Caller, status: str, owner_id: UUID | None) -> bool:
    """Whether the caller may know of a record: what is not published is its owner's and the moderators' to see."""
    return status in {PUBLISHED, ARCHIVED, MERGED} or owns(caller, owner_id)


def owner_of_new(caller: Caller) -> UUID | None:
    """Whose a record is that the caller creates; what moderators create is the association's."""
    return None if caller.moderates else caller.partner_id
