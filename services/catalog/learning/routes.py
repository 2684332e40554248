"""`/catalog/v1/learning-resources`."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from services.catalog.learning.kind import LEARNING_RESOURCE
from services.catalog.learning.schemas import LearningResourceWrite
from services.catalog.records.listing import PLACES, THEME, Filter, add_list, coded, linked
from services.catalog.records.operations import Texts, add_operations
from services.catalog.records.read_models import page_model, read_model
from services.common.http.app import service_router

LanguagesParameter = Annotated[
    list[Annotated[str, Field(pattern="^[a-z]{2,3}$")]],
    Query(description="Languages of the resource itself (not of this answer); repeat for any of several."),
]

LearningResourceRead = read_model(LearningResourceWrite, "What one can learn from, for whom, in which languages.")
LearningResourcePage = page_model(LearningResourceRead, "by slug")

router = service_router(f"/{LEARNING_RESOURCE.collection}", tags=["learning"])
add_list(
    router,
    LEARNING_RESOURCE,
    LearningResourcePage,
    """Webinars, video modules, guides by slug; `in_language` is the resource's own.

Example: `/catalog/v1/learning-resources?format=webinar&in_language=ar`.""",
    [
        THEME,
        coded("format", "resource_formats"),
        coded("mufpp_category", "mufpp_categories"),
        Filter("in_language", LanguagesParameter, "r.languages && {0}::text[]"),
        linked("series", "l.relation = 'series'"),
        *PLACES,
    ],
)
add_operations(
    router,
    LEARNING_RESOURCE,
    LearningResourceRead,
    Texts(
        get="One learning resource by id or slug, with its recordings per language. Example: "
        "`/catalog/v1/learning-resources/webinar-food-waste`.",
        create="Publish a learning resource. 409 when the slug is taken, 422 naming everything that is not known.",
    ),
)
