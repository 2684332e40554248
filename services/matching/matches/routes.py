"""The routes of matching."""

import asyncio
from typing import Annotated

import orjson
from fastapi import Path, Query, Response

from services.common.access.requires import requires
from services.common.access.scopes import Scope
from services.common.feed.rebuilding import REBUILD_ERRORS, Rebuilding
from services.common.http.app import service_router
from services.common.http.documents import problem_responses
from services.common.languages import LanguagesDep, used_languages
from services.common.schemas import Code, CountryCode
from services.matching.context import MatchingDep
from services.matching.domain.ranking import RULES_VERSION, Selection
from services.matching.matches.examples import MATCHES_OF_MONTPELLIER
from services.matching.matches.schemas import MatchesRead, StatusRead
from services.matching.matches.service import find_matches
from services.matching.profiles.store import ProfileStore

DEFAULT_LIMIT = 10
MAX_LIMIT = 50
"""Each match carries its evidence, about 10 kB: more of them is an export, not a list to choose from."""

MAX_FILTERS = 50

router = service_router(tags=["matches"])

Ref = Annotated[
    str,
    Path(
        max_length=120,
        description="Id or slug of a territory of the catalog.",
        openapi_examples={"montpellier": {"value": "montpellier"}, "grenoble": {"value": "grenoble"}},
    ),
]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many partners at most.")]
Countries = Annotated[
    list[CountryCode],
    Query(
        max_length=MAX_FILTERS,
        description="Only partners in this country (ISO 3166-1 alpha-2); repeated: in any of these.",
        examples=[["MA", "TN"]],
    ),
]
ThemeCodes = Annotated[
    list[Code],
    Query(
        max_length=MAX_FILTERS,
        description="Only problems and initiatives on this theme or a narrower one (code of the vocabulary `themes`); "
        "repeated: on any of these. Links and scale are not narrowed.",
        examples=[["food_waste"]],
    ),
]


@router.get(
    "/territories/{ref}/matches",
    response_model=MatchesRead,
    responses={
        200: {"content": {"application/json": {"example": MATCHES_OF_MONTPELLIER}}},
        **problem_responses(400, 404, 503),
    },
    summary="The best partners of a territory",
)
async def territory_matches(
    ref: Ref,
    matching: MatchingDep,
    languages: LanguagesDep,
    limit: Limit = DEFAULT_LIMIT,
    country: Countries = [],
    theme: ThemeCodes = [],
) -> Response:
    """Who could work with this territory, on what, and why: best first.

    For example `/matching/v1/territories/montpellier/matches?limit=3&lang=fr`, or for Grenoble, partners in Tunisia
    and Morocco only, `/matching/v1/territories/grenoble/matches?country=TN&country=MA`.

    **The score** of a pair is the sum of what five criteria contribute: problems that both state (rare ones weigh
    more), initiatives of the one that answer problems of the other, in each direction, cooperations and networks that
    tie them already, and comparable size. It is the same from either side.

    **What is not recorded is unknown, never zero**: such a criterion has the value null and counts with what it is
    worth between two territories on average; `coverage` says which share of the score is known, and `missing` names
    each fact that would change that. A territory with neither a stated problem nor an initiative is not ranked at
    all: `rankable` is false, and `missing` says what would help. A territory that shares no problem with this one,
    and where neither has an answer to a problem of the other, is no match however alike in size; `left_out` counts
    these, and `partners_not_ranked` names those among them that it cooperates with already.

    **Every reason is given**: for shared problems what each side states and its sources, and for each direction up to
    three initiatives that one could bring to the other, with the problems they answer and their sources. Texts are in
    the best language there is, and say which.
    """
    selection = Selection(frozenset(country), frozenset(theme))
    answer = await find_matches(matching.store, ref, selection, limit, languages)
    body = answer.model_dump(mode="json", exclude_unset=True)
    headers = {"Vary": "Accept-Language"}
    if used := used_languages(body):
        headers["Content-Language"] = ", ".join(sorted(used))
    return Response(orjson.dumps(body), headers=headers, media_type="application/json")


@router.post(
    "/rebuild",
    status_code=202,
    responses=REBUILD_ERRORS,
    dependencies=[requires(Scope.SERVICES_OPERATE)],
    tags=["operation"],
)
async def rebuild(matching: MatchingDep) -> Rebuilding:
    """Have all profiles built anew from the catalog's snapshot; the former ones answer until it is whole.

    202: it has begun; `GET /matching/v1/status` says when it has caught up.
    """
    matching.follower.rebuild()
    return Rebuilding()


@router.get("/status", summary="How far matching has followed the catalog", tags=["operation"])
async def status(matching: MatchingDep) -> StatusRead:
    """How many records matching knows, and how far it is behind the catalog's change feed.

    `behind` is the number of changes not taken in yet and `seconds` the age of the oldest of them; both are null while
    the catalog does not answer, and `last_error` says why.
    """
    follower = await matching.follower.status()
    counts = await asyncio.to_thread(_counts, matching.store)
    return StatusRead(
        rules_version=RULES_VERSION,
        **counts,
        cursor=follower.cursor,
        behind=follower.behind,
        seconds=follower.seconds,
        last_error=follower.last_error,
        caught_up_at=follower.caught_up_at.isoformat().replace("+00:00", "Z") if follower.caught_up_at else None,
    )


def _counts(store: ProfileStore) -> dict[str, int]:
    with store.reading() as (index, facts):
        rankable = sum(profile.has_facts for profile in index.profiles.values())
        return {**facts.counts, "rankable": rankable, "unreadable": len(facts.unreadable)}
