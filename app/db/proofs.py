"""The proof that a case is healed: its clean runs since it last flaked, each counted once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.core.quarantine import Quarantine
from app.core.runs import Run

# Passes and failures of the held cases in all attempts of a run; a skip is neither.
SEEN = text("""
SELECT execution.case_id, bool_or(execution.outcome = 1) AS passed,
       bool_or(execution.outcome IN (2, 3)) AS failed
FROM report
JOIN execution ON execution.repo_id = report.repo_id AND execution.report_id = report.report_id
  AND execution.at = report.at AND execution.keep_until > report.at
WHERE report.repo_id = :repo AND report.run_id = :run
  AND (CAST(:attempt AS int) IS NULL OR report.attempt = :attempt)
  AND execution.case_id = ANY(:cases)
GROUP BY execution.case_id
""")

# A run, or an attempt that we asked for, counts once: judged again it only changes its own mark,
# and the count by the difference.
COUNT = text("""
WITH told AS (
  SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:cases AS uuid[]), CAST(:clean AS bool[]))
    AS one(quarantine_id, case_id, is_clean)
),
before AS (
  SELECT quarantine_id, is_clean FROM proof_run
  WHERE repo_id = :repo AND run_id = :run AND attempt = :attempt AND quarantine_id = ANY(:ids)
),
marked AS (
  INSERT INTO proof_run (repo_id, quarantine_id, run_id, attempt, case_id, is_clean, at)
  SELECT :repo, quarantine_id, :run, :attempt, case_id, is_clean, :at FROM told
  ON CONFLICT (repo_id, quarantine_id, run_id, attempt) DO UPDATE SET is_clean = excluded.is_clean
)
UPDATE quarantine SET clean_runs = clean_runs + told.is_clean::int
                                   - coalesce(before.is_clean, false)::int
FROM told LEFT JOIN before USING (quarantine_id)
WHERE quarantine.repo_id = :repo AND quarantine.quarantine_id = told.quarantine_id
RETURNING quarantine.quarantine_id, clean_runs
""")

REPORTS_READ = 20_000  # the newest; what they do not tell of was counted as it came

FORGET = text("""
DELETE FROM proof_run WHERE repo_id = :repo AND quarantine_id = :id AND at <= :before
""")
# What is stored of the runs that began after a moment, an attempt that we asked for beside its
# run. What an attempt showed counts once all of its reports are read.
RECOUNT = text("""
WITH lately AS MATERIALIZED (
  SELECT report_id, run_id, attempt, at FROM report
  WHERE repo_id = :repo AND refusal IS NULL AND at > :since
  ORDER BY at DESC, report_id DESC LIMIT :most
),
seen AS (
  SELECT lately.run_id, lately.attempt, bool_or(execution.outcome = 1) AS passed,
         bool_or(execution.outcome IN (2, 3)) AS failed
  FROM lately
  JOIN execution ON execution.repo_id = :repo AND execution.report_id = lately.report_id
    AND execution.at = lately.at AND execution.keep_until > lately.at
    AND execution.case_id = :case
  GROUP BY lately.run_id, lately.attempt
),
telling AS (
  SELECT seen.*, first.began FROM seen
  JOIN run ON run.repo_id = :repo AND run.run_id = seen.run_id AND run.attempt = seen.attempt
  CROSS JOIN LATERAL (
    SELECT min(started_at) AS began FROM run AS one
    WHERE one.repo_id = :repo AND one.run_id = seen.run_id
  ) AS first
  WHERE (seen.passed OR seen.failed) AND first.began > :since AND run.is_trusted
    AND run.ingested_at IS NOT NULL AND (run.branch_class = 'default' OR NOT :on_default)
)
INSERT INTO proof_run (repo_id, quarantine_id, run_id, attempt, case_id, is_clean, at)
SELECT :repo, :id, run_id, 0, :case, bool_or(passed) AND NOT bool_or(failed), min(began)
FROM telling GROUP BY run_id
UNION ALL
SELECT :repo, :id, run_id, attempt, :case, passed AND NOT failed, began FROM telling
WHERE EXISTS (
  SELECT FROM rerun_attempt AS asked WHERE asked.repo_id = :repo
    AND asked.run_id = telling.run_id AND asked.attempt = telling.attempt)
