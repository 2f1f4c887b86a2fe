"""Find executions by their report's time, then by their case.

Revision ID: 0041
Revises: 0040
"""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index("execution_time", "execution", ["repo_id", "at", "case_id"])
    op.drop_index("execution_case", "execution")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index("execution_case", "execution", ["repo_id", "case_id", "at"])
    op.drop_index("execution_time", "execution")
