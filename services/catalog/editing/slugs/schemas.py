"""A slug that moderators release."""

from pydantic import Field

from services.catalog.kinds import Collection
from services.common.schemas import Slug, StrictModel


class SlugRelease(StrictModel):
    """Which slug, and of which kind of record."""

    collection: Collection = Field(examples=["initiatives"])
    slug: Slug = Field(examples=["marche-producteurs-fes"])
