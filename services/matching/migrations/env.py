"""Alembic's entry for matching's migrations."""

from services.common.migrations import run_env
from services.matching.tables import matching_metadata

run_env(matching_metadata())
