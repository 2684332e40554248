"""Events of `….merged` keep what stands for their subject now

Revision: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("merged_into", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("event", "merged_into")
