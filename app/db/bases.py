"""What a decision about a case rests on: where it flaked, and how often the repository runs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.core.holding import Basis
from app.core.runs import BranchClass
from app.core.touched import touches
from app.db import changes
from app.db.cases import Case

PACE_OVER = timedelta(days=14)  # of runs, that tell how many a day there are
SHORTEST = timedelta(days=1)  # over which they are counted, in a young repository
REPORTS_READ = 300  # the newest; more say no more
FINDINGS_READ = 200  # newest ones of a case; older ones say no more

# Only trusted code counts, and no failure that was part of an outage.
FLAKED = text(f"""
SELECT DISTINCT run.run_id, run.head_sha, run.pr_number, run.branch, run.branch_class
FROM (SELECT run_id, attempt FROM finding
      WHERE repo_id = :repo AND case_id = :case AND cause = 'flaky'
      ORDER BY found_at DESC LIMIT {FINDINGS_READ}) AS found
JOIN run ON run.repo_id = :repo AND run.run_id = found.run_id AND run.attempt = found.attempt
WHERE run.is_trusted AND run.started_at >= :since
""")

# The newest reports, and in which of them the case was executed: one look each.
PACE = text("""
WITH lately AS (
  SELECT report.report_id, report.run_id, report.at
  FROM report JOIN run ON run.repo_id = report.repo_id AND run.run_id = report.run_id
    AND run.attempt = report.attempt
  WHERE report.repo_id = :repo AND report.refusal IS NULL AND report.attempt = 1
    AND report.at > :since AND report.at <= :until AND run.is_trusted
  ORDER BY report.at DESC LIMIT :most
)
SELECT count(DISTINCT run_id) FILTER (WHERE has_case) AS runs,
       count(*) FILTER (WHERE has_case) AS reports, min(at) AS since
FROM lately CROSS JOIN LATERAL (
  SELECT EXISTS (
    SELECT FROM execution WHERE execution.repo_id = :repo AND execution.at = lately.at
      AND execution.report_id = lately.report_id AND execution.case_id = :case
  ) AS has_case) AS looked
""")

# By the last approval of each: a claimed fix, a relapse or a renewal makes nothing newly held. What
# was released since yesterday was newly held all the same.
HELD = text("""
SELECT count(*) AS held,
       (SELECT count(DISTINCT case_id) FROM quarantine_event
        WHERE repo_id = :repo AND actor = :by AND event = 'approved' AND at > :yesterday) AS fresh
FROM quarantine CROSS JOIN LATERAL (
  SELECT actor FROM quarantine_event AS event
  WHERE event.repo_id = quarantine.repo_id AND event.case_id = quarantine.case_id
    AND event.quarantine_id = quarantine.quarantine_id AND event.event = 'approved'
  ORDER BY at DESC LIMIT 1) AS approved
WHERE quarantine.repo_id = :repo AND approved.actor = :by
  AND quarantine.state IN ('proposed', 'active', 'fix_pending') AND quarantine.state <> 'proposed'
""")


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a case runs."""

    runs_a_day: float  # first attempts of trusted runs that have it
    jobs: float  # of a run, that have it; 1 or more


@dataclass(frozen=True, slots=True)
class Held:
    """How much somebody holds in a repository."""

    now: int
    since_yesterday: int


def basis(session: Session, repo_id: int, case: Case, *, since: datetime) -> Basis:
    """In how many runs, commits and places a case flaked since then; served by finding_case.

    No pull request counts that changes the case's own file.
    """
    values = {"repo": repo_id, "case": case.id, "since": since}
    rows = session.execute(FLAKED, values).all()
    pulls = [(row.head_sha, row.pr_number) for row in rows if row.pr_number is not None]
    its_own = {
        change
        for change, files in changes.files(session, repo_id, pulls).items()
        if touches(files, file=case.file, classname=case.classname)
    }
    found = [row for row in rows if (row.head_sha, row.pr_number) not in its_own]
    return Basis(
        runs=len({row.run_id for row in found}),
        shas=len({row.head_sha for row in found}),
        places=len({row.pr_number or row.branch for row in found}),
        on_branch=any(row.branch_class == BranchClass.DEFAULT for row in found),
    )


def pace(session: Session, repo_id: int, case_id: UUID, *, until: datetime) -> Pace:
    """How often a case runs, by the newest reports; served by report_in_time, execution_time."""
    values = {
        "repo": repo_id,
        "case": case_id,
        "since": until - PACE_OVER,
        "until": until,
        "most": REPORTS_READ,
    }
    row = session.execute(PACE, values).one()
    if not row.runs:
        return Pace(0.0, 1.0)
    days = max(SHORTEST, until - row.since) / timedelta(days=1)
    return Pace(row.runs / days, row.reports / row.runs)


def held(session: Session, repo_id: int, *, by: str, now: datetime) -> Held:
    """How many cases somebody holds, whoever proposed them, and how many of them since yesterday.

    What a person has approved anew since is the person's.
    """
    values = {"repo": repo_id, "by": by, "yesterday": now - timedelta(days=1)}
    row = session.execute(HELD, values).one()
    return Held(row.held, row.fresh)
