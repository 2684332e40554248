"""`/catalog/v1/completeness`."""

from typing import Annotated

import orjson
from fastapi import Query, Response
from pydantic import Field

from services.catalog.completeness.queries import KINDS, By, count_facts
from services.catalog.completeness.schemas import CompletenessRead, Counted
from services.catalog.context import CatalogDep
from services.catalog.records.parameters import CountriesParameter, RefsParameter
from services.catalog.records.responses import language_headers
from services.common.http.app import service_router
from services.common.languages import LanguagesDep

router = service_router("/completeness", tags=["completeness"])


@router.get("", response_model=CompletenessRead)
async def get_completeness(
    catalog: CatalogDep,
    languages: LanguagesDep,
    collection: Annotated[
        list[Counted], Query(description="Of these only; repeat for several.", examples=[["territories"]])
    ] = [],
    by: Annotated[By | None, Query(description="Count by group as well.", examples=["country"])] = None,
    country: CountriesParameter = [],
    network: RefsParameter = [],
    owner: Annotated[
        list[Annotated[str, Field(pattern="^[a-z0-9-]{1,120}$")]],
        Query(description="Partners whose records count; ids or slugs.", examples=[["terres-en-villes"]]),
    ] = [],
) -> Response:
    """What share of territories, initiatives and cooperations has which facts: in all, by country, network or partner.

    Published records count. A cooperation counts for each country and network of its parties, an initiative for those
    of its territory. Different filters all have to fit; with `by=owner` the group without a slug is the association's.

    Example: `/catalog/v1/completeness?collection=initiatives&country=MA&lang=fr`.
    """
    items = []
    for name in dict.fromkeys(collection or KINDS):
        filters = {"country": country, "network": network, "owner": owner}
        counted = await count_facts(catalog.database.pool, name, by, filters)  # type: ignore[arg-type]  # the keys are those of `By`
        labels = {fact.code: fact.label[languages.label] for fact in KINDS[name].facts}
        for each in (counted, *(counted["groups"] or ())):
            each["facts"] = [{**fact, "label": labels[fact["fact"]]} for fact in each["facts"]]
        items.append(counted)
    body = orjson.dumps({"items": items, "next": None})
    return Response(body, headers=language_headers({languages.label}), media_type="application/json")
