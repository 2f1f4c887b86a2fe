"""Remember what the scorer saw, for each repository and case.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _scorer()
    _scorer_case()
    op.create_table(
        "observed_set",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", postgresql.BYTEA(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("is_crowded", sa.Boolean(), nullable=False),
        sa.Column("files", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("members", postgresql.BYTEA(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repo_id", "digest"),
    )
    op.add_column(
        "case_set", sa.Column("variants", postgresql.JSONB(none_as_null=True), nullable=True)
    )
    op.add_column("report", sa.Column("observed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("finding", sa.Column("first_cause", sa.String(), nullable=True))
    op.add_column("finding", sa.Column("first_p_flaky", sa.Float(), nullable=True))
    op.execute("UPDATE report SET observed_at = received_at")  # a recompute sees them
    op.create_index(
        "report_unobserved",
        "report",
        ["repo_id", "at"],
        unique=False,
        postgresql_where="observed_at is null and refusal is null",
    )
    op.create_index(
        "report_in_time",
        "report",
        ["repo_id", "at", "report_id"],
        unique=False,
        postgresql_where="refusal is null",
    )
    op.create_index(
        "execution_skipped",
        "execution",
        ["repo_id", "report_id"],
        unique=False,
        postgresql_where="outcome = 4",
    )
    op.drop_table("verdict")


def _scorer() -> None:
    op.create_table(
        "scorer",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("part", sa.Text(), nullable=True),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("newest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("upto_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("upto_report", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repo_id", "generation"),
    )


def _scorer_case() -> None:
    op.create_table(
        "scorer_case",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("memory", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("told", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("jobs", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["repo_id", "case_id"], ["case_.repo_id", "case_.case_id"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["repo_id", "generation"], ["scorer.repo_id", "scorer.generation"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("repo_id", "generation", "case_id"),
    )
    for name, where in (
        ("scorer_case_waiting", "cardinality(jobs) > 0"),
        ("scorer_case_held", "is_held"),
    ):
        op.create_index(
            name, "scorer_case", ["repo_id", "generation"], unique=False, postgresql_where=where
        )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "verdict",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("passes", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_trusted", sa.Boolean(), nullable=False),
        sa.Column("algorithm_version", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["repo_id", "case_id"], ["case_.repo_id", "case_.case_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("repo_id", "case_id", "code", "variant"),
    )
    op.drop_index("execution_skipped", "execution")
    op.drop_index("report_in_time", "report")
    op.drop_index("report_unobserved", "report")
    op.drop_column("finding", "first_p_flaky")
    op.drop_column("finding", "first_cause")
    op.drop_column("report", "observed_at")
    op.drop_column("case_set", "variants")
    op.drop_table("observed_set")
    op.drop_table("scorer_case")
    op.drop_table("scorer")
