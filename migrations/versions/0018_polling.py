"""Know until when a repository was asked what is new, and what an installation may do.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("repository", sa.Column("polled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("installation", sa.Column("permissions", JSONB(), nullable=True))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("installation", "permissions")
    op.drop_column("repository", "polled_at")
