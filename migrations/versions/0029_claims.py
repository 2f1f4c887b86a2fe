"""Keep what is taken up once in a table of its own, not as empty answers.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# A wish was called by the click or the comment that it came of, with the run at its end.
MOVED = (
    r"""INSERT INTO wished_run (repo_id, once, run_id, attempt, at)
        SELECT repo_id, (found)[1], (found)[2]::bigint, (found)[3]::integer, at
        FROM (SELECT repo_id, regexp_match(once, '^wants:(.*):([0-9]+)\.([0-9]+)$') AS found, at
              FROM answer WHERE text = '') AS wish
        WHERE found IS NOT NULL ON CONFLICT DO NOTHING""",
    r"""INSERT INTO claim (repo_id, once, at)
        SELECT repo_id, once, at FROM answer
        WHERE text = '' AND once !~ '^wants:(.*):([0-9]+)\.([0-9]+)$'""",
    "DELETE FROM answer WHERE text = ''",
)
MOVED_BACK = (
    """INSERT INTO answer (repo_id, once, head_sha, text, at)
       SELECT repo_id, once, '', '', at FROM claim ON CONFLICT DO NOTHING""",
    """INSERT INTO answer (repo_id, once, head_sha, text, at)
       SELECT repo_id, 'wants:' || once || ':' || run_id || '.' || attempt, '', '', at
       FROM wished_run ON CONFLICT DO NOTHING""",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "claim",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("once", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repo_id", "once"),
    )
    op.create_table(
        "wished_run",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("once", sa.String(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repo_id", "once", "run_id"),
    )
    for statement in MOVED:
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in MOVED_BACK:
        op.execute(statement)
    op.drop_table("wished_run")
    op.drop_table("claim")
