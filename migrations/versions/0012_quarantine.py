"""Keep quarantine honest: its steps, its proof, its owner, and who was right.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

CASE = (["repo_id", "case_id"], ["case_.repo_id", "case_.case_id"])


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _widen()
    _create_event()
    _create_proof()
    _create_care()
    _create_feedback()
    _create_notice()


def _widen() -> None:
    moment = sa.DateTime(timezone=True)
    for column in (
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("event", sa.String(), server_default="released", nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("owner_is_guess", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("p_flaky", sa.Float(), nullable=True),
        sa.Column("clean_needed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("clean_runs", sa.Integer(), server_default="0", nullable=False),
        sa.Column("clean_since", moment, nullable=True),
        sa.Column("fix", sa.String(), nullable=True),
        sa.Column("opened_at", moment, nullable=True),
    ):
        op.add_column("quarantine", column)
    op.execute(
        "UPDATE quarantine SET opened_at = since, event = CASE"
        " WHEN state = 'dismissed' AND decided_by LIKE '@%' THEN 'not_flaky'"
        " WHEN state = 'dismissed' THEN 'turned_broken'"
        " WHEN state = 'proposed' THEN 'proposed' ELSE 'approved' END"
    )
    op.create_index(
        "quarantine_ending",
        "quarantine",
        ["until"],
        postgresql_where="state in ('active', 'fix_pending')",
    )
    op.add_column(
        "project_token",
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), server_default="{upload}", nullable=False),
    )
    op.add_column(
        "pull_request",
        sa.Column("labels", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
    )
    op.add_column(
        "job",
        sa.Column("labels", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
    )


def _create_event() -> None:
    op.create_table(
        "quarantine_event",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("quarantine_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("was", sa.String(), nullable=True),
        sa.Column("now", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(*CASE, ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repo_id", "event_id"),
    )
    op.create_index("quarantine_event_case", "quarantine_event", ["repo_id", "case_id", "at"])


def _create_proof() -> None:
    op.create_table(
        "proof_run",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("quarantine_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("is_clean", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(*CASE, ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repo_id", "quarantine_id", "run_id"),
    )


def _create_care() -> None:
    op.create_table(
        "case_care",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("muted_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stable_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stable_sha", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(*CASE, ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repo_id", "case_id"),
    )


def _create_feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("feedback_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("p_flaky", sa.Float(), nullable=False),
        sa.Column("algorithm_version", sa.Integer(), nullable=False),
        sa.Column("audit_event_id", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(*CASE, ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repo_id", "feedback_id"),
    )
    op.create_index("feedback_recent", "feedback", ["repo_id", "at"])


def _create_notice() -> None:
    op.create_table(
        "notice",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("notice_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("once", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(*CASE, ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repo_id", "notice_id"),
        sa.UniqueConstraint("repo_id", "once", name="notice_once"),
    )
    op.create_index("notice_case", "notice", ["repo_id", "case_id", "at"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("notice", "feedback", "case_care", "proof_run", "quarantine_event"):
        op.drop_table(table)
    op.drop_column("job", "labels")
    op.drop_column("pull_request", "labels")
    op.drop_column("project_token", "scopes")
    op.drop_index("quarantine_ending", "quarantine")
    for column in (
        "opened_at",
        "fix",
        "clean_since",
        "clean_runs",
        "clean_needed",
        "p_flaky",
        "owner_is_guess",
        "owner",
        "event",
        "version",
    ):
        op.drop_column("quarantine", column)
