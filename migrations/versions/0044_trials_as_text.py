"""Keep how far a policy was tried as text: binary JSON sorts names, and commits have an order.

What was put aside so far lost that order, so those trials begin anew.

Revision ID: 0044
Revises: 0043
"""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE policy_proposal ALTER COLUMN trial TYPE text USING NULL::text")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE policy_proposal ALTER COLUMN trial TYPE jsonb USING NULL::jsonb")
