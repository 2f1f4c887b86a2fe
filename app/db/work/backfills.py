"""Cursors of histories that are being read back."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from app.core.backfill import Backfill
from app.core.runs import RunKey
from app.db.tables.history import BackfillRow

BEGIN = text("""
INSERT INTO backfill (repo_id, since, floor, upto, asked_at, runs, reports, is_stale)
VALUES (:repo, :since, :since, :now, :now, 0, 0, false)
ON CONFLICT (repo_id) DO UPDATE
SET floor = greatest(excluded.since, backfill.asked_at - CAST(:under_way AS interval)),
    upto = :late, asked_at = :late, done_at = NULL, is_stale = false
WHERE backfill.done_at IS NOT NULL AND backfill.asked_at < :late
""")

OBSERVED = text("""
UPDATE report SET observed_at = :now
WHERE repo_id = :repo AND run_id = :run AND attempt = :attempt AND observed_at IS NULL
""")


OF_HISTORY = text("""
UPDATE run SET is_history = true, ingested_at = :now, evaluated_at = :now
WHERE repo_id = :repo AND run_id = :run AND attempt = :attempt
""")

LATE = timedelta(hours=1)  # by then a run's delivery has come, or does not come by itself
LONGEST_RUN = timedelta(hours=12)  # what was made before a pass and ended after it


def begin(session: Session, repo_id: int, *, since: datetime, now: datetime) -> None:
    """Begin to read back; what is under way goes on.

    What is done goes on to what no delivery has told since, and should have by now.
    """
    values = {"since": since, "now": now, "late": now - LATE, "under_way": LONGEST_RUN}
    session.execute(BEGIN, {"repo": repo_id, **values})


def backfill(session: Session, repo_id: int) -> Backfill | None:
    """How far a repository's history has been read; None where nobody asked for it."""
    row = session.get(BackfillRow, repo_id, populate_existing=True)
    if row is None:
        return None
    return Backfill(
        repo_id=row.repo_id,
        since=row.since,
        floor=row.floor,
        upto=row.upto,
        asked_at=row.asked_at,
        runs=row.runs,
        reports=row.reports,
        is_stale=row.is_stale,
        done_at=row.done_at,
        told_at=row.told_at,
    )


def move(session: Session, repo_id: int, *, upto: datetime, runs: int, reports: int) -> None:
    """All that is newer than `upto` has been read; so many runs and reports came of it."""
    session.execute(
        text(
            "UPDATE backfill SET upto = :upto, runs = runs + :runs, reports = reports + :reports,"
            " is_stale = is_stale OR :reports > 0"
            " WHERE repo_id = :repo"
        ),
        {"repo": repo_id, "upto": upto, "runs": runs, "reports": reports},
    )


def mark_done(session: Session, repo_id: int, *, now: datetime) -> None:
    """All of it has been read."""
    session.execute(
        text("UPDATE backfill SET done_at = :now WHERE repo_id = :repo"),
        {"repo": repo_id, "now": now},
    )


def mark_told(session: Session, repo_id: int, *, now: datetime) -> None:
    """The channels have been told."""
    session.execute(
        text("UPDATE backfill SET told_at = :now WHERE repo_id = :repo"),
        {"repo": repo_id, "now": now},
    )


def leave_to_recompute(session: Session, key: RunKey, *, now: datetime) -> None:
    """Let an attempt be history: no evaluation works its reports in, out of their order."""
    values = {"repo": key.repo_id, "run": key.run_id, "attempt": key.attempt, "now": now}
    session.execute(OBSERVED, values)
    session.execute(OF_HISTORY, values)


def states(session: Session, repo_id: int) -> dict[str, int]:
    """How many cases of a repository are in each state."""
    rows = session.execute(
        text("SELECT state, count(*) FROM case_state WHERE repo_id = :repo GROUP BY state"),
        {"repo": repo_id},
    )
    return {row[0]: row[1] for row in rows}
