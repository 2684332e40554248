"""`/catalog/v1/api-keys`."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from sqlmodel import col

from services.catalog.access.keys import service
from services.catalog.access.keys.schemas import KeyCreate, KeyCreated, KeyPage, KeyRead, KeyRotate
from services.catalog.access.models import ApiKey
from services.common.access.keys import Key
from services.common.access.requires import CallerDep, requires
from services.common.access.scopes import Scope
from services.common.http.answers import one_response, page_response
from services.common.http.app import service_router
from services.common.http.documents import NOT_MODIFIED, problem_responses
from services.common.http.parameters import IdParameter
from services.common.http.transactions import OnceDep, SessionDep
from services.common.http.writing import IfMatch, JsonOnly
from services.common.paging import PageDep

router = service_router("/api-keys", tags=["access"])

ADDRESS = "/catalog/v1/api-keys"
MANAGERS = requires(Scope.KEYS_MANAGE)
SECRET = ("key",)


def represent(key: ApiKey) -> KeyRead:
    """A key without its secret."""
    return KeyRead.model_validate(key.model_dump(exclude={"digest"}))


def created_response(request: Request, stored: ApiKey, key: Key) -> Response:
    """A key that was just made, with its secret this once."""
    read = KeyCreated(**represent(stored).model_dump(), key=str(key))
    return one_response(request, read, stored.version, status=201, location=f"{ADDRESS}/{stored.id}")


@router.get("", response_model=KeyPage, responses=problem_responses(400, 403), dependencies=[MANAGERS])
async def list_keys(
    request: Request,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    partner_id: Annotated[UUID | None, Query(description="Only this partner's.")] = None,
    revoked: Annotated[bool, Query(description="The revoked ones instead of those in use.")] = False,
) -> Response:
    """Your partner's keys, every partner's for administrators, in the order of creation. Secrets are not shown."""
    query = service.visible(caller)
    query = query.where(col(ApiKey.revoked_at).is_not(None) if revoked else col(ApiKey.revoked_at).is_(None))
    if partner_id is not None:
        query = query.where(col(ApiKey.partner_id) == partner_id)
    return await page_response(request, session, query, col(ApiKey.id), page, lambda rows: [*map(represent, rows)])


@router.get(
    "/{id}",
    response_model=KeyRead,
    responses=problem_responses(400, 403, 404, 410) | NOT_MODIFIED,
    dependencies=[MANAGERS],
)
async def get_key(request: Request, session: SessionDep, caller: CallerDep, id: IdParameter) -> Response:
    """A key by its id, without its secret. A revoked one answers 410."""
    key = await service.find(session, caller, id)
    return one_response(request, represent(key), key.version)


@router.post(
    "",
    status_code=201,
    response_model=KeyCreated,
    responses=problem_responses(400, 403, 409, 413, 415, 422),
    dependencies=[MANAGERS, JsonOnly],
)
async def create_key(
    request: Request, session: SessionDep, caller: CallerDep, once: OnceDep, written: KeyCreate
) -> Response:
    """Make a key. `key` is shown in this answer and never again: keep it where secrets are kept.

    A key has at most the scopes of the key that makes it; administrators give any scope, to any partner.
    """
    stored, key = await service.create(session, caller, written)
    return await once.keep(created_response(request, stored, key), SECRET)


@router.post(
    "/{id}/rotate",
    status_code=201,
    response_model=KeyCreated,
    responses=problem_responses(400, 403, 404, 409, 413, 415, 422),
    dependencies=[MANAGERS, JsonOnly],
)
async def rotate_key(
    request: Request,
    session: SessionDep,
    caller: CallerDep,
    once: OnceDep,
    id: IdParameter,
    wanted: KeyRotate,
) -> Response:
    """Replace a key: a new one with the same scopes, while the former remains valid for the overlap, a day by default.

    A key may replace itself, when it has `keys:manage`. One that has expired, was revoked, or was replaced and whose
    overlap is over answers 409 and nothing is made: create a key instead.
    """
    stored, key = await service.rotate(session, caller, id, wanted)
    return await once.keep(created_response(request, stored, key), SECRET)


@router.delete(
    "/{id}",
    status_code=204,
    responses=problem_responses(400, 403, 404, 410, 412, 428),
    dependencies=[MANAGERS],
)
async def revoke_key(session: SessionDep, caller: CallerDep, id: IdParameter, if_match: IfMatch = None) -> None:
    """Revoke a key: it is not valid any more, here at once, in the other services within a minute.

    In a hurry, `If-Match: *` revokes it whatever its version.
    """
    await service.revoke(session, caller, id, if_match)
