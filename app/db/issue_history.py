"""What an issue tells of a case's past: its newest failures, and when its state changed last."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.core.decide import Cause

FAILURES_SHOWN = 8

FAILURES = text("""
SELECT finding.found_at, finding.cause, finding.variant, run.head_sha, run.branch, run.pr_number,
       coalesce(job.url, run.url) AS url
FROM finding
JOIN run ON run.repo_id = finding.repo_id AND run.run_id = finding.run_id
  AND run.attempt = finding.attempt
LEFT JOIN LATERAL (
  SELECT job.url FROM report JOIN job ON job.repo_id = report.repo_id
    AND job.run_id = report.run_id AND job.attempt = report.attempt AND job.job_id = report.job_id
  WHERE report.repo_id = finding.repo_id AND report.run_id = finding.run_id
    AND report.attempt = finding.attempt
    AND starts_with(finding.variant || ' ', report.variant || ' ')  -- a browser may follow
  ORDER BY length(report.variant) DESC LIMIT 1
) AS job ON true
WHERE finding.repo_id = :repo AND finding.case_id = :case AND run.is_trusted
ORDER BY finding.found_at DESC, finding.run_id DESC, finding.attempt DESC LIMIT :limit
""")
CHANGED_AT = text("""
SELECT at FROM state_change WHERE repo_id = :repo AND case_id = :case
ORDER BY at DESC, change_id DESC LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure of a case, with what it was held to be and where it happened."""

    at: datetime
    cause: Cause
    variant: str
    head_sha: str
    branch: str
    pr_number: int | None
    url: str  # of the job where it is known, else of the run


def newest_failures(session: Session, repo_id: int, case_id: UUID) -> list[Failure]:
    """The newest failures of a case in trusted code, the newest first; served by finding_case."""
    asked = {"repo": repo_id, "case": case_id, "limit": FAILURES_SHOWN}
    return [Failure(row[0], Cause(row[1]), *row[2:]) for row in session.execute(FAILURES, asked)]


def changed_at(session: Session, repo_id: int, case_id: UUID) -> datetime | None:
    """When a case's state changed last; None when it never did. Served by state_change_case."""
    row = session.execute(CHANGED_AT, {"repo": repo_id, "case": case_id}).first()
    return None if row is None else row[0]
