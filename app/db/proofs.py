"""The proof that a case is healed: its clean runs since it last flaked, counted as they come."""

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
    session: Session, run: Run, marks: Sequence[tuple[Quarantine, bool]], *, attempt: int = 0
) -> dict[int, int]:
    """Write down which quarantines a run was clean for; how many runs were by now, by id.

    With `attempt`, one that we asked for, it counts beside its run.
    """
    if not marks:
        return {}
    values = {
        "repo": run.key.repo_id,
        "run": run.key.run_id,
        "attempt": attempt,
        "at": run.started_at,
        "ids": [quarantine.id for quarantine, _ in marks],
        "cases": [quarantine.case_id for quarantine, _ in marks],
        "clean": [is_clean for _, is_clean in marks],
    }
    return {row.quarantine_id: row.clean_runs for row in session.execute(COUNT, values)}


def forget(session: Session, repo_id: int, quarantine_id: int, *, before: datetime) -> None:
    """Let go of the runs that count no more: those up to then."""
    session.execute(
        text(
            "DELETE FROM proof_run WHERE repo_id = :repo AND quarantine_id = :id AND at <= :before"
        ),
        {"repo": repo_id, "id": quarantine_id, "before": before},
    )


def begin_anew(
    session: Session, repo_id: int, quarantine_id: int, *, since: datetime, needed: int
) -> None:
    """Count from none again: the case flaked at `since`."""
    session.execute(
        text(
            "UPDATE quarantine SET clean_runs = (SELECT count(*) FROM proof_run"
            "   WHERE repo_id = :repo AND quarantine_id = :id AND is_clean),"
            " clean_since = :since, clean_needed = :needed"
            " WHERE repo_id = :repo AND quarantine_id = :id"
        ),
        {"repo": repo_id, "id": quarantine_id, "since": since, "needed": needed},
    )
