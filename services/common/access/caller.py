"""Who calls: a partner's key with its scopes, or nobody in particular."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from services.common.access.keys import Key
from services.common.access.scopes import Scope


@dataclass(frozen=True, slots=True)
class Caller:
    """`key` is the key's public id, `scopes` all that it may do; both are empty for who presented no key."""

    key: str | None = None
    partner_id: UUID | None = None
    scopes: frozenset[Scope] = frozenset()
    expires_at: datetime | None = None
    verified: bool = True
    """False when a key was presented and what checks keys does not answer."""

    def may(self, scope: Scope) -> bool:
        """Whether the key has the scope."""
        return scope in self.scopes

    @property
    def moderates(self) -> bool:
        """Whether every record is the caller's to see and change."""
        return Scope.RECORDS_MODERATE in self.scopes


ANONYMOUS = Caller()
UNVERIFIED = Caller(verified=False)
"""Gets what everybody gets: reading what is public goes on while keys cannot be checked."""


class Ended(StrEnum):
    """Why a key that exists is not valid any more. Said only to who presents the whole key, its secret included."""

    EXPIRED = "expired"
    REVOKED = "revoked"
    SUSPENDED = "partner_suspended"


class CallersUnavailable(Exception):
    """What knows the keys does not answer."""


class CallerResolver(Protocol):
    """Knows keys. An app that takes keys has one in `app.state.callers`."""

    async def resolve(self, key: Key) -> Caller | Ended | None:
        """Whose key it is, or why it is not valid any more; None for an unknown id and for a wrong secret alike.

        Raises `CallersUnavailable`.
        """
