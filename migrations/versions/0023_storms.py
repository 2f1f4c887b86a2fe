"""Say of many cases that turn flaky at once in one message.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import BYTEA

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "storm",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("ts", sa.String(), nullable=True),
        sa.Column("digest", BYTEA(), nullable=True),
        sa.PrimaryKeyConstraint("repo_id", "channel", "began_at"),
        sa.ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
    )
    op.create_table(
        "storm_case",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("repo_id", "case_id", "channel"),
        sa.ForeignKeyConstraint(
            ["repo_id", "case_id"], ["case_.repo_id", "case_.case_id"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["repo_id", "channel", "began_at"],
            ["storm.repo_id", "storm.channel", "storm.began_at"],
            ondelete="CASCADE",
        ),
    )
    op.create_index("storm_case_storm", "storm_case", ["repo_id", "channel", "began_at"])
    op.create_index("thread_written", "thread", ["repo_id", "channel", "written_at"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("thread_written", table_name="thread")
    op.drop_table("storm_case")
    op.drop_table("storm")
