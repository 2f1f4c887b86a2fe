"""Keep the App's credentials encrypted, and let people sign in through GitHub.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "app_credential",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sealed", postgresql.BYTEA(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "person",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("sealed", postgresql.BYTEA(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asking_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "visible_repository",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("permission", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("repo_id", "user_id"),
    )
    op.create_index("visible_repository_user", "visible_repository", ["user_id"], unique=False)
    op.create_table(
        "sign_in_attempt",
        sa.Column("digest", postgresql.BYTEA(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("binding", postgresql.BYTEA(), nullable=False),
        sa.Column("goal", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "unread_artifact",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("files", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["repo_id", "run_id", "attempt"],
            ["run.repo_id", "run.run_id", "run.attempt"],
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("repo_id", "run_id", "attempt", "name"),
    )
    op.add_column("web_session", sa.Column("user_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DELETE FROM web_session WHERE user_id IS NOT NULL")  # else they would see all
    op.drop_column("web_session", "user_id")
    op.drop_table("unread_artifact")
    op.drop_table("sign_in_attempt")
    op.drop_table("visible_repository")
    op.drop_table("person")
    op.drop_table("app_credential")
