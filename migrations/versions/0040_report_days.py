"""Tell a quarantine's report where it is Monday.

Channels that were told this week already are told again on the next Monday.

Revision ID: 0040
Revises: 0039
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("subscription", sa.Column("report_day", sa.Date(), nullable=True))
    op.execute("UPDATE subscription SET report_day = date_trunc('week', now())::date")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("subscription", "report_day")
