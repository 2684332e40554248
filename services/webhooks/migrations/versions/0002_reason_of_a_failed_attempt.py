"""Why no encrypted connection came about stands beside the attempt; what goes to suspended partners is held

Lanes are found by their key alone.

Revision: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery_attempt", sa.Column("reason", sa.String(), nullable=True))
    op.add_column("endpoint", sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("lane_leased", table_name="lane")


def downgrade() -> None:
    op.create_index("lane_leased", "lane", ["leased_by"], postgresql_where=sa.text("leased_by is not null"))
    op.drop_column("endpoint", "held_at")
    op.drop_column("delivery_attempt", "reason")
