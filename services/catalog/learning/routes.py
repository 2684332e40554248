"""`/catalog/v1/learning-resources`."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from services.catalog.learning.kind import LEARNING_RESOURCE
from services.catalog.records.listing import PLACES, THEME, Filter, coded, linked
from services.catalog.records.operations import Texts
from services.catalog.records.routers import kind_router

LanguagesParameter = Annotated[
    list[Annotated[str, Field(pattern="^[a-z]{2,3}$")]],
    Query(description="Languages of the resource itself (not of this answer); repeat for any of several."),
]

router = kind_router(
    LEARNING_RESOURCE,
    tag="learning",
    texts=Texts(
        about="What one can learn from, for whom, in which languages.",
        listed="""Webinars, video modules, guides by slug; `in_language` is the resource's own.

Example: `/catalog/v1/learning-resources?format=webinar&in_language=ar`.""",
        get="One learning resource by id or slug, with its recordings per language. Example: "
        "`/catalog/v1/learning-resources/webinar-food-waste`.",
        create="Publish a learning resource. 409 when the slug is taken, 422 naming everything that is not known.",
    ),
    filters=[
        THEME,
        coded("format", "resource_formats"),
        coded("mufpp_category", "mufpp_categories"),
        Filter("in_language", LanguagesParameter, "r.languages && {0}::text[]"),
        linked("series", "l.relation = 'series'"),
        *PLACES,
    ],
)
