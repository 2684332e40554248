"""`/catalog/v1/{collection}/{ref}/duplicates` and the moderators' list of pairs."""

from typing import Annotated, Literal

import orjson
from fastapi import Path, Query, Request, Response

from services.catalog.context import CatalogDep, ReaderDep
from services.catalog.duplicates.finding import find_possible
from services.catalog.duplicates.pairs import pairs_page
from services.catalog.duplicates.representation import represent_possible
from services.catalog.duplicates.schemas import PairPage, PossibleDuplicates
from services.catalog.duplicates.wording import lexicon_of
from services.catalog.duplicates.writing import bring_together, set_apart
from services.catalog.kinds import BY_COLLECTION, Collection, CollectionPath
from services.catalog.records.finding import read_visible
from services.catalog.records.operations import MOVED
from services.catalog.records.parameters import Reason, RefPath
from services.catalog.records.responses import language_headers
from services.common.access.requires import CallerDep, requires
from services.common.access.scopes import Scope
from services.common.http.answers import NO_STORE
from services.common.http.app import service_router
from services.common.http.documents import problem_responses
from services.common.http.transactions import SessionDep
from services.common.paging import PageDep

router = service_router(tags=["duplicates"])

OtherPath = Annotated[str, Path(max_length=120, description="Id or slug of the other record.", examples=["fes"])]
DismissalReason = Annotated[
    Reason,
    Query(
        description="Why they are not the same; moderators read it.",
        examples=["Two markets: one in the medina, one in the new town."],
    ),
]


@router.get(
    "/{collection}/{ref}/duplicates",
    response_model=PossibleDuplicates,
    responses=MOVED | problem_responses(400, 404, 410),
)
async def get_duplicates(
    catalog: CatalogDep, reader: ReaderDep, caller: CallerDep, collection: CollectionPath, ref: RefPath
) -> Response:
    """What may be the same as a record, in whatever language and spelling: in the same place or near, by the same.

    Each has a score, the probability that it is the same (named from 0.5 on, at most ten), and the reasons. Who owns
    or moderates unpublished records sees those too. What somebody said is not a duplicate is not named again.

    Example: `/catalog/v1/territories/val-de-drome/duplicates?lang=en` names `biovallee`: their names are alike, and
    they are 12 km apart.
    """
    kind = BY_COLLECTION[collection]
    async with catalog.database.pool.acquire() as connection:
        row = await read_visible(connection, kind.queries, ref, caller)
        found = await find_possible(connection, kind, row["id"], lexicon_of(reader.vocabularies))
    body = orjson.dumps({"items": represent_possible(found, caller, reader), "next": None})
    headers = language_headers(reader.used) | ({} if caller.key is None else NO_STORE)
    return Response(body, headers=headers, media_type="application/json")


@router.post(
    "/{collection}/{ref}/duplicates/{other}/dismiss",
    status_code=204,
    responses=MOVED | problem_responses(400, 401, 403, 404, 409, 410),
    dependencies=[requires(Scope.RECORDS_WRITE)],
)
async def dismiss_duplicate(
    session: SessionDep,
    caller: CallerDep,
    collection: CollectionPath,
    ref: RefPath,
    other: OtherPath,
    reason: DismissalReason,
) -> None:
    """Say that two records are not the same: neither is named as the other's duplicate again.

    Who may change one of the two may say so; who did and why is kept for the moderators.

    Example: `POST /catalog/v1/territories/santo-domingo/duplicates/santo-domingo-este/dismiss?reason=Two+cities`.
    """
    await set_apart(session, BY_COLLECTION[collection], ref, other, caller, reason)


@router.post(
    "/{collection}/{ref}/duplicates/{other}/reconsider",
    status_code=204,
    responses=MOVED | problem_responses(400, 401, 403, 404, 409, 410),
    dependencies=[requires(Scope.RECORDS_MODERATE)],
)
async def reconsider_duplicate(
    session: SessionDep, caller: CallerDep, collection: CollectionPath, ref: RefPath, other: OtherPath
) -> None:
    """Take back that two records are not the same: they are compared again. 404 where nobody said so."""
    await bring_together(session, BY_COLLECTION[collection], ref, other, caller)


@router.get("/duplicates", response_model=PairPage, dependencies=[requires(Scope.RECORDS_MODERATE)])
async def list_duplicates(
    request: Request,
    session: SessionDep,
    reader: ReaderDep,
    page: PageDep,
    collection: Annotated[
        Collection | None, Query(description="Of this kind of record only.", examples=["initiatives"])
    ] = None,
    status: Annotated[
        Literal["open", "dismissed"],
        Query(description="`open`: to be looked at; `dismissed`: not the same, with who said so and why."),
    ] = "open",
) -> Response:
    """Pairs of records that may be the same, as they were found when one of the two was written or looked through.

    A pair is gone from here once one of the two is archived or merged, or has been changed so that they differ.

    Example: `/catalog/v1/duplicates?collection=initiatives&status=dismissed`.
    """
    kind = BY_COLLECTION[collection].name if collection else None
    return await pairs_page(request, session, page, reader, kind, dismissed=status == "dismissed")
