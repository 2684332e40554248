"""Keys as the catalog knows them, for the services that have to ask (RFC 7662)."""

import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from pydantic import SecretStr

from services.common.access.caller import Caller, CallersUnavailable, Ended
from services.common.access.keys import Key
from services.common.access.scopes import with_included

logger = logging.getLogger(__name__)

ADDRESS = "/catalog/v1/introspect"

INACTIVE_REASON = "inactive_reason"
"""Our own member of an answer `active: false`: an `Ended`, for who presented a key with the right secret."""

MAX_AGE_S = 45.0
"""How long an answer is believed: with the time of asking, a revoked key works nowhere longer than a minute."""

MAX_KEPT = 10_000
"""Answers in memory; about 5 MB."""

TIMEOUT_S = 2.0
"""A request with a key waits this long for a catalog that does not answer, then goes on without."""

PAUSE_S = 1.0
"""After a failure nobody is asked for so long, so that not every request waits."""


class IntrospectedCallers:
    """Asks the catalog whose key it is, with a key of its own (scope `introspect`), and keeps the answers."""

    def __init__(
        self, catalog: httpx.AsyncClient, key: SecretStr | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.clock = clock
        self._catalog = catalog
        self._key = key
        self._kept: OrderedDict[bytes, tuple[float, Caller | Ended | None]] = OrderedDict()
        self._paused_until = -PAUSE_S

    async def resolve(self, key: Key) -> Caller | Ended | None:
        """Whose key it is, or why not any more.

        Raises `CallersUnavailable` when the catalog has not said so within the last minute.
        """
        name = hashlib.sha256(str(key).encode()).digest()
        until, caller = self._kept.get(name, (0.0, None))
        if name in self._kept and self.clock() < until:
            return caller
        self._kept.pop(name, None)
        asked_at = self.clock()
        caller = await self._ask(key)
        self._kept[name] = (asked_at + _seconds_valid(caller), caller)
        if len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return caller

    async def _ask(self, key: Key) -> Caller | Ended | None:
        if self._key is None:
            raise CallersUnavailable("no key to ask the catalog with is set")
        if self.clock() < self._paused_until:
            raise CallersUnavailable("the catalog did not answer just now")
        try:
            answer = await self._catalog.post(
                ADDRESS,
                data={"token": str(key)},
                headers={"Authorization": f"Bearer {self._key.get_secret_value()}"},
                timeout=TIMEOUT_S,
            )
            answer.raise_for_status()
            return _caller(answer.json())
        except (httpx.HTTPError, ValueError, KeyError) as error:
            self._paused_until = self.clock() + PAUSE_S
            logger.warning("keys cannot be checked: %s", type(error).__name__)
            raise CallersUnavailable(type(error).__name__) from error


def _caller(document: dict[str, Any]) -> Caller | Ended | None:
    if not document["active"]:
        reason = document.get(INACTIVE_REASON)
        return Ended(reason) if reason in tuple(Ended) else None
    expires = document.get("exp")
    return Caller(
        key=document["client_id"],
        partner_id=UUID(document["sub"]),
        scopes=with_included(document["scope"].split()),
        expires_at=datetime.fromtimestamp(expires, UTC) if expires is not None else None,
    )


def _seconds_valid(caller: Caller | Ended | None) -> float:
    if not isinstance(caller, Caller) or caller.expires_at is None:
        return MAX_AGE_S
    return min(MAX_AGE_S, (caller.expires_at - datetime.now(UTC)).total_seconds())
