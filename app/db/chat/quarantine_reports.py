"""What a report of a repository's quarantine counts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.core.digests import Turns
from app.db.chat.digests import NAME, turns_in

# A case is held as its quarantine's last step before the run left it.
FAILED = """
WITH failed AS (
  SELECT run.run_id, run.attempt, run.pr_number, run.branch, finding.case_id,
         coalesce(step.now IN ('active', 'fix_pending'), false)
           AND (finding.case_id, run.branch) NOT IN (
             SELECT * FROM unnest(CAST(:cases AS uuid[]), CAST(:branches AS text[])))
           AS is_excused
  FROM run JOIN finding ON finding.repo_id = run.repo_id AND finding.run_id = run.run_id
    AND finding.attempt = run.attempt
  LEFT JOIN LATERAL (
    SELECT now FROM quarantine_event AS event
    WHERE event.repo_id = run.repo_id AND event.case_id = finding.case_id
      AND event.at <= run.started_at
    ORDER BY at DESC, event_id DESC LIMIT 1) AS step ON true
  WHERE run.repo_id = :repo AND run.started_at > :since AND run.started_at <= :until
    AND run.is_trusted
)
"""
MET = text(f"{FAILED} SELECT DISTINCT case_id, branch FROM failed WHERE is_excused")
EXCUSED = text(f"""
{FAILED}, attempts AS (
  SELECT pr_number, bool_and(is_excused) AS is_rescued FROM failed GROUP BY run_id, attempt, 1
)
SELECT (SELECT count(DISTINCT (run_id, attempt, case_id)) FROM failed WHERE is_excused) AS excused,
       (SELECT count(DISTINCT pr_number) FROM attempts WHERE is_rescued) AS rescued
""")
PROVEN = text(f"""
SELECT case_id, {NAME} AS name, max(at) AS at, count(*) OVER () AS number
FROM quarantine_event JOIN case_ USING (repo_id, case_id)
WHERE repo_id = :repo AND event = 'proven' AND at > :since AND at <= :until
GROUP BY case_id, classname, name, parameters ORDER BY 3 DESC, case_id LIMIT :most
""")
OVERDUE = text(f"""
SELECT case_id, {NAME} AS name, until AS at, count(*) OVER () AS number
FROM quarantine JOIN case_ USING (repo_id, case_id)
WHERE repo_id = :repo AND until <= :until AND state IN ('active', 'fix_pending', 'expired')
  AND NOT EXISTS (
    SELECT FROM quarantine AS newer WHERE newer.repo_id = quarantine.repo_id
      AND newer.case_id = quarantine.case_id AND newer.quarantine_id > quarantine.quarantine_id)
ORDER BY until, case_id LIMIT :most
""")


def met(
    session: Session, repo_id: int, *, since: datetime, until: datetime
) -> list[tuple[UUID, str]]:
    """The cases that failed while they were held, each with the branches where they did.

    Of trusted runs; served by run_recent and quarantine_event_case.
    """
    none: list[object] = []
    values = {"repo": repo_id, "since": since, "until": until, "cases": none, "branches": none}
    return [(row.case_id, row.branch) for row in session.execute(MET, values)]


def excused(
    session: Session,
    repo_id: int,
    *,
    since: datetime,
    until: datetime,
    exempt: Sequence[tuple[UUID, str]] = (),
) -> tuple[int, int]:
    """Failures that quarantine excused, and pull requests whose run failed by nothing else.

    Of trusted runs, and without those of `exempt` cases on their branches.
    """
    values = {
        "repo": repo_id,
        "since": since,
        "until": until,
        "cases": [case for case, _ in exempt],
        "branches": [branch for _, branch in exempt],
    }
    row = session.execute(EXCUSED, values).one()
    return row.excused, row.rescued


def proven(session: Session, repo_id: int, *, since: datetime, until: datetime, most: int) -> Turns:
    """Cases whose fix was proven then, the newest first."""
    values = {"repo": repo_id, "since": since, "until": until, "most": most}
    return turns_in(session.execute(PROVEN, values).all())


def overdue(session: Session, repo_id: int, *, until: datetime, most: int) -> Turns:
    """Quarantines whose end came and about which nobody decided since, the oldest first."""
    values = {"repo": repo_id, "until": until, "most": most}
    return turns_in(session.execute(OVERDUE, values).all())
