"""Know chat users by GitHub's id, links under way, and what a channel wants to hear.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("identity_link", sa.Column("user_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "subscription",
        sa.Column("kinds", ARRAY(sa.Text()), nullable=False, server_default=sa.text("'{}'")),
    )
    op.add_column("subscription", sa.Column("owner", sa.String(), nullable=True))
    op.add_column("subscription", sa.Column("path", sa.String(), nullable=True))
    op.add_column("subscription", sa.Column("bound_by", sa.String(), nullable=True))
    op.create_index("subscription_channel", "subscription", ["team_id", "channel"])
    op.create_table(
        "chat_link",
        sa.Column("digest", BYTEA(), primary_key=True),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("chat_user", sa.String(), nullable=False),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("team_name", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("login", sa.String(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("binding", BYTEA(), nullable=True),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("chat_link")
    op.drop_index("subscription_channel", table_name="subscription")
    for column in ("bound_by", "path", "owner", "kinds"):
        op.drop_column("subscription", column)
    op.drop_column("identity_link", "user_id")
