"""What the plan and the costs read: the failures and re-runs of a window, and who is concerned."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.core.costs import Failure, RerunJob
from app.core.runs import FAILED_CONCLUSIONS
from app.db.variants import JOB_SHOWN

FAILURES_READ = 100_000  # of a window; a repository with more has other worries

# Of other CIs' uploads nobody tells whether their run went red.
FAILURES = text(f"""
SELECT finding.case_id, finding.run_id, finding.attempt, finding.variant, run.pr_number,
       finding.cause = 'flaky' AS is_flake, run.url,
       coalesce(run.conclusion = ANY(:red), false) OR run.event = 'upload' AS is_red,
       run.branch
FROM run JOIN finding ON finding.repo_id = run.repo_id AND finding.run_id = run.run_id
  AND finding.attempt = run.attempt
WHERE run.repo_id = :repo AND run.started_at >= :since AND run.started_at <= :until
  AND run.is_trusted AND finding.cause <> 'outage'
ORDER BY run.started_at DESC LIMIT {FAILURES_READ}
""")

# An attempt lists the jobs that it did not run again too, with the times of an earlier one.
RERUNS = text("""
SELECT again.run_id, again.attempt - 1 AS after, job.labels,
       extract(epoch FROM job.completed_at - job.started_at) / 60 AS minutes
FROM run AS again
JOIN job ON job.repo_id = again.repo_id AND job.run_id = again.run_id
  AND job.attempt = again.attempt
WHERE again.repo_id = :repo AND again.started_at >= :since AND again.started_at <= :until
  AND again.attempt > 1 AND again.is_trusted
  AND job.completed_at > job.started_at AND job.started_at >= again.started_at
""")

# Which report tells an execution says in which job it ran, where that is known.
JOBS = text(f"""
SELECT DISTINCT occurrence.case_id, {JOB_SHOWN}
FROM occurrence
JOIN report ON report.repo_id = occurrence.repo_id AND report.report_id = occurrence.report_id
JOIN job ON job.repo_id = report.repo_id AND job.run_id = report.run_id
  AND job.attempt = report.attempt AND job.job_id = report.job_id
WHERE occurrence.repo_id = :repo AND occurrence.case_id = ANY(CAST(:cases AS uuid[]))
  AND occurrence.at >= :since AND occurrence.keep_until > :since
ORDER BY 1, 2
""")

CONCERNED = text("""
SELECT case_id FROM case_state
WHERE repo_id = :repo AND state IN ('flaky', 'broken')
ORDER BY case_id
""")


def failures(session: Session, repo_id: int, *, since: datetime, until: datetime) -> list[Failure]:
    """The judged failures of trusted runs of a window, newest first; served by run_recent."""
    values = {"repo": repo_id, "since": since, "until": until, "red": sorted(FAILED_CONCLUSIONS)}
    return [Failure(*row) for row in session.execute(FAILURES, values)]


def reruns(session: Session, repo_id: int, *, since: datetime, until: datetime) -> list[RerunJob]:
    """The jobs that ran again in a window; served by run_recent."""
    values = {"repo": repo_id, "since": since, "until": until}
    return [
        RerunJob(row.run_id, row.after, float(row.minutes), tuple(row.labels))
        for row in session.execute(RERUNS, values)
    ]


def jobs(
    session: Session, repo_id: int, case_ids: Sequence[UUID], *, since: datetime
) -> dict[UUID, tuple[str, ...]]:
    """By case: the names of the jobs in which it failed since then; served by occurrence_case."""
    values = {"repo": repo_id, "cases": list(case_ids), "since": since}
    found: dict[UUID, tuple[str, ...]] = {}
    for case_id, name in session.execute(JOBS, values):
        found[case_id] = (*found.get(case_id, ()), name)
    return found


def concerned(session: Session, repo_id: int) -> list[UUID]:
    """The cases that are flaky or broken; served by case_state_worst."""
    return [row[0] for row in session.execute(CONCERNED, {"repo": repo_id})]
