"""`/search/v1`: finding initiatives, and how the index stands."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response

from services.common import problems
from services.common.access.requires import requires
from services.common.access.scopes import Scope
from services.common.feed.follower import FeedFollower
from services.common.feed.rebuilding import REBUILD_ERRORS, Rebuilding, not_the_follower
from services.common.http.app import service_router
from services.common.http.documents import problem_responses
from services.common.languages import LanguagesDep, used_languages
from services.common.problems import Problem
from services.search import query as queries
from services.search.engines.port import Engine, EngineError, EngineUnavailableError, Filter
from services.search.engines.port import Query as EngineQuery
from services.search.schemas import SearchAnswer, SearchStatus
from services.search.service import SearchService, answer
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
    list[str] | None, Query(description="Codes of themes; narrower themes are included.", examples=[["food_waste"]])
]
Countries = Annotated[list[str] | None, Query(description="ISO 3166-1 alpha-2 codes.", examples=[["FR"]])]
Territories = Annotated[list[str] | None, Query(description="Ids or slugs of territories.", examples=[["montpellier"]])]
Facets = Annotated[
    list[str] | None,
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


@dataclass(frozen=True, slots=True)
class Window:
    """Which hits are wanted."""

    limit: int
    offset: int


async def _filter_values(
    theme: Themes = None, country: Countries = None, territory: Territories = None
) -> FilterValues:
    return FilterValues(theme or [], country or [], territory or [])


async def _window(limit: Limit = DEFAULT_LIMIT, offset: Offset = 0) -> Window:
    queries.check_depth(limit, offset)
    return Window(limit, offset)


async def _facet_names(facets: Facets = None) -> list[str]:
    return queries.parse_facets(facets or [])


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


@router.get("/initiatives", responses=problem_responses(400, 503))
async def search_initiatives(
    response: Response,
    service: ServiceDep,
    languages: LanguagesDep,
    chosen: FilterValuesDep,
    facets: FacetNamesDep,
    window: WindowDep,
    q: Text = "",
) -> SearchAnswer:
    """Find initiatives by words, theme, country and territory.

    **Words.** `q` is searched in titles, summaries, carriers, names of territories and labels of themes, in every
    language they stand in. Case and accents do not matter; in Arabic neither do diacritics, letter forms and the
    article. A word of 5 letters or more may hold one typo, of 9 or more two: `gaspilage` finds *gaspillage*. The last
    word may be unfinished: `canti` finds *cantines*. Every word has to be found; when no initiative holds them all,
    words are left out from the end until one does, and `ignored_words` names them.

    **Themes by name.** When the whole of `q` is a name of a theme in some language, the theme is searched for instead
    of the words, and `recognised_themes` says so: `food waste`, `gaspillage alimentaire` and `هدر الطعام` find the
    same initiatives.

    **Filters.** A repeated parameter means any of its values, different parameters all have to pass:
    `?theme=food_waste&theme=school_canteens&country=FR`. A theme includes its narrower ones. A territory is named by
    id or slug.

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
        asked = EngineQuery(filters=filters, facets=facets, limit=window.limit, offset=window.offset)
        found = await service.search(queries.understand(q, asked, vocabularies))
    except EngineError as error:
        raise unavailable(error) from error
    content = answer(found, vocabularies, languages)
    _say_language(response, used_languages(content) or {languages.label})
    return SearchAnswer.model_validate(content)


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
            "documents": await engine.count() if followed.cursor else 0,
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


def _say_language(response: Response, used: set[str]) -> None:
    response.headers["Content-Language"] = ", ".join(sorted(used))
    response.headers["Vary"] = "Accept-Language"
