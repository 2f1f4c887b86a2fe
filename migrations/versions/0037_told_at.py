"""Know when each run was told of: ids of deliveries that come together have no order.

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("run", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_column("run", "told_in")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("run", sa.Column("told_in", sa.BigInteger(), nullable=True))
    op.drop_column("run", "told_at")
