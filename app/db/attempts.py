"""Run attempts as deliveries and lists come upon them."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from app.core.runs import Job, RunKey
from app.db.tables.ran import RunRow


def is_ingested(session: Session, key: RunKey) -> bool:
    """Whether every report of an attempt is stored."""
    row = session.get(RunRow, (key.repo_id, key.run_id, key.attempt))
    return row is not None and row.ingested_at is not None


def is_told_after(session: Session, key: RunKey, *, began_after: datetime) -> bool:
    """Whether deliveries told of runs that began after then well before they told of this one."""
    values = {"repo": key.repo_id, "run": key.run_id, "attempt": key.attempt, "at": began_after}
    values["together"] = TOGETHER
    return bool(session.execute(TOLD_AFTER, values).scalar_one())


def note_job(session: Session, key: RunKey, job: Job) -> None:
    """Store a job as a delivery tells it, where its run attempt is known and it has not ended.

    Its run's own deliveries may come later; with them, ingest asks for every job anew.
    """
    values = {
        "repo": key.repo_id,
        "run": key.run_id,
        "attempt": key.attempt,
        "job": job.id,
        "name": job.name,
        "status": job.status,
        "conclusion": job.conclusion,
        "started_at": job.started_at,
        "completed_at": job.completed_at,
        "url": job.url,
    }
    session.execute(NOTE_JOB, values)


NOTE_JOB = text("""
INSERT INTO job (repo_id, run_id, attempt, job_id, name, status, conclusion, started_at,
                 completed_at, url)
SELECT repo_id, run_id, attempt, :job, :name, :status, CAST(:conclusion AS text),
       CAST(:started_at AS timestamptz), CAST(:completed_at AS timestamptz), :url
FROM run WHERE repo_id = :repo AND run_id = :run AND attempt = :attempt
ON CONFLICT (repo_id, run_id, attempt, job_id) DO UPDATE
SET status = excluded.status, conclusion = excluded.conclusion,
    started_at = excluded.started_at, completed_at = excluded.completed_at
WHERE job.status <> 'completed'
""")

TOGETHER = timedelta(minutes=5)  # deliveries that come within it may come in any order

TOLD_AFTER = text("""
SELECT EXISTS (
  SELECT FROM run JOIN run AS later ON later.repo_id = run.repo_id
    AND later.started_at > :at AND later.told_at < run.told_at - CAST(:together AS interval)
  WHERE run.repo_id = :repo AND run.run_id = :run AND run.attempt = :attempt
)
""")
