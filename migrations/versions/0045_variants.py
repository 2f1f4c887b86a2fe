"""Remember which workflow a variant belongs to: two workflows may call their jobs alike.

From what is stored: of the workflows that still report under a variant, the one that did first,
in every line of code in which it does. Another's that has no line in common with it shares the
name; one that has comes to a name of its own with its next report. A workflow's file is not known
of what ran so far, and is learned by the workflow's name.

Revision ID: 0045
Revises: 0044
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

FILL = """
WITH brought AS (
  SELECT report.repo_id, report.variant, run.workflow,
         CASE run.branch_class WHEN 'default' THEN 'default' WHEN 'merge_queue' THEN 'queue'
              ELSE 'change' END AS line,
         min(report.at) AS first_at, max(report.at) AS last_at
  FROM report JOIN run USING (repo_id, run_id, attempt)
  WHERE run.is_trusted AND run.event <> 'upload' AND report.refusal IS NULL
  GROUP BY 1, 2, 3, 4
),
still AS (
  SELECT *, min(first_at) OVER (PARTITION BY repo_id, variant, workflow) AS began_at FROM (
    SELECT *, max(last_at) OVER (PARTITION BY repo_id, variant, workflow) AS ended_at,
           max(last_at) OVER (PARTITION BY repo_id, variant) AS newest_at
    FROM brought
  ) AS ended WHERE ended_at > newest_at - interval '30 days'
),
first AS (
  SELECT DISTINCT ON (repo_id, variant) repo_id, variant, workflow FROM still
  ORDER BY repo_id, variant, began_at, workflow
),
apart AS (
  SELECT * FROM still WHERE NOT EXISTS (
    SELECT FROM first JOIN still AS theirs USING (repo_id, variant, workflow)
    JOIN still AS mine ON mine.repo_id = first.repo_id AND mine.variant = first.variant
      AND mine.line = theirs.line
    WHERE first.repo_id = still.repo_id AND first.variant = still.variant
      AND first.workflow <> still.workflow AND mine.workflow = still.workflow
  )
)
INSERT INTO variant (repo_id, variant, line, told, workflow)
SELECT repo_id, variant, line, variant, workflow FROM (
  SELECT DISTINCT ON (repo_id, variant, line) * FROM apart
  ORDER BY repo_id, variant, line, began_at, workflow
) AS home
ORDER BY began_at, workflow, line
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "variant",
        sa.Column("repo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("variant_id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("workflow", sa.String(), nullable=False),
        sa.Column("workflow_path", sa.String(), nullable=True),
        sa.Column(
            "since", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")
        ),
        sa.ForeignKeyConstraint(["repo_id"], ["repository.repo_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("repo_id", "variant_id"),
        sa.UniqueConstraint("repo_id", "variant", "line", name="variant_once"),
    )
    op.create_index("variant_told", "variant", ["repo_id", "told"])
    op.execute(FILL)
    # Last, because nobody reads or writes a run from here on until all of this has ended.
    op.add_column("run", sa.Column("workflow_path", sa.String(), nullable=True))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("variant")
    op.drop_column("run", "workflow_path")
