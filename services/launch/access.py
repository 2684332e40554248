"""`letsfood keys` and `letsfood partners`: on the catalog's database, without a key."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import asyncpg
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.access import administration
from services.catalog.access.models import ApiKey, Partner
from services.catalog.access.partners.schemas import PartnerWrite
from services.catalog.access.partners.service import create
from services.common.access.keys import PREFIX
from services.common.access.scopes import Scope
from services.common.problems import Problem
from services.launch.databases import why
from services.launch.loading import catalog_url
from services.local.errors import LocalError

T = TypeVar("T")

Work = Callable[[AsyncSession], Coroutine[None, None, T]]


def on_catalog(state_dir: Path, work: Work[T]) -> T:
    """Do it in one transaction on the catalog that CATALOG_DATABASE_URL names, else on the one that `up` runs.

    Raises `LocalError` for what the catalog refuses.
    """

    async def run() -> T:
        async with administration.transaction_on(catalog_url(state_dir)) as session:
            return await work(session)

    try:
        return asyncio.run(run())
    except Problem as problem:
        raise LocalError(str(problem)) from problem
    except (OSError, asyncpg.PostgresError) as error:
        raise LocalError(f"The catalog: {why(error)}") from error


def create_key(state_dir: Path, partner: str, name: str, scopes: Sequence[Scope], expires: datetime | None) -> str:
    """The new key, which is shown once."""
    until = expires.replace(tzinfo=UTC) if expires else None
    if until is not None and until <= datetime.now(UTC):
        raise LocalError("The key would have expired already.")
    _, key = on_catalog(state_dir, lambda session: administration.create_key(session, partner, name, scopes, until))
    return str(key)


def rotate_key(state_dir: Path, ref: str, overlap_seconds: int) -> str:
    """The key in the place of another one, which is shown once."""
    _, key = on_catalog(state_dir, lambda session: administration.rotate_key(session, ref, overlap_seconds))
    return str(key)


def revoke_key(state_dir: Path, ref: str) -> None:
    """Make a key invalid."""
    on_catalog(state_dir, lambda session: administration.revoke_key(session, ref))


def list_keys(state_dir: Path) -> list[str]:
    """A line for each key; no secrets."""
    return [_key_line(key, partner) for key, partner in on_catalog(state_dir, administration.list_keys)]


def create_partner(state_dir: Path, written: PartnerWrite) -> None:
    """Take in a partner."""
    on_catalog(state_dir, lambda session: create(session, written))


def list_partners(state_dir: Path) -> list[str]:
    """A line for each partner."""
    return [_partner_line(partner) for partner in on_catalog(state_dir, administration.list_partners)]


def _key_line(key: ApiKey, partner: str) -> str:
    state = "in use"
    if key.expires_at is not None:
        state = f"{'expired' if key.expires_at <= datetime.now(UTC) else 'expires'} {key.expires_at:%Y-%m-%d %H:%M}"
    if key.revoked_at is not None:
        state = f"revoked {key.revoked_at:%Y-%m-%d %H:%M}"
    used = f"last used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
    return "  ".join((f"{PREFIX}_{key.public_id}_…", partner, key.name, " ".join(key.scopes) or "-", state, used))


def _partner_line(partner: Partner) -> str:
    return "  ".join((partner.slug, partner.name, partner.kind, partner.status))
