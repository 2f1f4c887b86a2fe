"""Keep artifacts, measurements, what reports say of cases, and which case became which.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "case_",
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
    )
    op.add_column("case_", sa.Column("timeout_ms", sa.Integer(), nullable=True))
    op.add_column("case_", sa.Column("retries", sa.Integer(), nullable=True))
    op.create_index("case_tags", "case_", ["tags"], postgresql_using="gin")
    _create_artifact()
    _create_measurement()
    _create_alias()


def _create_artifact() -> None:
    op.create_table(
        "artifact",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", postgresql.BYTEA(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("archive", sa.String(), nullable=True),
        sa.Column("path", sa.String(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("keep_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["repo_id", "run_id", "attempt"],
            ["run.repo_id", "run.run_id", "run.attempt"],
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("repo_id", "run_id", "attempt", "digest"),
    )
    op.create_index("artifact_case", "artifact", ["repo_id", "case_id", "at"])
    op.create_index("artifact_expiry", "artifact", ["keep_until"])


def _create_measurement() -> None:
    op.create_table(
        "measurement",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("measurement_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["repo_id", "run_id", "attempt"],
            ["run.repo_id", "run.run_id", "run.attempt"],
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("repo_id", "measurement_id"),
        sa.UniqueConstraint(
            *("repo_id", "run_id", "attempt", "variant", "source", "case_id", "name"),
            name="measurement_once",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("measurement_name", "measurement", ["repo_id", "name", "at"])


def _create_alias() -> None:
    op.create_table(
        "case_alias",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("alias_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("old_case_id", sa.Uuid(), nullable=False),
        sa.Column("new_case_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("likeness", sa.Float(), nullable=False),
        sa.Column("head_sha", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["repo_id", "old_case_id"], ["case_.repo_id", "case_.case_id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("repo_id", "alias_id"),
        sa.UniqueConstraint("repo_id", "old_case_id", "new_case_id", name="case_alias_pair"),
    )
    confirmed = sa.text("state = 'confirmed'")
    op.create_index(
        "case_alias_new", "case_alias", ["repo_id", "new_case_id"], postgresql_where=confirmed
    )
    op.create_index(
        "case_alias_once",
        "case_alias",
        ["repo_id", "old_case_id"],
        unique=True,
        postgresql_where=confirmed,
    )
    op.create_index("case_alias_open", "case_alias", ["repo_id", "state", "proposed_at"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("case_alias", "measurement", "artifact"):
        op.drop_table(table)
    op.drop_index("case_tags", "case_")
    for column in ("retries", "timeout_ms", "tags"):
        op.drop_column("case_", column)
