"""What can be done with an endpoint."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from services.common.access.caller import Caller
from services.common.access.scopes import Scope
from services.common.clock import now
from services.common.etags import require_match
from services.common.merge_patch import patched
from services.common.problems import CONFLICT, GONE, Problem, not_found
from services.webhooks.context import Webhooks
from services.webhooks.deliveries.models import Lane
from services.webhooks.endpoints.models import Endpoint, EndpointSecret
from services.webhooks.endpoints.references import with_ids
from services.webhooks.endpoints.schemas import EndpointCreate, EndpointFilter, EndpointWrite, SecretsRotate
from services.webhooks.outbound.policy import check_url
from services.webhooks.signing import new_key_pair, new_secret

Patch = Mapping[str, Any]

MAX_SIGNING = 5
"""Secrets that may sign at once: every delivery carries a signature by each."""


def visible(caller: Caller) -> SelectOfScalar[Endpoint]:
    """The endpoints that the caller manages: its own partner's, or all. Deleted ones too."""
    query = select(Endpoint)
    return query if caller.may(Scope.PARTNERS_MANAGE) else query.where(col(Endpoint.partner_id) == caller.partner_id)


async def find(session: AsyncSession, caller: Caller, endpoint_id: UUID, *, lock: bool = False) -> Endpoint:
    """The endpoint by its id; raises `Problem`: 404 for none and for another partner's, 410 for a deleted one.

    The lock lets others refer to the endpoint: events go on being handed out to it meanwhile.
    """
    query = visible(caller).where(col(Endpoint.id) == endpoint_id).execution_options(populate_existing=True)
    found = (await session.exec(query.with_for_update(key_share=True) if lock else query)).one_or_none()
    if found is None:
        raise not_found(str(endpoint_id))
    if found.deleted_at is not None:
        raise _deleted()
    return found


async def create(
    session: AsyncSession, webhooks: Webhooks, partner_id: UUID, written: EndpointCreate
) -> tuple[Endpoint, str | None]:
    """A new endpoint, and its secret where it has one to show.

    Raises `Problem`: 409 when the partner has as many as it may, 422 for a URL that deliveries may not go to and for a
    filter that names what is not there.
    """
    endpoint = Endpoint(partner_id=partner_id, url="")
    _write(webhooks, endpoint, await _checked(webhooks, written, endpoint))
    await _require_room(session, partner_id, webhooks.settings.endpoints_per_partner)
    session.add(endpoint)
    await session.flush()
    return endpoint, await _add_secret(session, webhooks, endpoint, written.signature)


async def change(
    session: AsyncSession, webhooks: Webhooks, caller: Caller, endpoint_id: UUID, if_match: str | None, patch: Patch
) -> Endpoint:
    """Apply a merge patch to an endpoint; raises `Problem` as `find` and `create` do, and 412, 428.

    DNS and catalog are asked before the endpoint is locked, for its deliveries wait as long as it is; after it only
    where somebody else has changed it meanwhile.
    """
    seen = 0
    endpoint = await find(session, caller, endpoint_id)
    while endpoint.version != seen:
        require_match(if_match, endpoint.version)
        seen = endpoint.version
        document = endpoint.model_dump(include=set(EndpointWrite.model_fields)) | {
            "headers": webhooks.vault.open_headers(endpoint.sealed_headers)
        }
        checked = await _checked(webhooks, patched(EndpointWrite, document, patch), endpoint)
        endpoint = await find(session, caller, endpoint_id, lock=True)
    _write(webhooks, endpoint, checked)
    endpoint.version += 1
    endpoint.updated_at = now()
    session.add(endpoint)
    await session.flush()
    return endpoint


async def delete(session: AsyncSession, endpoint: Endpoint, if_match: str | None) -> None:
    """Take an endpoint away: its secrets are forgotten, and workers pass it over from now on.

    A lane that a worker takes just now is left: it takes lanes before endpoints, the other way round than this.
    """
    require_match(if_match, endpoint.version)
    endpoint.deleted_at = endpoint.updated_at = now()
    endpoint.version += 1
    endpoint.sealed_headers = None
    session.add(endpoint)
    await session.exec(sa.delete(EndpointSecret).where(col(EndpointSecret.endpoint_id) == endpoint.id))
    lane = sa.tuple_(col(Lane.endpoint_id), col(Lane.subject_id))
    free = sa.select(col(Lane.endpoint_id), col(Lane.subject_id)).where(col(Lane.endpoint_id) == endpoint.id)
    await session.exec(sa.delete(Lane).where(lane.in_(free.with_for_update(skip_locked=True))))


