"""Let other CI hand in reports.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "project_token",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("digest", postgresql.BYTEA(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaces", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repo_id", "token_id"),
        sa.UniqueConstraint("repo_id", "digest", name="project_token_digest"),
    )
    op.create_table(
        "upload",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("upload_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=True),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("reports", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("warnings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("task_id", sa.BigInteger(), nullable=True),
        sa.Column("task_turn", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["repo_id", "run_id", "attempt"],
            ["run.repo_id", "run.run_id", "run.attempt"],
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("repo_id", "upload_id"),
        sa.UniqueConstraint(
            "repo_id", "run_id", "attempt", "variant", "digest", name="upload_once"
        ),
    )
    op.create_index(
        "upload_refused",
        "upload",
        ["repo_id", "received_at"],
        unique=False,
        postgresql_where="refusal is not null",
    )
    op.add_column("report", sa.Column("refusal_line", sa.Integer(), nullable=True))
    op.add_column(
        "report", sa.Column("source", sa.String(), server_default="artifact", nullable=False)
    )
    op.add_column("report", sa.Column("took_ms", sa.Integer(), nullable=True))
    op.add_column("state_change", sa.Column("run_id", sa.BigInteger(), nullable=True))
    op.add_column("state_change", sa.Column("attempt", sa.Integer(), nullable=True))
    op.create_index(
        "state_change_run", "state_change", ["repo_id", "run_id", "attempt"], unique=False
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("state_change_run", "state_change")
    op.drop_column("state_change", "attempt")
    op.drop_column("state_change", "run_id")
    op.drop_column("report", "took_ms")
    op.drop_column("report", "source")
    op.drop_column("report", "refusal_line")
    op.drop_table("upload")
    op.drop_table("project_token")
