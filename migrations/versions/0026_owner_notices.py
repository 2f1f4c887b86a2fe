"""Tell owners of their cases in person, and let them say that they want no such messages.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "owner_notice",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("notice_id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("once", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handle", sa.String(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("repo_id", "notice_id"),
        sa.UniqueConstraint("repo_id", "login", "once", name="owner_notice_once"),
        sa.ForeignKeyConstraint(
            ["repo_id", "case_id"], ["case_.repo_id", "case_.case_id"], ondelete="CASCADE"
        ),
    )
    op.create_index(
        "owner_notice_waiting",
        "owner_notice",
        ["repo_id", "login"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "chat_preference",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("tells", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "place"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("chat_preference")
    op.drop_table("owner_notice")
