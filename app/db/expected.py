"""What a workflow's newest runs brought, to tell what is missing from one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session

from app.core.expected import RUNS_LOOKED_AT, Usual
from app.core.runs import Run

RUNS_SEARCHED = 200  # newest runs of a repository that are looked through: bounds the query

BROUGHT = text("""
WITH near AS (
  SELECT run_id, started_at, workflow, workflow_path, event FROM run
  WHERE repo_id = :repo AND started_at < :before AND status = 'completed' AND is_trusted
  ORDER BY started_at DESC LIMIT :searched
), recent AS (
  SELECT near.run_id FROM near
  WHERE coalesce(near.workflow_path = :path, near.workflow = :workflow)
    AND near.event = :event AND near.run_id <> :run
    AND EXISTS (SELECT FROM report WHERE report.repo_id = :repo
                AND report.run_id = near.run_id AND report.refusal IS NULL)
  GROUP BY near.run_id ORDER BY max(near.started_at) DESC LIMIT :looked_at
)
SELECT report.variant, max(job.name), count(DISTINCT report.run_id),
       (SELECT count(*) FROM recent)
FROM recent JOIN report ON report.repo_id = :repo AND report.run_id = recent.run_id
LEFT JOIN job ON job.repo_id = :repo AND job.run_id = report.run_id
  AND job.attempt = report.attempt AND job.job_id = report.job_id
WHERE report.refusal IS NULL
GROUP BY report.variant ORDER BY report.variant
""")


@dataclass(frozen=True, slots=True)
class Brought:
    """The reports that the newest runs of a workflow brought."""

    usual: tuple[Usual, ...]
    looked_at: int  # runs


def brought_before(session: Session, run: Run) -> Brought:
    """What the newest earlier runs of this run's workflow and event brought, a fork's aside."""
    values = {
        "repo": run.key.repo_id,
        "run": run.key.run_id,
        "before": run.started_at,
        "workflow": run.workflow,
        "path": run.workflow_path,
        "event": run.event,
        "searched": RUNS_SEARCHED,
        "looked_at": RUNS_LOOKED_AT,
    }
    rows = session.execute(BROUGHT, values).all()
    usual = tuple(Usual(variant, job, runs) for variant, job, runs, _ in rows)
    return Brought(usual, rows[0][3] if rows else 0)


CAME = text("""
SELECT DISTINCT variant FROM report WHERE repo_id = :repo AND run_id = :run
""")


def came_with(session: Session, run: Run) -> frozenset[str]:
    """The variants of the reports of every attempt of a run, refused ones too."""
    values = {"repo": run.key.repo_id, "run": run.key.run_id}
    return frozenset(row[0] for row in session.execute(CAME, values))


REPORTING = text("""
SELECT DISTINCT asked.workflow FROM (
  SELECT run_id, workflow, workflow_path FROM run WHERE repo_id = :repo
  ORDER BY started_at DESC LIMIT :searched
) AS near
JOIN unnest(CAST(:workflows AS text[]), CAST(:paths AS text[])) AS asked (workflow, path)
  ON near.workflow = asked.workflow OR near.workflow_path = asked.path
WHERE EXISTS (SELECT FROM report WHERE report.repo_id = :repo AND report.run_id = near.run_id)
""")


def reporting(session: Session, repo_id: int, runs: Sequence[Run]) -> frozenset[str]:
    """The workflows of these runs that brought a report lately, in whatever event."""
    asked = sorted({(run.workflow, run.workflow_path or "") for run in runs})
    values = {
        "repo": repo_id,
        "workflows": [name for name, _ in asked],
        "paths": [path or None for _, path in asked],
        "searched": RUNS_SEARCHED,
    }
    return frozenset(row[0] for row in session.execute(REPORTING, values))


COUNTED_AT_MOST = 50  # runs; more would only make a sentence longer


def count_on_default(session: Session, repo_id: int) -> int:
    """How many judged runs of the default branch there are, up to COUNTED_AT_MOST."""
    rows = session.execute(
        text(
            "SELECT count(*) FROM (SELECT 1 FROM run WHERE repo_id = :repo"
            " AND branch_class = 'default' AND evaluated_at IS NOT NULL AND attempt = 1"
            " LIMIT :most) AS known"
        ),
        {"repo": repo_id, "most": COUNTED_AT_MOST},
    )
    return int(rows.scalar_one())
