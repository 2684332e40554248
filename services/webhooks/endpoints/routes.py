"""`/webhooks/v1/endpoints`."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.access.bearer import key_needed
from services.common.access.requires import CallerDep, requires
from services.common.access.scopes import Scope
from services.common.http.answers import find_page, found_response, one_response
from services.common.http.app import service_router
from services.common.http.documents import NOT_MODIFIED, problem_responses
from services.common.http.parameters import IdParameter
from services.common.http.transactions import OnceDep, SessionDep
from services.common.http.writing import IfMatch, JsonOnly, MergePatchOnly, PatchBody, merge_patch_body
from services.common.paging import PageDep
from services.webhooks.context import Webhooks, WebhooksDep
from services.webhooks.endpoints import service
from services.webhooks.endpoints.models import Endpoint, EndpointSecret
from services.webhooks.endpoints.schemas import (
    EndpointCreate,
    EndpointCreated,
    EndpointPage,
    EndpointRead,
    EndpointWrite,
    SecretsRotate,
    SigningKeyRead,
)
from services.webhooks.endpoints.vault import Vault

router = service_router("/endpoints", tags=["endpoints"])

ADDRESS = "/webhooks/v1/endpoints"
MANAGERS = requires(Scope.WEBHOOKS_MANAGE)
SECRET = ("secret",)


def represent(endpoint: Endpoint, signing: Sequence[EndpointSecret], vault: Vault) -> EndpointRead:
    """An endpoint without what only the sender may know."""
    keys = [
        SigningKeyRead.model_validate(
            key.model_dump(exclude={"endpoint_id", "kind", "sealed"}) | {"signature": key.kind}
        )
        for key in signing
    ]
    return EndpointRead.model_validate(
        endpoint.model_dump(exclude={"sealed_headers", "deleted_at"})
        | {"header_names": sorted(vault.open_headers(endpoint.sealed_headers)), "signing_keys": keys}
    )


async def _read(session: AsyncSession, vault: Vault, endpoints: Sequence[Endpoint]) -> list[EndpointRead]:
    signing = await service.signing_keys(session, [endpoint.id for endpoint in endpoints])
    return [represent(endpoint, signing[endpoint.id], vault) for endpoint in endpoints]


@router.get("", response_model=EndpointPage, responses=problem_responses(400, 403), dependencies=[MANAGERS])
async def list_endpoints(
    request: Request,
    session: SessionDep,
    webhooks: WebhooksDep,
    caller: CallerDep,
    page: PageDep,
    partner_id: Annotated[UUID | None, Query(description="Only this partner's.")] = None,
    enabled: Annotated[bool | None, Query(description="Only those enabled, or only those that are not.")] = None,
) -> Response:
    """Your partner's endpoints, every partner's for administrators, in the order of creation."""
    query = service.visible(caller).where(col(Endpoint.deleted_at).is_(None))
    if partner_id is not None:
        query = query.where(col(Endpoint.partner_id) == partner_id)
    if enabled is not None:
        query = query.where(col(Endpoint.enabled).is_(enabled))
    found = await find_page(session, query, col(Endpoint.id), page)
    return found_response(request, found, await _read(session, webhooks.vault, found.rows))


@router.get(
    "/{id}",
    response_model=EndpointRead,
    responses=problem_responses(400, 403, 404, 410) | NOT_MODIFIED,
    dependencies=[MANAGERS],
)
async def get_endpoint(
    request: Request,
    session: SessionDep,
    webhooks: WebhooksDep,
    caller: CallerDep,
    id: IdParameter,
) -> Response:
    """An endpoint by its id, without its secret and the values of its headers. A deleted one answers 410."""
    endpoint = await service.find(session, caller, id)
    [read] = await _read(session, webhooks.vault, [endpoint])
    return one_response(request, read, endpoint.version)


@router.post(
    "",
    status_code=201,
    response_model=EndpointCreated,
    responses=problem_responses(400, 403, 409, 413, 415, 422),
    dependencies=[MANAGERS, JsonOnly],
)
async def create_endpoint(
    request: Request,
    session: SessionDep,
    webhooks: WebhooksDep,
    caller: CallerDep,
    once: OnceDep,
    written: EndpointCreate,
) -> Response:
    """Make an endpoint: it is told of every event from now on that its types and its filter let through.

    `secret` is shown in this answer and never again. Verify each delivery with it, by any library of the Standard
    Webhooks specification. Nothing is sent now: `POST …/test` sends a first event.
    """
    if caller.partner_id is None:
        raise key_needed()
    endpoint, secret = await service.create(session, webhooks, caller.partner_id, written)
    return await once.keep(await _created(request, session, webhooks, endpoint, secret), SECRET)


@router.patch(
    "/{id}",
    response_model=EndpointRead,
    responses=problem_responses(400, 403, 404, 410, 412, 413, 415, 422, 428),
    dependencies=[MANAGERS, MergePatchOnly],
    openapi_extra=merge_patch_body(EndpointWrite),
)
async def change_endpoint(
    request: Request,
    session: SessionDep,
    webhooks: WebhooksDep,
    caller: CallerDep,
    id: IdParameter,
    patch: PatchBody,
    if_match: IfMatch = None,
) -> Response:
    """Change an endpoint by a merge patch.

    Deliveries that wait go to the new address, with the headers and by the schedule that hold then. Types, filter and
    format hold for events from now on. `{"enabled": true}` also enables an endpoint that was disabled for failing; what
    it missed can be replayed.
    """
    endpoint = await service.change(session, webhooks, caller, id, if_match, patch)
    [read] = await _read(session, webhooks.vault, [endpoint])
    return one_response(request, read, endpoint.version)


@router.delete(
    "/{id}", status_code=204, responses=problem_responses(400, 403, 404, 410, 412, 428), dependencies=[MANAGERS]
)
async def delete_endpoint(session: SessionDep, caller: CallerDep, id: IdParameter, if_match: IfMatch = None) -> None:
    """Delete an endpoint: nothing more is sent to it, and its secrets are forgotten."""
    endpoint = await service.find(session, caller, id, lock=True)
    await service.delete(session, endpoint, if_match)


@router.post(
    "/{id}/secrets/rotate",
    status_code=201,
    response_model=EndpointCreated,
    responses=problem_responses(400, 403, 404, 409, 410, 413, 415, 422),
    dependencies=[MANAGERS, JsonOnly],
)
async def rotate_secrets(
    request: Request,
    session: SessionDep,
    webhooks: WebhooksDep,
    caller: CallerDep,
    once: OnceDep,
    id: IdParameter,
    wanted: SecretsRotate,
) -> Response:
    """Replace the secret: until the overlap ends, a day by default, each delivery carries a signature by both.

    Receivers take a delivery when one of its signatures is right, so that the new secret can be put in place at any
    time of the overlap. `overlap_seconds` 0 is for a secret that others have seen: it signs no more at once.
    """
    endpoint = await service.find(session, caller, id, lock=True)
    secret = await service.rotate(session, webhooks, endpoint, wanted)
    return await once.keep(await _created(request, session, webhooks, endpoint, secret), SECRET)


async def _created(
    request: Request, session: AsyncSession, webhooks: Webhooks, endpoint: Endpoint, secret: str | None
) -> Response:
    [read] = await _read(session, webhooks.vault, [endpoint])
    shown = EndpointCreated(**read.model_dump(), secret=secret)
    return one_response(request, shown, endpoint.version, status=201, location=f"{ADDRESS}/{endpoint.id}")
