"""Alembic's entry for the catalog's migrations."""

from services.catalog.tables import catalog_metadata
from services.common.migrations import run_env

run_env(catalog_metadata())
