"""Fold executions into rollups.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

REST = "grain = 1 and not in_daily"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "case_rollup",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("grain", sa.SmallInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("keep_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("branch_class", sa.String(), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column("in_daily", sa.Boolean(), nullable=False),
        sa.Column("case_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("outcomes", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("bins", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("counts", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("sums", sa.ARRAY(sa.BigInteger()), nullable=False),
        postgresql_partition_by="RANGE (keep_until)",
    )
    # PostgreSQL takes longer to compress eight-byte numbers than to fold all the rest.
    op.execute("ALTER TABLE case_rollup ALTER sums SET STORAGE EXTERNAL")
    op.create_index("case_rollup_place", "case_rollup", ["repo_id", "shard", "grain", "starts_at"])
    op.create_index(
        "case_rollup_rest", "case_rollup", ["repo_id", "starts_at"], postgresql_where=REST
    )
    op.create_table(
        "suite_rollup",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("grain", sa.SmallInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("keep_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("branch_class", sa.String(), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("suite_id", sa.Uuid(), nullable=True),
        sa.Column("suite", sa.String(), nullable=True),
        sa.Column("in_daily", sa.Boolean(), nullable=False),
        sa.Column("outcomes", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("bins", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("counts", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("sums", sa.ARRAY(sa.BigInteger()), nullable=False),
        postgresql_partition_by="RANGE (keep_until)",
    )
    op.create_index(
        "suite_rollup_place", "suite_rollup", ["repo_id", "suite_id", "grain", "starts_at"]
    )
    op.create_index(
        "suite_rollup_rest", "suite_rollup", ["repo_id", "starts_at"], postgresql_where=REST
    )
    op.create_index(
        "report_unfolded",
        "report",
        ["repo_id", "report_id"],
        postgresql_where="folded_at is null and refusal is null",
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("report_unfolded", "report")
    op.drop_table("suite_rollup")
    op.drop_table("case_rollup")
