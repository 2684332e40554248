"""Pairs of possible duplicates lock no records

Their foreign keys made whoever wrote one of two records that are alike wait for whoever wrote the other.

Revision: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SIDES = ("first_id", "second_id")


def upgrade() -> None:
    for side in SIDES:
        op.drop_constraint(f"duplicate_pair_{side}_fkey", "duplicate_pair", type_="foreignkey")


def downgrade() -> None:
    for side in SIDES:
        op.create_foreign_key(f"duplicate_pair_{side}_fkey", "duplicate_pair", "record", [side], ["id"])
