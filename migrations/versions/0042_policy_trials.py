"""Keep how far a change of policy has been tried on what ran, and what that came to.

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in ("trial", "tried"):
        kind = postgresql.JSONB(astext_type=sa.Text())
        op.add_column("policy_proposal", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in ("tried", "trial"):
        op.drop_column("policy_proposal", name)
