"""Alembic's entry for webhooks' migrations."""

from services.common.migrations import run_env
from services.webhooks.tables import webhooks_metadata

run_env(webhooks_metadata())
