"""Keep messages about many cases: what waits for a decision, what is broken.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import BYTEA

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "chat_notice",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("notice_id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("ts", sa.String(), nullable=True),
        sa.Column("digest", BYTEA(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("repo_id", "notice_id"),
        sa.ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        sa.UniqueConstraint("repo_id", "handle", name="chat_notice_handle"),
    )
    op.create_index("chat_notice_newest", "chat_notice", ["repo_id", "kind", "channel", "began_at"])
    op.create_table(
        "chat_notice_case",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("notice_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("nth", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("repo_id", "notice_id", "case_id"),
        sa.ForeignKeyConstraint(
            ["repo_id", "notice_id"],
            ["chat_notice.repo_id", "chat_notice.notice_id"],
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["repo_id", "case_id"], ["case_.repo_id", "case_.case_id"], ondelete="CASCADE"
        ),
    )
    op.create_index("chat_notice_case_case", "chat_notice_case", ["repo_id", "case_id"])
    op.add_column("outbox", sa.Column("notice_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        None,
        "outbox",
        "chat_notice",
        ["repo_id", "notice_id"],
        ["repo_id", "notice_id"],
        ondelete="CASCADE",
    )
    op.create_index(
        "outbox_of_notice",
        "outbox",
        ["repo_id", "notice_id"],
        postgresql_where=sa.text("notice_id is not null"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("outbox_of_notice", table_name="outbox")
    op.drop_column("outbox", "notice_id")
    op.drop_table("chat_notice_case")
    op.drop_table("chat_notice")
