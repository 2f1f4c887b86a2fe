"""Know when a set of cases was used last, so that it can go once nothing speaks of it.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    used_at = sa.Column(
        "used_at", sa.DateTime(timezone=True), server_default=text("now()"), nullable=False
    )
    op.add_column("observed_set", used_at)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("observed_set", "used_at")
