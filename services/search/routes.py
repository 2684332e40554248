"""`/search/v1`: finding initiatives, and how the index stands."""

from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import Depends, Query, Request, Response
from pydantic import Field

from services.common import problems
from services.common.access.requires import requires
from services.common.access.scopes import Scope
from services.common.feed.follower import FeedFollower
from services.common.feed.rebuilding import REBUILD_ERRORS, Rebuilding, not_the_follower
from services.common.geo import GEOJSON, BboxParameter, BoundingBox, parse_bbox, wants_geojson
from services.common.http.app import service_router
from services.common.http.documents import problem_responses
from services.common.languages import LanguagesDep, used_languages
from services.common.problems import Problem
from services.search import query as queries
from services.search.engines.port import Engine, EngineError, EngineUnavailableError, Filter
from services.search.engines.port import Query as EngineQuery
from services.search.schemas import SEARCH_ANSWER_AS_GEOJSON, SearchAnswer, SearchStatus
from services.search.service import SearchService, answer, as_geojson
from services.search.writing import Writing

router = service_router(tags=["search"])

MAX_LIMIT = 200
DEFAULT_LIMIT = 20


async def _service(request: Request) -> SearchService:
    service: SearchService = request.app.state.service
    return service


async def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


async def _follower(request: Request) -> FeedFollower:
    follower: FeedFollower = request.app.state.follower
    return follower


async def _writing(request: Request) -> Writing:
    writing: Writing = request.app.state.writing
    return writing


Text = Annotated[
    str,
    Query(
        max_length=queries.MAX_QUERY_CHARACTERS,
        description="Words in any language; nothing finds everything, newest first.",
        examples=["gaspillage alimentaire"],
    ),
]
Themes = Annotated[
    list[str], Query(description="Codes of themes; narrower themes are included.", examples=[["food_waste"]])
]
Countries = Annotated[list[str], Query(description="ISO 3166-1 alpha-2 codes.", examples=[["FR"]])]
Territories = Annotated[
    list[Annotated[str, Field(pattern="^[a-z0-9-]{1,120}$")]],
    Query(description="Ids or slugs of territories.", examples=[["montpellier"]]),
]
Facets = Annotated[
    list[str],
    Query(
        description="What to count: theme, country, mufpp_category, sector, carrier_kind, maturity; "
        "repeated or with commas.",
        examples=[["theme,country"]],
    ),
]
Limit = Annotated[int, Query(ge=0, le=MAX_LIMIT, description="Hits of this page; 0 to count only.")]
Offset = Annotated[int, Query(ge=0, description="Hits to pass over; `limit + offset` is at most 1,000.")]


@dataclass(frozen=True, slots=True)
class FilterValues:
    """Values of the filters as the reader wrote them."""

    theme: list[str]
    country: list[str]
    territory: list[str]
    bbox: BoundingBox | None


@dataclass(frozen=True, slots=True)
class Window:
    """Which hits are wanted."""

    limit: int
    offset: int


async def _filter_values(
    theme: Themes = [], country: Countries = [], territory: Territories = [], bbox: BboxParameter = None
) -> FilterValues:
    return FilterValues(theme, country, territory, parse_bbox(bbox))


async def _window(limit: Limit = DEFAULT_LIMIT, offset: Offset = 0) -> Window:
    queries.check_depth(limit, offset)
    return Window(limit, offset)


async def _facet_names(facets: Facets = []) -> list[str]:
    return queries.parse_facets(facets)


ServiceDep = Annotated[SearchService, Depends(_service)]
EngineDep = Annotated[Engine, Depends(_engine)]
FollowerDep = Annotated[FeedFollower, Depends(_follower)]
WritingDep = Annotated[Writing, Depends(_writing)]
FilterValuesDep = Annotated[FilterValues, Depends(_filter_values)]
FacetNamesDep = Annotated[list[str], Depends(_facet_names)]
WindowDep = Annotated[Window, Depends(_window)]


def unavailable(error: EngineError) -> Problem:
    """What a reader is told when the engine does not answer; the engine's own words stay in the log."""
    seconds = error.retry_after if isinstance(error, EngineUnavailableError) else 5
    return Problem(
        problems.UNAVAILABLE,
        {
            "en": "The search index does not answer at the moment. Try again in {seconds} s.",
            "fr": "L'index de recherche ne répond pas pour le moment. Réessayez dans {seconds} s.",
            "ar": "فهرس البحث لا يستجيب حاليًا. أعد المحاولة بعد {seconds} ثانية.",
        },
        {"seconds": seconds},
        headers={"Retry-After": str(seconds)},
    )


