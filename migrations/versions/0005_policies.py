"""Keep what policy files and CODEOWNERS say.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "policy_snapshot",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sha", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("errors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repo_id", "kind", "sha"),
    )
    op.create_index(
        "policy_snapshot_newest", "policy_snapshot", ["repo_id", "kind", "read_at"], unique=False
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("policy_snapshot")
