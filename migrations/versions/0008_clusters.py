"""Cluster failures that say the same, and keep outages as events.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "cluster",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cluster_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column(
            "frames", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("category_words", sa.String(), nullable=True),
        sa.Column("category_place", sa.String(), nullable=True),
        sa.Column("example_type", sa.String(), nullable=True),
        sa.Column("example_message", sa.String(), nullable=True),
        sa.Column("example_trace", sa.String(), nullable=True),
        sa.Column("example_case", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("issue_url", sa.String(), nullable=True),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repo_id", "cluster_id"),
    )
    op.create_index(
        "cluster_recent",
        "cluster",
        ["repo_id", "last_seen_at"],
        unique=False,
        postgresql_where="merged_into is null",
    )
    op.create_table(
        "outage",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("outage_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("crowd", sa.String(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repo_id", "outage_id"),
    )
    op.create_index("outage_recent", "outage", ["repo_id", "last_at"], unique=False)
    op.create_index(
        "outage_running",
        "outage",
        ["repo_id", "kind"],
        unique=False,
        postgresql_where="over_at is null",
    )
    op.create_table(
        "cluster_case",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cluster_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("failures", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["repo_id", "case_id"], ["case_.repo_id", "case_.case_id"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["repo_id", "cluster_id"], ["cluster.repo_id", "cluster.cluster_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("repo_id", "cluster_id", "case_id", "variant"),
    )
    op.create_index("cluster_case_case", "cluster_case", ["repo_id", "case_id"], unique=False)
    op.create_table(
        "cluster_day",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cluster_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("failures", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["repo_id", "cluster_id"], ["cluster.repo_id", "cluster.cluster_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("repo_id", "cluster_id", "day"),
    )
    op.create_table(
        "cluster_signature",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("signature", postgresql.BYTEA(), nullable=False),
        sa.Column("cluster_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["repo_id", "cluster_id"], ["cluster.repo_id", "cluster.cluster_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("repo_id", "signature"),
    )
    op.create_index(
        "cluster_signature_cluster", "cluster_signature", ["repo_id", "cluster_id"], unique=False
    )
    op.create_table(
        "outage_case",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("outage_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("crowd", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["repo_id", "case_id"], ["case_.repo_id", "case_.case_id"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["repo_id", "outage_id"], ["outage.repo_id", "outage.outage_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("repo_id", "outage_id", "case_id", "variant"),
    )
    op.create_index("outage_case_case", "outage_case", ["repo_id", "case_id"], unique=False)
    op.create_table(
        "outage_run",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("outage_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pr_number", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["repo_id", "outage_id"], ["outage.repo_id", "outage.outage_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("repo_id", "outage_id", "run_id", "attempt"),
    )
    op.create_table(
        "cluster_band",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("band", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("nth", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("signature", postgresql.BYTEA(), nullable=False),
        sa.ForeignKeyConstraint(
            ["repo_id", "signature"],
            ["cluster_signature.repo_id", "cluster_signature.signature"],
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("repo_id", "band", "key", "nth"),
    )
    op.create_index(
        "cluster_band_signature", "cluster_band", ["repo_id", "signature"], unique=False
    )
    op.add_column("outbox", sa.Column("outage_id", sa.BigInteger(), nullable=True))
    op.alter_column("outbox", "case_id", existing_type=sa.UUID(), nullable=True)
    op.create_index(
        "outbox_of_outage",
        "outbox",
        ["repo_id", "outage_id"],
        unique=False,
        postgresql_where="outage_id is not null",
    )
    op.create_foreign_key(
        "outbox_outage_id_fkey",
        "outbox",
        "outage",
        ["repo_id", "outage_id"],
        ["repo_id", "outage_id"],
        ondelete="CASCADE",
    )
    op.add_column("report", sa.Column("clustered_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "report_unclustered",
        "report",
        ["repo_id", "report_id"],
        unique=False,
        postgresql_where="clustered_at is null and refusal is null",
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index(
        "report_unclustered",
        table_name="report",
        postgresql_where="clustered_at is null and refusal is null",
    )
    op.drop_column("report", "clustered_at")
    op.drop_index("outbox_of_outage", table_name="outbox", postgresql_where="outage_id is not null")
    op.execute("DELETE FROM outbox WHERE case_id IS NULL")
    op.alter_column("outbox", "case_id", existing_type=sa.UUID(), nullable=False)
    op.drop_column("outbox", "outage_id")
    op.drop_index("cluster_band_signature", table_name="cluster_band")
    op.drop_table("cluster_band")
    op.drop_table("outage_run")
    op.drop_index("outage_case_case", table_name="outage_case")
    op.drop_table("outage_case")
    op.drop_index("cluster_signature_cluster", table_name="cluster_signature")
    op.drop_table("cluster_signature")
    op.drop_table("cluster_day")
    op.drop_index("cluster_case_case", table_name="cluster_case")
    op.drop_table("cluster_case")
    op.drop_index("outage_running", table_name="outage", postgresql_where="over_at is null")
    op.drop_index("outage_recent", table_name="outage")
    op.drop_table("outage")
    op.drop_index("cluster_recent", table_name="cluster", postgresql_where="merged_into is null")
    op.drop_table("cluster")
