"""The routes of how people keep the records."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.catalog.editing.merging.routes import router as merging
from services.catalog.editing.review.routes import router as review
from services.catalog.editing.revisions.routes import router as revisions
from services.catalog.editing.slugs.routes import router as slugs
from services.catalog.editing.staleness.routes import router as staleness

EDITING_ROUTERS: Sequence[APIRouter] = (revisions, review, staleness, merging, slugs)
