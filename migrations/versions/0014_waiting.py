"""Know which check runs wait for more.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "publication", sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index(
        "publication_waiting",
        "publication",
        ["waiting_since"],
        postgresql_where=sa.text("waiting_since is not null"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("publication_waiting", table_name="publication")
    op.drop_column("publication", "waiting_since")