ON CONFLICT (repo_id, quarantine_id, run_id, attempt)
DO UPDATE SET is_clean = excluded.is_clean, at = excluded.at
""")
SUM_UP = text("""
UPDATE quarantine SET clean_runs = (
  SELECT count(*) FROM proof_run
  WHERE proof_run.repo_id = :repo AND proof_run.quarantine_id = :id AND is_clean)
WHERE repo_id = :repo AND quarantine_id = :id
RETURNING clean_runs
""")
CLAIMED = text("""
SELECT case_id, max(at) AS at FROM quarantine_event
WHERE repo_id = :repo AND case_id = ANY(:cases) AND event = 'fix_claimed' GROUP BY case_id
""")


@dataclass(frozen=True, slots=True)
class SeenInRun:
    """What a run showed of a case."""

    passed: bool
    failed: bool

    @property
    def is_clean(self) -> bool:
        """Whether it counts towards a proof."""
        return self.passed and not self.failed


def seen(
    session: Session,
    repo_id: int,
    run_id: int,
    case_ids: Sequence[UUID],
    *,
    attempt: int | None = None,
) -> dict[UUID, SeenInRun]:
    """What a run, or one attempt of it, showed of these cases; those not executed are missing.

    Served by execution_time; costs one look a case, however long the history.
    """
    if not case_ids:
        return {}
    values = {"repo": repo_id, "run": run_id, "cases": list(case_ids), "attempt": attempt}
    return {row.case_id: SeenInRun(row.passed, row.failed) for row in session.execute(SEEN, values)}


def count(
    session: Session,
    run: Run,
    marks: Sequence[tuple[Quarantine, bool]],
    *,
    began: datetime,
    attempt: int = 0,
) -> dict[int, int]:
    """Write down which quarantines a run was clean for; how many runs were by now, by id.

    `began` is when its first attempt did. With `attempt`, one that we asked for, it counts beside
    its run. The cases are held against others, so that nobody counts the run meanwhile.
    """
    if not marks:
        return {}
    values = {
        "repo": run.key.repo_id,
        "run": run.key.run_id,
        "attempt": attempt,
        "at": began,
        "ids": [quarantine.id for quarantine, _ in marks],
        "cases": [quarantine.case_id for quarantine, _ in marks],
        "clean": [is_clean for _, is_clean in marks],
    }
    return {row.quarantine_id: row.clean_runs for row in session.execute(COUNT, values)}


def recount(
    session: Session, repo_id: int, held: Quarantine, *, since: datetime, on_default: bool
) -> int:
    """Count what is stored of the runs that began after `since`; how many clean ones that makes.

    Runs up to `held.clean_since` count no more; one of those between that was counted as it came
    counts on. With `on_default`, only runs of the default branch are added. Costs a look for each
    report since then; served by report_in_time and execution_time.
    """
    values = {"repo": repo_id, "id": held.id}
    session.execute(FORGET, values | {"before": held.clean_since})
    telling = {"case": held.case_id, "since": since, "on_default": on_default}
    session.execute(RECOUNT, values | telling | {"most": REPORTS_READ})
    return int(session.execute(SUM_UP, values).scalar_one())


def begin_anew(
    session: Session, repo_id: int, quarantine_id: int, *, since: datetime, needed: int
) -> None:
    """Let a proof be counted from then on: the case flaked at `since`."""
    session.execute(
        text(
            "UPDATE quarantine SET clean_since = :since, clean_needed = :needed"
            " WHERE repo_id = :repo AND quarantine_id = :id"
        ),
        {"repo": repo_id, "id": quarantine_id, "since": since, "needed": needed},
    )


def claimed(session: Session, repo_id: int, case_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When a fix of each of these cases was claimed last; served by quarantine_event_case."""
    if not case_ids:
        return {}
    values = {"repo": repo_id, "cases": list(case_ids)}
    return {row.case_id: row.at for row in session.execute(CLAIMED, values)}
