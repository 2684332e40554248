"""What a filter names, looked up in the catalog: a misspelt slug would never match, and nobody would notice."""

import asyncio
from collections.abc import Collection, Sequence

import httpx

from services.common.problems import UNAVAILABLE, FieldError, Problem, invalid
from services.webhooks.endpoints.schemas import EndpointFilter

TIMEOUT_S = 5.0
"""For all questions together: a transaction is open meanwhile, which the database ends after ten seconds."""

AT_ONCE = 8

UNKNOWN = {"territories": "unknown_territory", "networks": "unknown_network"}
"""Lists of references, and the code of one that the catalog does not know."""


async def with_ids(catalog: httpx.AsyncClient, wanted: EndpointFilter, known: EndpointFilter) -> EndpointFilter:
    """The filter with territories and networks by id; what stands in `known` is not looked up again.

    Raises `Problem`: 422 for what the catalog does not have, 503 when it does not answer.
    """
    try:
        async with asyncio.timeout(TIMEOUT_S):
            found = {name: await _ids(catalog, name, getattr(wanted, name), getattr(known, name)) for name in UNKNOWN}
            themes = await _themes(catalog) if set(wanted.themes) - set(known.themes) else frozenset(wanted.themes)
    except (TimeoutError, httpx.HTTPError, ValueError, KeyError) as error:
        raise _catalog_silent() from error
    errors = [
        FieldError(pointer=f"/filter/{name}/{place}", detail="the catalog has none of this name", code=UNKNOWN[name])
        for name, ids in found.items()
        for place, ref_id in enumerate(ids)
        if ref_id is None
    ]
    allowed = {"allowed": ", ".join(sorted(themes))}
    errors += [
        FieldError(
            pointer=f"/filter/themes/{place}",
            detail="not a code of the vocabulary",
            code="unknown_code",
            context={"value": code, **allowed},
        )
        for place, code in enumerate(wanted.themes)
        if code not in themes and code not in known.themes
    ]
    if errors:
        raise invalid(errors)
    return wanted.model_copy(update={name: list(dict.fromkeys(ids)) for name, ids in found.items()})


async def _ids(catalog: httpx.AsyncClient, kind: str, refs: Sequence[str], known: Collection[str]) -> list[str | None]:
    places = asyncio.Semaphore(AT_ONCE)

    async def look_up(ref: str) -> str | None:
        if ref in known:
            return ref
        async with places:
            answer = await catalog.get(f"/catalog/v1/{kind}/{ref}", follow_redirects=True)
        if answer.status_code in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
            return None
        record_id: str = answer.raise_for_status().json()["id"]
        return record_id

    return list(await asyncio.gather(*map(look_up, refs)))


async def _themes(catalog: httpx.AsyncClient) -> frozenset[str]:
    answer = await catalog.get("/catalog/v1/vocabularies/themes")
    return frozenset(term["code"] for term in answer.raise_for_status().json()["terms"])


def _catalog_silent() -> Problem:
    return Problem(
        UNAVAILABLE,
        {
            "en": "The catalog does not answer, so what the filter names cannot be looked up.",
            "fr": "Le catalogue ne répond pas : ce que nomme le filtre ne peut pas être vérifié.",
            "ar": "الفهرس لا يستجيب، لذلك لا يمكن التحقق مما يذكره المرشّح.",
        },
        headers={"Retry-After": "5"},
    )