@router.get(
    "/initiatives", response_model=SearchAnswer, responses=problem_responses(400, 503) | SEARCH_ANSWER_AS_GEOJSON
)
async def search_initiatives(
    request: Request,
    service: ServiceDep,
    languages: LanguagesDep,
    chosen: FilterValuesDep,
    facets: FacetNamesDep,
    window: WindowDep,
    q: Text = "",
) -> Response:
    """Find initiatives by words, theme, country, territory and place.

    **Words.** `q` is searched in titles, summaries, carriers, names of territories and labels of themes, in every
    language they stand in. Case and accents do not matter; in Arabic neither do diacritics, letter forms and the
    article. A word of 5 letters or more may hold one typo, of 9 or more two: `gaspilage` finds *gaspillage*. The last
    word may be unfinished: `canti` finds *cantines*. Every word has to be found; when no initiative holds them all,
    words are left out from the end until one does, and `ignored_words` names them.

    **Themes by name.** When the whole of `q` is a name of a theme in some language, the theme is searched for instead
    of the words, and `recognised_themes` says so: `food waste`, `gaspillage alimentaire` and `هدر الطعام` find the
    same initiatives. Where that finds nothing, the words are searched for after all.

    **Filters.** A repeated parameter means any of its values, different parameters all have to pass:
    `?theme=food_waste&theme=school_canteens&country=FR`. A theme includes its narrower ones. A territory is named by
    id or slug. `bbox=west,south,east,north` finds what lies in the box, the territory's point being the initiative's;
    `west > east` crosses the antimeridian.

    **Maps.** `Accept: application/geo+json` gives a FeatureCollection: each hit a Feature at its territory's point
    (null where none is known), and every other member of the answer beside `features`.

    **Facets.** `facets=theme,country` counts, over everything found, the initiatives with each code, with labels in
    your language.

    **Pages.** `limit` and `offset`, at most 1,000 deep. To read everything use `/catalog/v1/changes`.

    **Language.** `lang` or Accept-Language chooses the language of texts and labels, never what is found.

    Example: `/search/v1/initiatives?q=cantine%20bio&country=FR&facets=theme&lang=fr&limit=5`
    """
    countries = queries.parse_countries(chosen.country)
    try:
        vocabularies = await service.vocabularies()
        wanted = {
            "theme": queries.parse_themes(chosen.theme, vocabularies),
            "country": countries,
            "territory": list(dict.fromkeys(chosen.territory)),
        }
        filters = [Filter(name, values) for name, values in wanted.items() if values]
        asked = EngineQuery(filters=filters, facets=facets, limit=window.limit, offset=window.offset, bbox=chosen.bbox)
        found = await service.search(queries.understand(q, asked, vocabularies))
    except EngineError as error:
        raise unavailable(error) from error
    content = answer(found, vocabularies, languages)
    headers = _language_headers(used_languages(content) or {languages.label})
    checked = SearchAnswer.model_validate(content)
    if wants_geojson(request):
        body = orjson.dumps(as_geojson(checked.model_dump(mode="json")))
        return Response(body, headers=headers, media_type=GEOJSON)
    return Response(checked.model_dump_json(), headers=headers, media_type="application/json")


@router.get("/status")
async def search_status(engine: EngineDep, follower: FollowerDep, writing: WritingDep) -> SearchStatus:
    """How the index stands to the catalog: documents, the feed cursor, and how far that is behind.

    Always 200: what does not answer is null, and `last_error` says why. `behind` 0 and `seconds` 0 mean that every
    change that the catalog has published can be found.
    """
    state: dict[str, Any] = {"documents": None, "cursor": None, "behind": None, "seconds": None}
    error = writing.last_error
    try:
        followed = await follower.status()
        state = {
            "documents": await engine.count() if await engine.metadata() else 0,
            "cursor": followed.cursor,
            "behind": followed.behind,
            "seconds": followed.seconds,
        }
        error = followed.last_error or error
    except EngineError as failure:
        error = str(failure)
    return SearchStatus(engine=engine.name, following=writing.following, last_error=error, **state)


@router.post("/rebuild", status_code=202, responses=REBUILD_ERRORS, dependencies=[requires(Scope.SERVICES_OPERATE)])
async def rebuild(follower: FollowerDep, writing: WritingDep) -> Rebuilding:
    """Have the index built anew from the catalog's snapshot, beside the one that goes on answering meanwhile.

    202: it has begun; `GET /search/v1/status` says when it has caught up. 409 where another process writes the index.
    """
    if not writing.following:
        raise not_the_follower()
    follower.rebuild()
    return Rebuilding()


def _language_headers(used: set[str]) -> dict[str, str]:
    return {"Content-Language": ", ".join(sorted(used)), "Vary": "Accept-Language, Accept"}
