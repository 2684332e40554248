"""A creation that happens once, however often its request is sent.

A request takes a lock of the database on its caller and key, without waiting, and holds it to the end of its
transaction. The answer is kept in that same transaction: what has happened can always be told again, also when the
process dies between the commit and the answer, and what has not happened leaves nothing behind.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson
import sqlalchemy as sa
from fastapi import Request, Response
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.idempotency.requests import Replay, fingerprint, parse_idempotency_key
from services.common.idempotency.tables import IdempotentRequest
from services.common.problems import IDEMPOTENCY_CONFLICT, IDEMPOTENCY_MISMATCH, Problem

KEPT = timedelta(hours=24)

PURGED_AT_ONCE = 100
"""Expired rows that each creation takes away: more than it adds, and too few to be felt."""

KEPT_HEADERS = ("content-type", "content-language", "location", "etag", "vary", "cache-control")

REPLAYED = "Idempotent-Replayed"
"""The header that tells an answer given again from the first one."""


@dataclass(frozen=True)
class Once:
    """One request that creates. Without an Idempotency-Key it does nothing."""

    session: AsyncSession
    caller: str = ""
    key: str | None = None
    fingerprint: bytes = b""

    @classmethod
    async def begin(cls, session: AsyncSession, request: Request, caller: str, header: str | None) -> "Once":
        """Take the lock. Raises `Replay` when it was answered before, `Problem`: 400, 409 still running, 422 other."""
        if header is None:
            return cls(session)
        key = parse_idempotency_key(header)
        given = fingerprint(request.method, request.url.path, request.scope["query_string"], await request.body())
        await _lock(session, caller, key)
        former = await session.get(IdempotentRequest, (caller, key))
        if former is not None and former.created_at > datetime.now(UTC) - KEPT:
            if former.fingerprint != given:
                raise mismatch()
            headers = {**former.headers, REPLAYED: "true"}
            raise Replay(Response(former.body, status_code=former.status, headers=headers))
        return cls(session, caller, key, given)

    async def keep(self, answer: Response, secrets: Sequence[str] = ()) -> Response:
        """Keep the answer for the next time, its top-level members named by `secrets` as null; returns it as it is."""
        if self.key is None:
            return answer
        row = {
            "created_at": datetime.now(UTC),
            "fingerprint": self.fingerprint,
            "status": answer.status_code,
            "headers": {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers},
            "body": _without(bytes(answer.body), secrets),
        }
        insert = sa.dialects.postgresql.insert(IdempotentRequest).values(caller=self.caller, key=self.key, **row)
        await self.session.exec(insert.on_conflict_do_update(index_elements=["caller", "key"], set_=row))
        await _purge(self.session)
        return answer


async def _lock(session: AsyncSession, caller: str, key: str) -> None:
    digest = hashlib.sha256(f"idempotency {caller} {key}".encode()).digest()
    number = int.from_bytes(digest[:8], signed=True)
    locked = (await session.exec(select(sa.func.pg_try_advisory_xact_lock(number)))).one()
    if not locked:
        raise Problem(
            IDEMPOTENCY_CONFLICT,
            {
                "en": "The first request with this Idempotency-Key is still running. Send it again in a moment.",
                "fr": "La première requête avec cette Idempotency-Key est en cours. Renvoyez-la dans un instant.",
                "ar": "الطلب الأول بهذا Idempotency-Key ما زال قيد التنفيذ. أعد إرساله بعد لحظات.",
            },
            headers={"Retry-After": "1"},
        )


async def _purge(session: AsyncSession) -> None:
    expired = (
        sa.select(col(IdempotentRequest.caller), col(IdempotentRequest.key))
        .where(col(IdempotentRequest.created_at) < datetime.now(UTC) - KEPT)
        .limit(PURGED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    row = sa.tuple_(col(IdempotentRequest.caller), col(IdempotentRequest.key))
    await session.exec(sa.delete(IdempotentRequest).where(row.in_(expired)))


def _without(body: bytes, secrets: Sequence[str]) -> bytes:
    if not secrets:
        return body
    return orjson.dumps({**orjson.loads(body), **dict.fromkeys(secrets)})


def mismatch() -> Problem:
    """The key was used with another request."""
    return Problem(
        IDEMPOTENCY_MISMATCH,
        {
            "en": "This Idempotency-Key was used with another request. Take a new one for something new.",
            "fr": "Cette Idempotency-Key a servi à une autre requête. Prenez-en une nouvelle pour une autre création.",
            "ar": "استُخدم هذا Idempotency-Key مع طلب آخر. استخدم مفتاحًا جديدًا لإنشاء جديد.",
        },
    )
