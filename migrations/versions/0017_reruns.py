"""Keep what jobs are re-run for a case's sake, and count each such attempt towards a proof.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

CASE = (["repo_id", "case_id"], ["case_.repo_id", "case_.case_id"])
OPEN = "state in ('queued', 'running')"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "rerun",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rerun_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("job", sa.String(), nullable=True),
        sa.Column("since", moment, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.ForeignKeyConstraint(*CASE, ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repo_id", "rerun_id"),
    )
    op.create_index(
        "rerun_open", "rerun", ["repo_id", "case_id"], unique=True, postgresql_where=text(OPEN)
    )
    op.create_index("rerun_case", "rerun", ["repo_id", "case_id", "asked_at"])
    op.create_table(
        "rerun_attempt",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rerun_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("minutes", sa.Float(), nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["repo_id", "rerun_id"], ["rerun.repo_id", "rerun.rerun_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("repo_id", "run_id", "attempt"),
    )
    op.create_index("rerun_attempt_recent", "rerun_attempt", ["repo_id", "asked_at"])
    op.add_column(
        "proof_run", sa.Column("attempt", sa.Integer(), server_default="0", nullable=False)
    )
    _key_proofs_by("repo_id", "quarantine_id", "run_id", "attempt")


def _key_proofs_by(*columns: str) -> None:
    op.drop_constraint("proof_run_pkey", "proof_run", type_="primary")
    op.create_primary_key("proof_run_pkey", "proof_run", list(columns))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DELETE FROM proof_run WHERE attempt > 0")
    _key_proofs_by("repo_id", "quarantine_id", "run_id")
    op.drop_column("proof_run", "attempt")
    for table in ("rerun_attempt", "rerun"):
        op.drop_table(table)