async def rotate(session: AsyncSession, webhooks: Webhooks, endpoint: Endpoint, wanted: SecretsRotate) -> str | None:
    """A new secret, beside which the former ones sign until the overlap ends; what there is of it to show.

    Raises `Problem` (409) when too many sign already.
    """
    signing = (await signing_keys(session, [endpoint.id]))[endpoint.id]
    end = now() + timedelta(seconds=wanted.overlap_seconds)
    if len(signing) >= MAX_SIGNING and wanted.overlap_seconds:
        raise _too_many_secrets()
    for former in signing:
        former.expires_at = min(former.expires_at or end, end)
        session.add(former)
    endpoint.version += 1
    endpoint.updated_at = now()
    session.add(endpoint)
    return await _add_secret(session, webhooks, endpoint, wanted.signature or signing[0].kind)


async def signing_keys(session: AsyncSession, endpoint_ids: Sequence[UUID]) -> dict[UUID, list[EndpointSecret]]:
    """The secrets that sign now by endpoint, the newest first."""
    query = (
        select(EndpointSecret)
        .where(col(EndpointSecret.endpoint_id).in_(endpoint_ids))
        .where(col(EndpointSecret.expires_at).is_(None) | (col(EndpointSecret.expires_at) > now()))
        .order_by(col(EndpointSecret.id).desc())
    )
    found: dict[UUID, list[EndpointSecret]] = {endpoint_id: [] for endpoint_id in endpoint_ids}
    for secret in await session.exec(query):
        found[secret.endpoint_id].append(secret)
    return found


async def _checked(webhooks: Webhooks, written: EndpointWrite, former: Endpoint) -> EndpointWrite:
    """What is written, with the URL and the filter as they are stored; what `former` has already is not asked about."""
    url = written.url
    if url != former.url:
        url = await check_url(url, webhooks.policy, webhooks.resolve)
    chosen = await with_ids(webhooks.catalog, written.filter, EndpointFilter.model_validate(former.filter))
    return written.model_copy(update={"url": url, "filter": chosen})


def _write(webhooks: Webhooks, endpoint: Endpoint, checked: EndpointWrite) -> None:
    endpoint.filter = checked.filter.model_dump(mode="json", exclude_defaults=True)
    endpoint.sealed_headers = webhooks.vault.seal_headers(checked.headers)
    for name in ("url", "description", "event_types", "format", "rate_per_second", "retry_schedule"):
        setattr(endpoint, name, getattr(checked, name))
    _switch(endpoint, enabled=checked.enabled)


def _switch(endpoint: Endpoint, *, enabled: bool) -> None:
    if enabled and not endpoint.enabled:
        endpoint.disabled_reason = endpoint.disabled_at = endpoint.failing_since = endpoint.paused_until = None
    elif not enabled and endpoint.enabled:
        endpoint.disabled_reason, endpoint.disabled_at = "owner", now()
    endpoint.enabled = enabled


async def _add_secret(session: AsyncSession, webhooks: Webhooks, endpoint: Endpoint, kind: str) -> str | None:
    shown, secret, public = None, "", None
    if kind == "v1a":
        pair = new_key_pair()
        secret, public = pair.private, pair.public
    else:
        shown = secret = new_secret()
    sealed = webhooks.vault.seal(secret)
    session.add(EndpointSecret(endpoint_id=endpoint.id, kind=kind, sealed=sealed, public_key=public))
    await session.flush()
    return shown


async def _require_room(session: AsyncSession, partner_id: UUID, most: int) -> None:
    """Under a lock, so that two requests at once do not both take the last place."""
    await session.exec(select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"endpoints of {partner_id}", 0))))
    counted = (
        select(sa.func.count())
        .select_from(Endpoint)
        .where(col(Endpoint.partner_id) == partner_id, col(Endpoint.deleted_at).is_(None))
    )
    if (await session.exec(counted)).one() >= most:
        raise Problem(
            CONFLICT,
            {
                "en": "A partner has at most {most} endpoints. Delete one that you do not need any more.",
                "fr": "Un partenaire a au plus {most} points de réception. Supprimez-en un devenu inutile.",
                "ar": "لكل شريك {most} نقطة استقبال على الأكثر. احذف واحدة لم تعد تحتاج إليها.",
            },
            {"most": most},
        )


def _too_many_secrets() -> Problem:
    return Problem(
        CONFLICT,
        {
            "en": "{most} secrets sign already. Wait until one has expired, or replace them all at once with "
            "overlap_seconds 0.",
            "fr": "{most} secrets signent déjà. Attendez que l'un expire, ou remplacez-les tous d'un coup avec "
            "overlap_seconds 0.",
            "ar": "يوقّع حاليًا {most} من الأسرار. انتظر انتهاء أحدها، أو استبدلها كلها دفعة واحدة "
            "باستخدام overlap_seconds 0.",
        },
        {"most": MAX_SIGNING},
    )


def _deleted() -> Problem:
    return Problem(
        GONE,
        {
            "en": "This endpoint was deleted.",
            "fr": "Ce point de réception a été supprimé.",
            "ar": "حُذفت نقطة الاستقبال هذه.",
        },
    )
