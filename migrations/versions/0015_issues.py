"""Keep the issues that are opened about flaky cases, and what is said below them.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ISSUE = (["repo_id", "issue_id"], ["issue.repo_id", "issue.issue_id"])


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "issue",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("issue_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("hand", sa.String(), nullable=True),
        sa.Column("hand_by", sa.String(), nullable=True),
        sa.Column("hand_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gist", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repo_id", "issue_id"),
        sa.UniqueConstraint("repo_id", "about", "topic", name="issue_topic"),
    )
    op.create_index("issue_number", "issue", ["repo_id", "number"])
    op.create_table(
        "issue_case",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(*ISSUE, ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["repo_id", "case_id"], ["case_.repo_id", "case_.case_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("repo_id", "case_id"),
    )
    op.create_index("issue_case_issue", "issue_case", ["repo_id", "issue_id"])
    op.create_table(
        "issue_remark",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("remark_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("once", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("mention", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outside_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(*ISSUE, ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repo_id", "remark_id"),
        sa.UniqueConstraint("repo_id", "issue_id", "once", name="issue_remark_once"),
    )
    op.create_index(
        "issue_remark_unsent",
        "issue_remark",
        ["repo_id", "issue_id"],
        postgresql_where=text("sent_at is null"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("issue_remark", "issue_case", "issue"):
        op.drop_table(table)
