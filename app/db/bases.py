"""What a decision about a case rests on: where it flaked, and how often the repository runs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
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
REPORTS_READ = 300  # the newest up to a moment; more say no more
FINDINGS_READ = 200  # newest ones of a case; older ones say no more

# Only trusted code counts, and no failure that was part of an outage.
FLAKED = text(f"""
SELECT DISTINCT wanted.case_id, run.run_id, run.head_sha, run.pr_number, run.branch,
       run.branch_class
FROM unnest(CAST(:cases AS uuid[])) AS wanted(case_id)
CROSS JOIN LATERAL (
  SELECT run_id, attempt FROM finding
  WHERE repo_id = :repo AND finding.case_id = wanted.case_id AND cause = 'flaky'
  ORDER BY found_at DESC LIMIT {FINDINGS_READ}) AS found
JOIN run ON run.repo_id = :repo AND run.run_id = found.run_id AND run.attempt = found.attempt
WHERE run.is_trusted AND run.started_at >= :since
""")

# The newest reports up to each moment, and which of them have the case. One report of a set of
# cases tells of all that have the set: one whose passes are kept the longest.
PACES = text("""
WITH wanted AS (
  SELECT * FROM unnest(CAST(:cases AS uuid[]), CAST(:untils AS timestamptz[]))
    AS wanted(case_id, until)
), lately AS MATERIALIZED (
  SELECT times.until, min(one.at) OVER (PARTITION BY times.until) AS since, one.*
  FROM (SELECT DISTINCT until FROM wanted) AS times CROSS JOIN LATERAL (
    SELECT report.report_id, report.run_id, report.at, run.branch_class = 'default' AS is_default,
           coalesce(report.case_set, int8send(report.report_id)) AS case_set
    FROM report JOIN run ON run.repo_id = report.repo_id AND run.run_id = report.run_id
      AND run.attempt = report.attempt
    WHERE report.repo_id = :repo AND report.refusal IS NULL AND report.attempt = 1
      AND report.at > times.until - CAST(:over AS interval) AND report.at <= times.until
      AND run.is_trusted
    ORDER BY report.at DESC LIMIT :most) AS one
), telling AS MATERIALIZED (
  SELECT DISTINCT ON (case_id, case_set) case_id, until, case_set, report_id, at
  FROM wanted JOIN lately USING (until)
  ORDER BY case_id, case_set, is_default DESC, at DESC
), having_it AS MATERIALIZED (
  SELECT case_id, until, case_set FROM telling WHERE EXISTS (
    SELECT FROM execution WHERE execution.repo_id = :repo AND execution.at = telling.at
      AND execution.report_id = telling.report_id AND execution.case_id = telling.case_id
      AND execution.keep_until > telling.at)
)
SELECT case_id, until, since, count(DISTINCT run_id) AS runs, count(*) AS reports
FROM having_it JOIN lately USING (until, case_set) GROUP BY case_id, until, since
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


def bases(
    session: Session, repo_id: int, known: Collection[Case], *, since: datetime
) -> dict[UUID, Basis]:
    """In how many runs, commits and places each case flaked since then; served by finding_case.

    No pull request counts that changes the case's own file.
    """
    values = {"repo": repo_id, "cases": [case.id for case in known], "since": since}
    flaked: dict[UUID, list[Any]] = {}
    for row in session.execute(FLAKED, values):
        flaked.setdefault(row.case_id, []).append(row)
    every = (row for rows in flaked.values() for row in rows)
    pulls = {(row.head_sha, row.pr_number) for row in every if row.pr_number is not None}
    files = changes.files(session, repo_id, pulls)
    return {case.id: _basis(case, flaked.get(case.id, ()), files) for case in known}


def basis(session: Session, repo_id: int, case: Case, *, since: datetime) -> Basis:
    """The same of one case."""
    return bases(session, repo_id, [case], since=since)[case.id]


def _basis(
    case: Case, rows: Sequence[Any], files: Mapping[tuple[str, int], tuple[str, ...]]
) -> Basis:
    found = [
        row
        for row in rows
        if not touches(
            files.get((row.head_sha, row.pr_number), ()), file=case.file, classname=case.classname
        )
    ]
    return Basis(
        runs=len({row.run_id for row in found}),
        shas=len({row.head_sha for row in found}),
        places=len({row.pr_number or row.branch for row in found}),
        on_branch=any(row.branch_class == BranchClass.DEFAULT for row in found),
    )


def paces(session: Session, repo_id: int, untils: Mapping[UUID, datetime]) -> dict[UUID, Pace]:
    """How often each case ran up to a moment of its own, by the newest reports then.

    One question however many cases; served by report_in_time and execution_time.
    """
    values = {
        "repo": repo_id,
        "cases": list(untils),
        "untils": list(untils.values()),
        "over": PACE_OVER,
        "most": REPORTS_READ,
    }
    found = dict.fromkeys(untils, Pace(0.0, 1.0))
    for row in session.execute(PACES, values) if untils else ():
        days = max(SHORTEST, row.until - row.since) / timedelta(days=1)
        found[row.case_id] = Pace(row.runs / days, row.reports / row.runs)
    return found


def pace(session: Session, repo_id: int, case_id: UUID, *, until: datetime) -> Pace:
    """The same of one case."""
    return paces(session, repo_id, {case_id: until})[case_id]


def held(session: Session, repo_id: int, *, by: str, now: datetime) -> Held:
    """How many cases somebody holds, whoever proposed them, and how many of them since yesterday.

    What a person has approved anew since is the person's.
    """
    values = {"repo": repo_id, "by": by, "yesterday": now - timedelta(days=1)}
    row = session.execute(HELD, values).one()
    return Held(row.held, row.fresh)
