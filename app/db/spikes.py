"""How many changes failed lately, and how many usually do."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from app.core.notices import NoticeKind

# A change is a pull request, or a commit. Of the first attempts alone: a re-run is no new failure.
COUNT = text("""
WITH tested AS (
  SELECT coalesce(run.pr_number::text, run.head_sha) AS change,
         floor(extract(epoch FROM CAST(:until AS timestamptz) - run.started_at) / :window) AS span,
         bool_or(report.failed + report.errored > 0) AS is_red
  FROM run JOIN report USING (repo_id, run_id, attempt)
  WHERE run.repo_id = :repo AND run.started_at > :since AND run.started_at <= :until
    AND run.attempt = 1 AND run.is_trusted AND report.refusal IS NULL
  GROUP BY 1, 2
)
SELECT count(*) AS changes, count(*) FILTER (WHERE is_red) AS failing FROM tested
""")
LIVELY = text("""
SELECT repository.repo_id FROM repository
WHERE removed_at IS NULL AND EXISTS (
  SELECT FROM run WHERE run.repo_id = repository.repo_id AND run.started_at > :since
)
UNION SELECT repo_id FROM chat_notice WHERE kind = :kind AND over_at IS NULL
ORDER BY repo_id
""")


def count(
    session: Session, repo_id: int, *, since: datetime, until: datetime, window: timedelta
) -> tuple[int, int]:
    """Changes that were tested then, and those of them that failed; each once a window.

    Served by run_recent.
    """
    values = {"repo": repo_id, "since": since, "until": until, "window": window.total_seconds()}
    row = session.execute(COUNT, values).one()
    return row.changes, row.failing


def lively(session: Session, *, since: datetime) -> list[int]:
    """The repositories in which something ran since then, or whose spike is not over."""
    values = {"since": since, "kind": NoticeKind.SPIKE.value}
    return list(session.execute(LIVELY, values).scalars())
