"""What a decision about a case rests on: where it flaked, and how often the repository runs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.core.holding import Basis

PACE_OVER = timedelta(days=14)  # of runs, that tell how many a day there are
FINDINGS_READ = 200  # newest ones of a case; older ones say no more

# Only trusted code counts, no failure that was part of an outage, and no pull request that changes
# the case's own file.
BASIS = text(f"""
SELECT count(DISTINCT run.run_id) AS runs, count(DISTINCT run.head_sha) AS shas,
       count(DISTINCT coalesce(run.pr_number, -1)) AS places,
       bool_or(run.pr_number IS NULL) AS on_branch
FROM (SELECT run_id, attempt FROM finding
      WHERE repo_id = :repo AND case_id = :case AND cause = 'flaky'
      ORDER BY found_at DESC LIMIT {FINDINGS_READ}) AS found
JOIN run ON run.repo_id = :repo AND run.run_id = found.run_id AND run.attempt = found.attempt
WHERE run.is_trusted AND run.started_at >= :since
  AND NOT EXISTS (
    SELECT FROM case_ JOIN changed_files AS known ON known.repo_id = run.repo_id
      AND known.head_sha = run.head_sha AND known.pr_number = run.pr_number
    WHERE case_.repo_id = :repo AND case_.case_id = :case
      AND known.files @> jsonb_build_array(case_.file))
""")

PACE = text("""
SELECT count(DISTINCT run_id) FROM run
WHERE repo_id = :repo AND started_at >= :since AND started_at < :until AND is_trusted
""")

# By the last approval of each: a claimed fix, a relapse or a renewal makes nothing newly held.
HELD = text("""
SELECT count(*) AS held, count(*) FILTER (WHERE approved.at > :yesterday) AS fresh
FROM quarantine CROSS JOIN LATERAL (
  SELECT actor, at FROM quarantine_event AS event
  WHERE event.repo_id = quarantine.repo_id AND event.case_id = quarantine.case_id
    AND event.quarantine_id = quarantine.quarantine_id AND event.event = 'approved'
  ORDER BY at DESC LIMIT 1) AS approved
WHERE quarantine.repo_id = :repo AND approved.actor = :by
  AND quarantine.state IN ('proposed', 'active', 'fix_pending') AND quarantine.state <> 'proposed'
""")


@dataclass(frozen=True, slots=True)
class Held:
    """How much somebody holds in a repository."""

    now: int
    since_yesterday: int


def basis(session: Session, repo_id: int, case_id: UUID, *, since: datetime) -> Basis:
    """In how many runs, commits and places a case flaked since then; served by finding_case."""
    values = {"repo": repo_id, "case": case_id, "since": since}
    row = session.execute(BASIS, values).one()
    return Basis(row.runs, row.shas, row.places, on_branch=bool(row.on_branch))


def runs_a_day(session: Session, repo_id: int, *, until: datetime) -> float:
    """How many trusted runs a day there were of late; served by run_recent."""
    values = {"repo": repo_id, "since": until - PACE_OVER, "until": until}
    return int(session.execute(PACE, values).scalar_one()) / (PACE_OVER / timedelta(days=1))


def held(session: Session, repo_id: int, *, by: str, now: datetime) -> Held:
    """How many cases somebody holds, whoever proposed them, and how many of them since yesterday.

    What a person has approved anew since is the person's.
    """
    values = {"repo": repo_id, "by": by, "yesterday": now - timedelta(days=1)}
    row = session.execute(HELD, values).one()
    return Held(row.held, row.fresh)
