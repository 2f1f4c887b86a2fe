"""Leave places in chat in peace at their quiet hours, and tell dates in their time zone.

Revision ID: 0036
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("chat_preference", sa.Column("zone", sa.String(), nullable=True))
    op.add_column("chat_preference", sa.Column("quiet_from", sa.Time(), nullable=True))
    op.add_column("chat_preference", sa.Column("quiet_until", sa.Time(), nullable=True))
    op.add_column("chat_preference", sa.Column("digest", sa.String(), nullable=True))
    op.add_column("subscription", sa.Column("digest_day", sa.Date(), nullable=True))
    op.execute("UPDATE subscription SET digest_day = current_date")  # the next one is told anew
    op.create_index("chat_preference_place", "chat_preference", ["place"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("chat_preference_place", table_name="chat_preference")
    op.drop_column("subscription", "digest_day")
    op.drop_column("chat_preference", "digest")
    op.drop_column("chat_preference", "quiet_until")
    op.drop_column("chat_preference", "quiet_from")
    op.drop_column("chat_preference", "zone")
